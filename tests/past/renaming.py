"""A job that writes."""

from typing import Any

from crm.jobs import Progress
from crm.models import JobRun, Team


def rename_teams(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Give every team another name."""
    for team in Team.objects.all():
        Team.objects.filter(pk=team.pk).update(name=f"{team.name} renamed")
    return {}

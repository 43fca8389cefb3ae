"""Writing the log of intent: every action calls `log` once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.acting import current_acting
from crm.models import LogEntry

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import JobRun, User

SUMMARY_LENGTH = 300


def log(
    *,
    actor: User | None,
    verb: str,
    object: Model | None = None,
    contact_id: int | None = None,
    summary: str = "",
    job: JobRun | None = None,
) -> LogEntry:
    """Add one row. `actor` None is the system; `summary` is cut to 300 characters."""
    acting = current_acting()
    return LogEntry.objects.create(
        actor=actor,
        verb=verb,
        model=object._meta.label_lower if object is not None else "",
        object_id=object.pk if object is not None else None,
        contact_id=contact_id,
        summary=summary[:SUMMARY_LENGTH],
        job_id=job.pk if job is not None else acting.job_id,
        request_id=acting.request_id,
    )

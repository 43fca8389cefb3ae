"""The ready and saved reports that a person is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.access import can
from crm.choices import Role, Verb
from crm.models import SavedReport
from crm.reports.definitions import definition_of
from crm.reports.reading import Report
from crm.reports.spec import ReadyReport
from crm.reports.subjects import all_ready, all_subjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm.models import User


def ready_for(user: User) -> dict[str, ReadyReport]:
    """The ready reports whose list this person may open, of those that are for their role."""
    return {name: one for name, one in all_ready().items() if may_have(user, one)}


def may_have(user: User, ready: ReadyReport) -> bool:
    """Whether a ready report is for this person; what is hidden from them keeps it from them, too."""
    subject = all_subjects()[ready.subject]
    if ready.roles and user.role not in (*ready.roles, Role.ADMIN):
        return False
    if not can(user, Verb.VIEW, subject.model):
        return False
    report = Report(definition_of(ready), user)
    asked = {one.name for one in (*report.definition.rows, *filter(None, [report.definition.column]))}
    return asked <= set(report.groupings) and set(report.definition.measures) <= set(report.offered)


def by_area(ready: Sequence[ReadyReport]) -> list[tuple[str, list[ReadyReport]]]:
    """The same, area by area."""
    areas = dict.fromkeys(one.area for one in ready)
    return [(area, [one for one in ready if one.area == area]) for area in areas]


def saved_for(user: User) -> list[SavedReport]:
    """The reports that this person made or that are shared with them, by name."""
    return list(SavedReport.objects.visible_to(user).select_related("owner", "team").order_by("name", "id"))

"""Who hears that a problem is solved: those who have its incidents."""

from __future__ import annotations

from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from service.models import Ticket
from service.queries import incidents_of


def tell_incidents(problem: Ticket, actor: User | None) -> None:
    """Whoever has an unsolved incident learns that its problem is solved."""
    rows = incidents_of(problem, None).exclude(owner=None).select_related("owner")
    ring_bell(
        [
            News(
                user=one.owner, kind=NoticeKind.TASK, url=one.get_absolute_url(), text=one.subject,
                title=f"{problem.number} is solved: {one.number} hangs on it",
                key=f"problem solved:{problem.pk}:{problem.version}:{one.pk}",
            )
            for one in rows
            if one.owner is not None and one.owner.is_active and one.owner != actor
        ]
    )  # fmt: skip

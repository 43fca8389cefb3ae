"""Who is told that a promise is about to be broken, and that it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from crm.choices import Role
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from service.models import Ticket
from service.promising import keep_due, policies

SOON = dt.timedelta(minutes=30)
AT_ONCE = 500


def watch_promises() -> int:
    """Tell the owner of what is due within half an hour, and beside the owner the managers of what is late; each once
    for each promise. How many were told."""
    now = timezone.now()
    rows = Ticket.objects.unsolved().filter(due_at__lte=now + SOON).select_related("owner", "contact")
    news = [one for ticket in rows.order_by("due_at")[:AT_ONCE] for one in _news(ticket, now)]
    return len(tell(news))


@transaction.atomic
def refresh_promises() -> int:
    """Read the clocks of all unsolved tickets again: promises, hours and tiers may have changed. How many changed."""
    among, changed = policies(), 0
    for ticket in Ticket.objects.unsolved().order_by("pk").iterator(chunk_size=500):
        changed += keep_due(ticket, among)
    if changed:
        log(actor=None, verb="refresh promises", kind=Ticket, summary=f"New deadlines for {changed} tickets")
    return changed


def _news(ticket: Ticket, now: dt.datetime) -> Iterable[News]:
    assert ticket.due_at is not None  # noqa: S101 - asked for
    is_late = ticket.due_at <= now
    told = [ticket.owner] if ticket.owner is not None and ticket.owner.is_active else []
    if is_late or not told:
        told += list(_managers(ticket))
    what = ticket.get_due_for_display().lower()
    words = f"{ticket.number} is late: {what}" if is_late else f"{ticket.number} is due soon: {what}"
    for person in {one.pk: one for one in told}.values():
        key = f"due:{ticket.pk}:{ticket.due_at:%Y%m%d%H%M%S}:{ticket.due_for}:{is_late}:{person.pk}"
        yield News(person, NoticeKind.REMINDER, words, ticket.get_absolute_url(), key, ticket.subject)


def _managers(ticket: Ticket) -> Iterable[User]:
    """Managers of the ticket's team; of the house, where it has none."""
    managers = User.objects.filter(role=Role.MANAGER, is_active=True)
    own = managers.filter(team=ticket.team_id) if ticket.team_id else managers.none()
    return own[:5] or managers[:5]

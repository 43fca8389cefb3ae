"""Who is told that a promise is about to be broken, and that it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.choices import Role
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from service.models import SlaPolicy, Ticket
from service.promising import keep_due, policies

SOON = dt.timedelta(minutes=30)
LATEST = dt.timedelta(days=7)  # what ran out before, in an import or a long standstill, is no news
AT_ONCE = 500
MOST_MANAGERS = 5


def watch_promises() -> int:
    """Tell the owner of what is due within half an hour, and beside the owner the managers of what is late; each once
    for each promise. How many were told."""
    now, managers = timezone.now(), list(User.objects.filter(role=Role.MANAGER, is_active=True))
    due = Ticket.objects.unsolved().filter(due_at__gt=now - LATEST, due_at__lte=now + SOON).select_related("owner")
    return sum(
        len(tell(news for ticket in piece for news in _news(ticket, now, managers))) for piece in _in_pieces(due)
    )


def refresh_promises() -> int:
    """Read the clocks of all unsolved tickets again: promises, hours and tiers may have changed. How many changed."""
    among = policies()
    return sum(_refresh(piece, among) for piece in _in_pieces(Ticket.objects.unsolved()))


@transaction.atomic
def _refresh(piece: Sequence[Ticket], among: Sequence[SlaPolicy]) -> int:
    rows = Ticket.objects.select_for_update().filter(pk__in=[ticket.pk for ticket in piece]).order_by("pk")
    changed = keep_due(list(rows), among)
    if changed:
        log(actor=None, verb="refresh promises", kind=Ticket, summary=f"New deadlines for {changed} tickets")
    return changed


def _in_pieces(rows: QuerySet[Ticket]) -> Iterator[list[Ticket]]:
    """The rows by their numbers, some hundred at once."""
    after = 0
    while piece := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield piece
        after = piece[-1].pk


def _news(ticket: Ticket, now: dt.datetime, managers: Sequence[User]) -> Iterator[News]:
    assert ticket.due_at is not None  # noqa: S101 - asked for
    is_late = ticket.due_at <= now
    told = [ticket.owner] if ticket.owner is not None and ticket.owner.is_active else []
    if is_late or not told:
        told += _above(ticket, managers)
    what = ticket.get_due_for_display().lower()
    words = f"{ticket.number} is late: {what}" if is_late else f"{ticket.number} is due soon: {what}"
    for person in {one.pk: one for one in told}.values():
        key = f"due:{ticket.pk}:{ticket.due_at:%Y%m%d%H%M%S}:{ticket.due_for}:{is_late}:{person.pk}"
        yield News(person, NoticeKind.REMINDER, words, ticket.get_absolute_url(), key, ticket.subject)


def _above(ticket: Ticket, managers: Sequence[User]) -> Sequence[User]:
    """Managers of the ticket's team; of the house, where it has none."""
    own = [one for one in managers if ticket.team_id and one.team_id == ticket.team_id]
    return (own or managers)[:MOST_MANAGERS]

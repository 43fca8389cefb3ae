"""Two tickets of one matter become one; and are taken apart again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.models import User
from service.actions.steps import note_event, refuse_merged, set_state, tell
from service.choices import ENDED, INTO_THIS, STANDS_ALONE, UNANSWERED, EventKind, TicketState
from service.clocks import BEGINS
from service.models import Ticket, TicketEvent
from service.promising import keep_due

MOST_LOOKED_BACK = 50
TURNS = {
    EventKind.WROTE, EventKind.REPLIED, EventKind.WAITING, EventKind.RESUMED, EventKind.SOLVED, EventKind.REOPENED,
    EventKind.CLOSED, EventKind.MERGED,
}  # fmt: skip
"""After one of these, a ticket is not what a merge had made of it."""


@transaction.atomic
def merge_ticket(*, actor: User | None, ticket: Ticket, into: Ticket) -> Ticket:
    """Close `ticket`: all that was said in it stands in the other one from now on, and answers to it come there.

    Nothing is moved, so that it can be undone. Where the customer waits for an answer to it, and not yet to the other
    one, they wait for it there: that one is open. Both rows are held in the order of their numbers.
    """
    rows = Ticket.objects.select_for_update()
    found = {row.pk: row for row in rows.filter(pk__in=(ticket.pk, into.pk)).order_by("pk")}
    current, target = found[ticket.pk], found[into.pk]
    refuse_merged(current)
    if current.pk == target.pk:
        raise ValidationError({"into": "A ticket cannot be merged into itself."})
    if target.is_merged:
        raise ValidationError(
            {
                "into": refused(
                    "%(number)s was merged itself, into #%(merged_into_id)s.",
                    number=target.number,
                    merged_into_id=target.merged_into_id,
                )
            }
        )
    now, is_question = timezone.now(), current.waiting_since is not None and target.waiting_since is None
    set_state(current, TicketState.CLOSED, now)
    current.merged_into = target
    current.version += 1
    current.save()
    note_event(current, EventKind.MERGED, actor=actor, value=f"into {target.number}")
    if is_question:
        _take_up(target, actor, now)
    value = f"{current.number} {INTO_THIS}{UNANSWERED if is_question else ''}"
    note_event(target, EventKind.MERGED, actor=actor, value=value, at=now)
    keep_due([target])
    tell(current, "merge", f"Merged into {target.number}:", actor=actor)
    return target


@transaction.atomic
def unmerge_ticket(*, actor: User | None, ticket: Ticket) -> Ticket:
    """Take a merged ticket out again: it is open, with what was said in it. Where the other one was opened by its
    question, and nothing was said there since, that one is what it was."""
    other = Ticket.objects.values_list("merged_into", flat=True).get(pk=ticket.pk) or ticket.pk
    found = {row.pk: row for row in Ticket.objects.select_for_update().filter(pk__in=(ticket.pk, other)).order_by("pk")}
    current, target = found[ticket.pk], found[other]
    if current.merged_into_id != target.pk:
        raise ValidationError("This ticket is not merged.")
    current.merged_into = None
    now = timezone.now()
    set_state(current, TicketState.OPEN if current.owner_id else TicketState.NEW, now)
    current.waiting_since = now
    current.version += 1
    current.save()
    note_event(current, EventKind.UNMERGED, actor=actor, value=f"from {target.number}")
    log = list(TicketEvent.objects.filter(ticket=target).order_by("-occurred_at", "-pk")[:MOST_LOOKED_BACK])
    before = _before(log, current.number)
    value = f"{current.number} {STANDS_ALONE}{UNANSWERED if before is not None else ''}"
    note_event(target, EventKind.UNMERGED, actor=actor, value=value, at=now)
    if before is not None:
        _lay_down(target, before, log, actor, now)
    keep_due([target])
    tell(current, "unmerge", f"Taken apart from {target.number}:", actor=actor)
    return current


def _take_up(ticket: Ticket, actor: User | None, now: dt.datetime) -> None:
    """The customer waits for an answer in it from now on."""
    if ticket.state in ENDED:
        ticket.reopenings += 1
        note_event(ticket, EventKind.REOPENED, actor=actor, at=now)
    elif ticket.state == TicketState.WAITING:
        note_event(ticket, EventKind.RESUMED, actor=actor, at=now)
    set_state(ticket, TicketState.OPEN if ticket.owner_id else TicketState.NEW, now)
    ticket.waiting_since = ticket.message_at = now
    ticket.version += 1
    ticket.save()


def _before(log: Sequence[TicketEvent], number: str) -> str | None:
    """How a ticket was opened, by its log, by the question of one that was merged into it (the event, empty for none:
    it was open); None where it was not, or something was said or done with it since. The log has the last one first."""
    place = next((n for n, row in enumerate(log) if row.event in TURNS), None)
    if place is None or log[place].value != f"{number} {INTO_THIS}{UNANSWERED}":
        return None
    return next((row.event for row in log[place + 1 :] if row.occurred_at == log[place].occurred_at), "")


def _lay_down(ticket: Ticket, opened_by: str, log: Sequence[TicketEvent], actor: User | None, now: dt.datetime) -> None:
    """The question is not in it any more: it is what it was before, an ended one with the moments of its end."""
    if opened_by == EventKind.RESUMED:
        set_state(ticket, TicketState.WAITING, now)
        note_event(ticket, EventKind.WAITING, actor=actor, at=now)
    elif opened_by == EventKind.REOPENED:
        ticket.reopenings -= 1
        solved_at, closed_at = _end(log)
        set_state(ticket, TicketState.CLOSED if closed_at else TicketState.SOLVED, now)
        ticket.solved_at, ticket.closed_at = solved_at or closed_at or now, closed_at
        note_event(ticket, EventKind.CLOSED if closed_at else EventKind.SOLVED, actor=actor, at=now)
    ticket.waiting_since = None
    ticket.version += 1
    ticket.save()


def _end(log: Sequence[TicketEvent]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When a ticket was solved and closed last, apart from merges that opened it and their undoing."""
    turned = (EventKind.MERGED, EventKind.UNMERGED)
    passed_over = {row.occurred_at for row in log if row.event in turned and row.value.endswith(UNANSWERED)}
    closed_at = None
    for row in log:
        if row.occurred_at in passed_over:
            continue
        if row.event == EventKind.SOLVED:
            return row.occurred_at, closed_at
        if row.event == EventKind.CLOSED:
            closed_at = closed_at or row.occurred_at
        elif row.event in BEGINS:
            break
    return None, closed_at


def end_of(ticket: Ticket) -> Ticket:
    """The ticket in which a merged one goes on; itself, where it was not merged."""
    seen = {ticket.pk}
    while ticket.merged_into is not None and ticket.merged_into_id not in seen:
        ticket = ticket.merged_into
        seen.add(ticket.pk)
    return ticket

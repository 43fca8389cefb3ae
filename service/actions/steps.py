"""What every write of a ticket shares: its row held, its log of events, its row of the log of intent."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from service.choices import EventKind, TicketState
from service.models import Ticket, TicketEvent
from service.promising import keep_due


def held(ticket: Ticket) -> Ticket:
    """The ticket's row, locked until the transaction ends."""
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


def refuse_merged(ticket: Ticket) -> None:
    """What was merged goes on in the other ticket."""
    if ticket.is_merged:
        raise refused("This ticket was merged: go on in #%(merged_into_id)s.", merged_into_id=ticket.merged_into_id)


def note_event(
    ticket: Ticket, event: str, *, actor: User | None, value: str = "", at: dt.datetime | None = None
) -> TicketEvent:
    """One row of the ticket's log, now unless told."""
    return TicketEvent.objects.create(
        ticket=ticket, event=event, value=value[:200], occurred_at=at or timezone.now(), actor=actor
    )


def note_changes(ticket: Ticket, before: Ticket, *, actor: User | None, at: dt.datetime | None = None) -> None:
    """Events for who has it, where it waits and how urgent it is, now unless told."""
    if ticket.owner_id != before.owner_id:
        note_event(
            ticket, EventKind.ASSIGNED, actor=actor, at=at, value=ticket.owner.name if ticket.owner else "nobody"
        )
    if ticket.queue_id != before.queue_id:
        note_event(ticket, EventKind.MOVED, actor=actor, at=at, value=ticket.queue.name)
    if ticket.priority != before.priority:
        note_event(ticket, EventKind.PRIORITY, actor=actor, at=at, value=ticket.priority)


def tell(ticket: Ticket, verb: str, words: str, *, actor: User | None) -> None:
    """The end of each action: what is due follows the log of the ticket, and the action has its row."""
    keep_due([ticket])
    summary = f"{words} {ticket.number}: {ticket.subject}"
    log(actor=actor, verb=verb, object=ticket, contact_id=ticket.contact_id, summary=summary)


def set_state(ticket: Ticket, state: str, at: dt.datetime) -> None:
    """The state with its moments; nothing is saved. Who waits now waits anew."""
    ticket.state = state
    ticket.noticed_at = None
    if state in (TicketState.SOLVED, TicketState.CLOSED):
        ticket.waiting_since = None
        ticket.solved_at = ticket.solved_at or at
        ticket.closed_at = at if state == TicketState.CLOSED else None
    else:
        ticket.solved_at = ticket.closed_at = None
        if state == TicketState.WAITING:
            ticket.waiting_since = None

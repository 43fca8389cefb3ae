"""A ticket on its way: taken, solved, opened again, closed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.models import User
from service.actions.problems import tell_incidents
from service.actions.steps import held, note_event, refuse_merged, set_state, tell
from service.choices import ENDED, EventKind, TicketState
from service.models import Ticket


@transaction.atomic
def take_ticket(*, actor: User, ticket: Ticket) -> Ticket:
    """Make a ticket one's own. Raises ValidationError where a colleague has it: from them it is assigned, not taken."""
    current = held(ticket)
    refuse_merged(current)
    if current.owner_id == actor.pk:
        return current
    if current.owner is not None:
        raise refused("%(name)s has this ticket by now.", name=current.owner.name)
    if not current.is_unsolved:
        raise ValidationError("This ticket is solved: open it again first.")
    current.owner, current.team_id = actor, actor.team_id
    if current.state == TicketState.NEW:
        current.state = TicketState.OPEN
    current.version += 1
    current.save()
    note_event(current, EventKind.ASSIGNED, actor=actor, value=actor.name)
    tell(current, "take", "Took", actor=actor)
    return current


@transaction.atomic
def solve_ticket(*, actor: User | None, ticket: Ticket) -> Ticket:
    """Nothing is left to be done; an answer of the customer opens it again. Twice is once."""
    current = held(ticket)
    refuse_merged(current)
    if current.state in ENDED:
        return current
    _into(current, TicketState.SOLVED, EventKind.SOLVED, "solve", "Solved", actor=actor)
    tell_incidents(current, actor)
    return current


@transaction.atomic
def close_ticket(*, actor: User | None, ticket: Ticket) -> Ticket:
    """Done for good: what the customer writes after it is a new ticket that follows this one. Twice is once."""
    current = held(ticket)
    refuse_merged(current)
    if current.state == TicketState.CLOSED:
        return current
    return _into(current, TicketState.CLOSED, EventKind.CLOSED, "close", "Closed", actor=actor)


@transaction.atomic
def reopen_ticket(*, actor: User | None, ticket: Ticket) -> Ticket:
    """Work on it again. One that is unsolved stays as it is."""
    current = held(ticket)
    refuse_merged(current)
    if current.state not in ENDED:
        return current
    current.reopenings += 1
    current.waiting_since = timezone.now()
    return _into(current, TicketState.OPEN, EventKind.REOPENED, "reopen", "Opened again", actor=actor)


def _into(ticket: Ticket, state: str, event: str, verb: str, words: str, *, actor: User | None) -> Ticket:
    now = timezone.now()
    set_state(ticket, state, now)
    ticket.version += 1
    ticket.save()
    note_event(ticket, event, actor=actor, at=now)
    tell(ticket, verb, words, actor=actor)
    return ticket

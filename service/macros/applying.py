"""What a macro changes of a ticket whose row is held."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from crm.models import User
from service.choices import TicketState
from service.models import Macro, Ticket


def apply_changes(ticket: Ticket, macro: Macro, actor: User | None) -> bool:
    """Set what the macro says on the ticket; nothing is saved. Whether anything is another than before."""
    before = (ticket.queue_id, ticket.priority, ticket.kind, tuple(ticket.tags), ticket.owner_id, ticket.state)
    if macro.queue is not None and ticket.queue_id != macro.queue_id:
        ticket.queue = macro.queue
        ticket.team_id = ticket.team_id if ticket.owner_id else macro.queue.team_id
    ticket.priority = macro.priority or ticket.priority
    ticket.kind = macro.kind or ticket.kind
    ticket.tags = list(dict.fromkeys([*ticket.tags, *macro.tags]))
    if macro.takes and actor is not None:
        ticket.owner, ticket.team_id = actor, actor.team_id
        ticket.state = TicketState.OPEN if ticket.state == TicketState.NEW else ticket.state
    return before != (ticket.queue_id, ticket.priority, ticket.kind, tuple(ticket.tags), ticket.owner_id, ticket.state)


def count_use(macro: Macro, uses: int = 1) -> None:
    Macro.objects.filter(pk=macro.pk).update(used_count=F("used_count") + uses, used_at=timezone.now())

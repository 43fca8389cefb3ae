"""Two tickets of one matter become one; and are taken apart again."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.models import User
from service.actions.steps import held, note_event, refuse_merged, set_state, tell
from service.choices import EventKind, TicketState
from service.models import Ticket


@transaction.atomic
def merge_ticket(*, actor: User | None, ticket: Ticket, into: Ticket) -> Ticket:
    """Close `ticket`: all that was said in it stands in the other one from now on, and answers to it come there.

    Nothing is moved, so that it can be undone. Both rows are held in the order of their numbers.
    """
    rows = Ticket.objects.select_for_update()
    found = {row.pk: row for row in rows.filter(pk__in=(ticket.pk, into.pk)).order_by("pk")}
    current, target = found[ticket.pk], found[into.pk]
    refuse_merged(current)
    if current.pk == target.pk:
        raise ValidationError({"into": "A ticket cannot be merged into itself."})
    if target.is_merged:
        raise ValidationError({"into": f"{target.number} was merged itself, into #{target.merged_into_id}."})
    set_state(current, TicketState.CLOSED, timezone.now())
    current.merged_into = target
    current.version += 1
    current.save()
    note_event(current, EventKind.MERGED, actor=actor, value=f"into {target.number}")
    note_event(target, EventKind.MERGED, actor=actor, value=f"{current.number} into this one")
    tell(current, "merge", f"Merged into {target.number}:", actor=actor)
    return target


@transaction.atomic
def unmerge_ticket(*, actor: User | None, ticket: Ticket) -> Ticket:
    """Take a merged ticket out again: it is open, with what was said in it."""
    current = held(ticket)
    target = current.merged_into
    if target is None:
        raise ValidationError("This ticket is not merged.")
    current.merged_into = None
    set_state(current, TicketState.OPEN if current.owner_id else TicketState.NEW, timezone.now())
    current.waiting_since = timezone.now()
    current.version += 1
    current.save()
    note_event(current, EventKind.UNMERGED, actor=actor, value=f"from {target.number}")
    note_event(target, EventKind.UNMERGED, actor=actor, value=f"{current.number} stands alone")
    tell(current, "unmerge", f"Taken apart from {target.number}:", actor=actor)
    return current


def end_of(ticket: Ticket) -> Ticket:
    """The ticket in which a merged one goes on; itself, where it was not merged."""
    seen = {ticket.pk}
    while ticket.merged_into is not None and ticket.merged_into_id not in seen:
        ticket = ticket.merged_into
        seen.add(ticket.pk)
    return ticket

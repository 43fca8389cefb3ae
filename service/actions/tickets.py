"""Opening and changing a ticket."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from crm.customfields.saving import set_custom
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from service.actions.queues import default_queue
from service.actions.steps import note_changes, note_event, refuse_merged, tell
from service.choices import EventKind, MessageKind, TicketState
from service.keeping import refresh_tickets
from service.languages import language_of
from service.models import Message, Ticket
from service.routing.actions import route_soon


@transaction.atomic
def open_ticket(
    *, actor: User | None, fields: Mapping[str, Any], body: str = "", custom: Mapping[str, Any] | None = None
) -> Ticket:
    """Open a ticket of the given model fields (at least `subject`); what they said (`body`) is its first message.

    Without a queue it goes into the default one, without a team it is the queue's. Its requester's name and address are
    those of its contact, where none are given; the organization is the contact's, the language that of the words. The
    customer waits from `opened_at`.
    """
    ticket = Ticket(**fields)
    if ticket.queue_id is None:
        ticket.queue = default_queue(actor=actor)
    if ticket.team_id is None:
        ticket.team_id = ticket.owner.team_id if ticket.owner else ticket.queue.team_id
    if ticket.opened_at > timezone.now():
        raise ValidationError({"opened_at": "A ticket cannot have been opened in the future."})
    know_requester(ticket)
    ticket.language = ticket.language or language_of(f"{ticket.subject}\n{body}")
    ticket.state = TicketState.OPEN if ticket.owner_id else TicketState.NEW
    ticket.waiting_since = ticket.message_at = ticket.opened_at
    set_custom(ticket, custom or {})
    ticket.save()
    refresh_tickets([ticket.pk])
    note_event(ticket, EventKind.OPENED, actor=actor, at=ticket.opened_at, value=ticket.channel)
    if ticket.owner_id:
        note_event(ticket, EventKind.ASSIGNED, actor=actor, at=ticket.opened_at, value=ticket.owner.name)  # type: ignore[union-attr]
    if body.strip():
        Message.objects.create(
            ticket=ticket, kind=MessageKind.IN, channel=ticket.channel, text=body, sent_at=ticket.opened_at,
            author=actor, sender_name=ticket.requester[:200], sender_address=ticket.requester_email,
        )  # fmt: skip
    refuse_lost_sight(actor, ticket)
    tell(ticket, "create", "Opened the ticket", actor=actor)
    route_soon(ticket)
    ticket.refresh_from_db()
    return ticket


@transaction.atomic
def change_ticket(
    *,
    actor: User | None,
    ticket: Ticket,
    version: int,
    fields: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
) -> Ticket:
    """Change what is given; nothing is written or logged where nothing changed.

    Raises `StaleRecord` when somebody saved the ticket after `version` was read.
    """
    current: Ticket = locked(ticket, version)
    before = copy.copy(current)
    changed = assign(current, fields) + set_custom(current, custom or {})
    if not changed:
        return current
    refuse_merged(current)
    _follow(current, before, fields)
    current.version += 1
    # what a stranger's mail or a file brought may be no e-mail address: only what is changed is looked at
    untouched = {field.name for field in Ticket._meta.concrete_fields} - set(fields)
    current.full_clean(validate_unique=False, exclude={*untouched, "external_id"})
    current.save()
    refresh_tickets([current.pk])
    note_changes(current, before, actor=actor)
    refuse_lost_sight(actor, current)
    tell(current, "change", f"Changed {', '.join(changed)} of", actor=actor)
    return current


def know_requester(ticket: Ticket) -> None:
    """The name, address and organization of the contact, where the ticket says nothing else."""
    contact = ticket.contact
    if contact is None:
        return
    ticket.requester_name = ticket.requester_name or contact.name[:200]
    ticket.requester_email = ticket.requester_email or email_of(contact)[:254]
    if ticket.organization_id is None:
        ticket.organization_id = contact.pk if contact.is_organization else contact.organization_id


def email_of(contact: Contact) -> str:
    """The main e-mail address of a contact; empty where there is none."""
    rows = contact.points.filter(kind="email").order_by("-is_primary", "pk")
    return rows.values_list("value", flat=True).first() or ""


def _follow(ticket: Ticket, before: Ticket, fields: Mapping[str, Any]) -> None:
    """What a change of owner, queue or customer brings along."""
    if ticket.owner_id != before.owner_id:
        if "team" not in fields and ticket.owner is not None:
            ticket.team_id = ticket.owner.team_id
        if ticket.owner_id and ticket.state == TicketState.NEW:
            ticket.state = TicketState.OPEN
    elif ticket.queue_id != before.queue_id and "team" not in fields and ticket.owner_id is None:
        ticket.team_id = ticket.queue.team_id
    if ticket.registration is not None and ticket.registration.contact_id != ticket.contact_id:
        ticket.registration = None
    if ticket.registration is not None and ticket.product_id is None:
        ticket.product = ticket.registration.product
    if ticket.contact_id != before.contact_id and "requester_email" not in fields:
        ticket.requester_name = ticket.requester_email = ""
        ticket.organization_id = ticket.organization_id if "organization" in fields else None
        know_requester(ticket)

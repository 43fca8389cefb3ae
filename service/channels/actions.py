"""Writes of the other channels: what a stranger sends by a web form, what a chat or a social network brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.choices import PointKind
from contacts.incoming import contact_with
from contacts.models import Contact, ContactPoint
from contacts.normalising import normalise_point
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.foreign.strangers import MOST_AN_HOUR, WINDOW, TooMany, place_of
from crm.locks import wait_for_word
from crm.models import User
from service.actions import open_ticket, take_message
from service.actions.merging import end_of
from service.choices import MessageKind, TicketChannel, TicketKind, TicketState
from service.forms import first_words
from service.models import Conversation, Message, Ticket, WebForm, WebRequest

WEB_LOCK, CONVERSATION_LOCK = 7346, 7347
LONGEST_SUBJECT = 300
EARLIEST = dt.timedelta(days=30)


@transaction.atomic
def take_web_request(*, form: WebForm, values: Mapping[str, str], ip: str) -> Ticket:
    """Open a ticket of what a stranger typed: name, email, subject, message, kind and reference.

    Who has that address is its customer, as with a mail: that proves nothing, and nothing is told. Raises TooMany.
    """
    place = place_of(ip)
    wait_for_word(WEB_LOCK, f"{form.pk} {place}")
    since = timezone.now() - WINDOW
    if WebRequest.objects.filter(form=form, place=place, created_at__gte=since).count() >= MOST_AN_HOUR:
        raise TooMany
    fields = {
        "queue": form.queue,
        "channel": TicketChannel.WEB,
        "kind": values.get("kind") or TicketKind.QUERY,
        "subject": values["subject"][:LONGEST_SUBJECT],
        "contact": contact_with(values["email"]),
        "requester_name": values.get("name", "")[:200],
        "requester_email": values["email"][:254],
        "source": form.name[:120],
    }
    reference = values.get("reference", "")
    words = f"{values['message']}\n\nOrder or serial number: {reference}" if reference else values["message"]
    ticket = open_ticket(actor=None, fields=fields, body=words)
    WebRequest.objects.create(form=form, ticket=ticket, place=place)
    return ticket


@transaction.atomic
def take_word(
    *,
    actor: User | None,
    source: str,
    conversation: str,
    external_id: str,
    text: str,
    channel: str = TicketChannel.CHAT,
    subject: str = "",
    sender: Mapping[str, str] | None = None,
    contact: Contact | None = None,
    sent_at: dt.datetime | None = None,
) -> tuple[Message, bool]:
    """What somebody wrote in a conversation of a chat or a social network, by its ids there; the message, and whether
    it is new: the same one comes in once, however often it is brought.

    It goes on in the conversation's ticket; where that is closed, or there is none, it opens one. `sender` may name
    `name`, `handle`, `email`, by which a contact is found. Who may open only tickets of their own has the new one.
    """
    wait_for_word(CONVERSATION_LOCK, f"{source} {conversation}")
    key = f"{source}:{external_id}"
    known = Message.objects.filter(external_id=key).select_related("ticket").first()
    if known is not None:
        return known, False
    if not text.strip():
        raise ValidationError({"text": "There is nothing in it."})
    said = {name: value for name, value in (sender or {}).items() if value}
    row = Conversation.objects.select_for_update().filter(source=source, external_id=conversation).first()
    before = end_of(row.ticket) if row is not None else None
    words: dict[str, Any] = {
        "text": text, "channel": channel, "external_id": key, "sent_at": _likely(sent_at) or timezone.now(),
        "sender_name": said.get("name") or said.get("handle", ""),
        "sender_address": said.get("email") or said.get("handle", ""),
    }  # fmt: skip
    if before is not None and before.state != TicketState.CLOSED:
        return take_message(actor=actor, ticket=before, **words), True
    customer = contact or (before.contact if before is not None else None) or _contact_of(said)
    fields = _fields(before, source, subject or text, channel, said, customer)
    if actor is not None and scope_of(actor, Ticket, Verb.ADD) != Scope.ALL:
        fields["owner"] = actor
    ticket = open_ticket(actor=actor, fields=fields)
    Conversation.objects.update_or_create(source=source, external_id=conversation, defaults={"ticket": ticket})
    message = Message.objects.create(
        ticket=ticket, kind=MessageKind.IN, **{**words, "sender_name": words["sender_name"][:200]},
    )  # fmt: skip
    return message, True


def ticket_of(source: str, conversation: str) -> Ticket | None:
    """The ticket in which a conversation goes on; None for one that nothing came of yet."""
    row = Conversation.objects.filter(source=source, external_id=conversation).select_related("ticket").first()
    return end_of(row.ticket) if row is not None else None


def _fields(
    before: Ticket | None, source: str, words: str, channel: str, said: Mapping[str, str], customer: Contact | None
) -> dict[str, Any]:
    return {
        "subject": first_words(words)[:LONGEST_SUBJECT] or "(no subject)",
        "channel": channel,
        "source": source,
        "contact": customer,
        "requester_name": (said.get("name") or said.get("handle", ""))[:200],
        "requester_email": said.get("email", ""),
        "follows": before,
        **({"queue": before.queue} if before is not None else {}),
    }


def _contact_of(said: Mapping[str, str]) -> Contact | None:
    """Who has this e-mail address, else who has this handle."""
    found = contact_with(said.get("email", ""))
    if found is not None or not said.get("handle"):
        return found
    handle = normalise_point(PointKind.HANDLE, said["handle"])
    having = ContactPoint.objects.filter(kind=PointKind.HANDLE, normalised=handle).values("contact")
    return Contact.objects.current().filter(pk__in=having).order_by("pk").first()


def _likely(moment: dt.datetime | None) -> dt.datetime | None:
    """When it was written, unless a clock that is wrong says so."""
    now = timezone.now()
    return moment if moment is not None and now - EARLIEST <= moment <= now else None

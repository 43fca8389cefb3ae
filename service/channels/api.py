"""The REST API by which chats and social networks bring what people write."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router
from pydantic import Field

from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.rest.problems import plain_problem, wrong_fields
from crm.rest.schemas import Input
from crm.rest.tokens import caller, writes
from crm.rest.writing import acted, refuse_without
from service.api import MessageOut, shown_message
from service.channels.actions import take_word, ticket_of
from service.choices import TicketChannel
from service.forms import LONGEST_TEXT
from service.models import Message, Ticket

conversations = Router(tags=["Tickets"])
ID = r"^[^\x00-\x1f\x7f]+$"


class WordIn(Input):
    """What somebody wrote in a chat or on a social network, under the ids that it has there."""

    source: str = Field(max_length=40, min_length=1, pattern=r"^[a-z0-9_.-]+$", examples=["instagram"])
    conversation: str = Field(max_length=200, min_length=1, pattern=ID, description="The thread there.")
    external_id: str = Field(max_length=200, min_length=1, pattern=ID, description="The message there.")
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    channel: TicketChannel = Field(TicketChannel.CHAT, description="chat, social or another.")
    subject: str = Field("", max_length=300, description="Of a new ticket; else the first words.")
    sender_name: str = Field("", max_length=200)
    sender_handle: str = Field("", max_length=200, description="By which a contact is found: @ada.")
    sender_email: str = Field("", max_length=254)
    contact_id: int | None = Field(None, ge=1, description="The contact, where you know it.")
    sent_at: dt.datetime | None = None


@conversations.post("", response={200: MessageOut, 201: MessageOut}, auth=writes("tickets"))
def take_message_of_channel(request: HttpRequest, body: Body[WordIn]) -> HttpResponse:
    """Bring a message. It opens a ticket, or goes on in the one of its conversation. Bringing it again (the same
    `source` and `external_id`) changes nothing and answers 200 with what there is."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Ticket)
    ticket = ticket_of(body.source, body.conversation)
    if ticket is not None:
        if not can(user, Verb.VIEW, ticket):
            raise Http404
        if not can(user, Verb.CHANGE, ticket):
            raise plain_problem(403)
    contact = None
    if body.contact_id is not None:
        contact = Contact.objects.visible_to(user).filter(pk=body.contact_id).first()
        if contact is None:
            raise wrong_fields([{"field": "contact_id", "message": "There is no such contact that you may see."}])
    message, is_new = cast(
        "tuple[Message, bool]",
        acted(
            lambda: take_word(
                actor=user, source=body.source, conversation=body.conversation, external_id=body.external_id,
                text=body.text, channel=body.channel, subject=body.subject, contact=contact, sent_at=body.sent_at,
                sender={"name": body.sender_name, "handle": body.sender_handle, "email": body.sender_email},
            )
        ),
    )  # fmt: skip
    if not is_new and not can(user, Verb.VIEW, message.ticket):
        raise Http404
    return JsonResponse(shown_message(message), status=201 if is_new else 200)

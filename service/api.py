"""The REST API of tickets: the pages' forms, actions and rows, for programs; chats come in by it."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from crm.choices import Verb
from crm.models import User
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_fields
from crm.rest.schemas import Input, Named, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from service import actions
from service.choices import MessageKind, TicketChannel, TicketState
from service.forms import LONGEST_TEXT, TicketForm
from service.models import Message, Queue, Ticket
from service.queries import family_of
from service.resources import TICKETS

AREA = "tickets"
MOST_MESSAGES = 500
CustomValue = bool | int | float | str | list[str] | None
NAMES = {f"{name}_id": name for name in ("contact", "organization", "product", "owner", "team", "queue")}
tickets = Router(tags=["Tickets"])
TicketOut = record_schema("Ticket", TICKETS)


class TicketFields(Input):
    """What can be set on a ticket. A value that is left out stays; null empties it. Its state changes by steps."""

    subject: str | None = Field(None, max_length=300, examples=["One pane came broken"])
    kind: str | None = Field(None, description="query, complaint, purchase_issue or suggestion.")
    priority: str | None = Field(None, description="low, normal, high or urgent.")
    queue_id: int | None = None
    channel: str | None = Field(None, description="email, phone, desk, web, chat, social or other.")
    contact_id: int | None = None
    organization_id: int | None = None
    requester_name: str | None = Field(None, max_length=200)
    requester_email: str | None = Field(None, max_length=254, description="Where a reply goes; the contact's, else.")
    product_id: int | None = None
    language: str | None = Field(None, max_length=8, description="In which they write: two letters; empty: told by it.")
    owner_id: int | None = None
    team_id: int | None = None
    source: str | None = Field(None, max_length=120)
    tags: list[str] | None = Field(None, max_length=20)
    external_id: str | None = Field(None, max_length=200)
    custom: dict[str, CustomValue] | None = Field(
        None, max_length=500, description="Values of custom fields by key; null empties one."
    )


class TicketIn(TicketFields):
    body: str | None = Field(None, max_length=LONGEST_TEXT, description="What the customer said: the first message.")


class TicketPatch(TicketFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class MessageIn(Input):
    """`in`: the customer said it; `out`: a reply that is sent to them by mail; `note`: for colleagues."""

    kind: MessageKind = Field(examples=["in"])
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    channel: TicketChannel = Field(TicketChannel.CHAT, description="Of what the customer said.")
    sender_name: str = Field("", max_length=200)
    then: TicketState = Field(TicketState.WAITING, description="After a reply: waiting, open or solved.")


class MergeIn(Input):
    into_id: int = Field(ge=1, description="The ticket in which it goes on.")


class MessageOut(Schema):
    id: int
    ticket_id: int
    kind: str
    channel: str
    text: str
    folded: str = Field(description="What stood below: quoted mails, a signature.")
    author: Named | None
    sender_name: str
    sent_at: dt.datetime
    delivery: str = Field(description="Of a reply: queued, sent, failed and so on; empty for all else.")


class Messages(Schema):
    items: list[MessageOut]


class QueueOut(Schema):
    id: int
    name: str


class Queues(Schema):
    items: list[QueueOut]


@tickets.get("", response=page_schema("Ticket", TicketOut), auth=reads(AREA), openapi_extra=list_parameters(TICKETS))
def list_tickets(request: HttpRequest) -> HttpResponse:
    """Tickets that you may see, page by page, with the filters of the list page."""
    return ApiList(TICKETS, request).response()


@tickets.post("", response={201: TicketOut}, auth=writes(AREA))
def create_ticket(request: HttpRequest, body: Body[TicketIn]) -> HttpResponse:
    """Open a ticket. Send an `Idempotency-Key` to open it once."""
    refuse_without(caller(request), Verb.ADD, Ticket)

    def make() -> Ticket:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.open_ticket(
            actor=caller(request), fields=form.ticket_fields, body=form.first_words, custom=form.custom
        )

    return created(TICKETS, request, make)


@tickets.get("/queues", response=Queues, auth=reads(AREA))
def list_queues(request: HttpRequest) -> HttpResponse:
    """The queues, the default one first."""
    rows = Queue.objects.visible_to(caller(request)).values("id", "name")
    return JsonResponse({"items": list(rows)})


@tickets.get("/{int:ticket_id}", response=TicketOut, auth=reads(AREA))
def get_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """One ticket, with its version as `ETag`."""
    return answer(TICKETS, request, found(TICKETS, request, ticket_id))


@tickets.patch("/{int:ticket_id}", response=TicketOut, auth=writes(AREA))
def change_ticket(request: HttpRequest, ticket_id: int, body: Body[TicketPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    ticket = found(TICKETS, request, ticket_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), ticket)
    expected.save(
        lambda: actions.change_ticket(
            actor=caller(request), ticket=ticket, version=expected.version, fields=form.ticket_fields,
            custom=form.custom,
        )
    )  # fmt: skip
    return answer(TICKETS, request, found(TICKETS, request, ticket_id))


@tickets.post("/{int:ticket_id}/take", response=TicketOut, auth=writes(AREA))
def take_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Make a ticket yours, where nobody has it."""
    return _step(request, ticket_id, actions.take_ticket)


@tickets.post("/{int:ticket_id}/solve", response=TicketOut, auth=writes(AREA))
def solve_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Nothing is left to be done; solving twice changes nothing."""
    return _step(request, ticket_id, actions.solve_ticket)


@tickets.post("/{int:ticket_id}/reopen", response=TicketOut, auth=writes(AREA))
def reopen_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Work on it again."""
    return _step(request, ticket_id, actions.reopen_ticket)


@tickets.post("/{int:ticket_id}/close", response=TicketOut, auth=writes(AREA))
def close_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Done for good: what the customer writes after it is a new ticket."""
    return _step(request, ticket_id, actions.close_ticket)


@tickets.post("/{int:ticket_id}/merge", response=TicketOut, auth=writes(AREA))
def merge_ticket(request: HttpRequest, ticket_id: int, body: Body[MergeIn]) -> HttpResponse:
    """Close a ticket of the same matter: all that was said in it stands in the other one."""
    ticket, user = found(TICKETS, request, ticket_id, Verb.CHANGE), caller(request)
    into = Ticket.objects.visible_to(user, Verb.CHANGE).filter(pk=body.into_id).first()
    if into is None:
        raise wrong_fields([{"field": "into_id", "message": "There is no such ticket that you may change."}])
    acted(lambda: actions.merge_ticket(actor=user, ticket=ticket, into=into), {"into": "into_id"})
    return answer(TICKETS, request, found(TICKETS, request, ticket_id))


@tickets.get("/{int:ticket_id}/messages", response=Messages, auth=reads(AREA))
def list_messages(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """What was said in a ticket and in those that were merged into it, the newest 500, oldest first."""
    ticket = found(TICKETS, request, ticket_id)
    rows = Message.objects.filter(ticket__in=family_of(ticket)).select_related("author", "outgoing")
    newest = rows.order_by("-sent_at", "-pk")[:MOST_MESSAGES]
    return JsonResponse({"items": [shown_message(one) for one in reversed(newest)]})


@tickets.post("/{int:ticket_id}/messages", response={201: MessageOut}, auth=writes(AREA))
def add_message(request: HttpRequest, ticket_id: int, body: Body[MessageIn]) -> HttpResponse:
    """Say something in a ticket. Send an `Idempotency-Key` to say it once."""
    ticket, user = found(TICKETS, request, ticket_id, Verb.CHANGE), caller(request)

    def work() -> HttpResponse:
        message = acted(lambda: _say(user, ticket, body))
        return JsonResponse(shown_message(message), status=201)

    return done_once(cast(ApiRequest, request), work)


def _say(user: User, ticket: Ticket, body: MessageIn) -> Message:
    if body.kind == MessageKind.OUT:
        return actions.reply(actor=user, ticket=ticket, text=body.text, then=body.then)
    if body.kind == MessageKind.NOTE:
        return actions.add_note(actor=user, ticket=ticket, text=body.text)
    return actions.take_message(
        actor=user, ticket=ticket, text=body.text, channel=body.channel, sender_name=body.sender_name
    )


def shown_message(message: Message) -> dict[str, Any]:
    """A message as `MessageOut` has it."""
    author = message.author
    return {
        "id": message.pk,
        "ticket_id": message.ticket_id,
        "kind": message.kind,
        "channel": message.channel,
        "text": message.text,
        "folded": message.folded,
        "author": {"id": author.pk, "name": author.name} if author else None,
        "sender_name": message.sender_name,
        "sent_at": message.sent_at.isoformat(),
        "delivery": _delivery(message),
    }


def _delivery(message: Message) -> str:
    on_its_way = message.outgoing or getattr(message, "delivery", None)
    return on_its_way.state if on_its_way else ""


def _step(request: HttpRequest, ticket_id: int, act: Any) -> HttpResponse:
    ticket = found(TICKETS, request, ticket_id, Verb.CHANGE)
    acted(lambda: act(actor=caller(request), ticket=ticket))
    return answer(TICKETS, request, found(TICKETS, request, ticket_id))


def _form(request: HttpRequest, given: dict[str, Any], record: Ticket | None) -> TicketForm:
    """The page's form, filled and valid."""
    user = caller(request)
    if given.get("tags") is not None:
        given = {**given, "tags": ", ".join(given["tags"])}

    def make_form(data: Any) -> TicketForm:
        return TicketForm(data=data, user=user, record=record, initial={})

    return cast(TicketForm, filled(make_form, given, NAMES, user))

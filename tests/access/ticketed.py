"""Tickets for the access tests, written past the actions: a world has many."""

from __future__ import annotations

import itertools

from crm.incoming.intake import take_in
from crm.models import IncomingMail, User
from service.models import Conversation, HookDelivery, Message, Queue, ReplyHook, ServiceHours, SlaPolicy, Ticket

NUMBERS = itertools.count(1)
HTML = b"From: a@b.example\r\nSubject: %s\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>"


def make_ticket(owner: User, name: str) -> Ticket:
    ticket = Ticket.objects.create(
        subject=f"CANARY ticket {name}", owner=owner, team=owner.team, requester_email="a@b.example", state="open",
        queue=Queue.objects.first() or Queue.objects.create(name="Support"), sort_name=name,
    )  # fmt: skip
    Message.objects.create(ticket=ticket, kind="in", text="One pane came broken. And where is my invoice?")
    return ticket


def make_formatted(owner: User, name: str) -> Message:
    """A message that came as a mail with formatting."""
    mail, _ = take_in(HTML % name.encode(), door="command")
    IncomingMail.objects.filter(pk=mail.pk).update(has_html=True)
    return Message.objects.create(ticket=make_ticket(owner, f"with {name}"), kind="in", text="Hello", incoming=mail)


def make_delivery(owner: User, name: str) -> HookDelivery:
    """A reply that did not come into its chat."""
    hook, _ = ReplyHook.objects.get_or_create(source="instagram", defaults={"url": "https://chat.example/replies"})
    ticket = make_ticket(owner, f"in chat {name}")
    conversation = Conversation.objects.create(source=hook.source, external_id=name, ticket=ticket)
    message = Message.objects.create(ticket=ticket, kind="out", text="Hello")
    return HookDelivery.objects.create(message=message, hook=hook, conversation=conversation, state="parked")


def make_hours(owner: User, name: str) -> ServiceHours:
    return ServiceHours.objects.get_or_create(name=f"Office {name}")[0]


def make_queue(owner: User, name: str) -> Queue:
    return Queue.objects.create(name=f"Queue {next(NUMBERS)}", position=90)


def make_promise(owner: User, name: str) -> SlaPolicy:
    return SlaPolicy.objects.create(
        name=f"Promise {next(NUMBERS)}", hours=make_hours(owner, f"of {name}"), first_reply_minutes=60
    )


TICKET_MAKERS = {
    "queue": make_queue,
    "promise": make_promise,
    "service hours": make_hours,
    "ticket": make_ticket,
    "message with formatting": make_formatted,
    "reply into a chat": make_delivery,
}

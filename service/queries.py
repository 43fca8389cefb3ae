"""Reads of tickets that lists and pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from service.choices import UNSOLVED, EventKind, MessageKind
from service.models import Message, Ticket, TicketEvent

FAMILY_SQL = """
WITH RECURSIVE family AS (
  SELECT %s::bigint AS id UNION SELECT t.id FROM service_ticket t JOIN family f ON t.merged_into_id = f.id
) SELECT id FROM family
"""
MOST_SHOWN = 100
MOST_BESIDE = 40
TOLD_BY_MESSAGES = (EventKind.REPLIED, EventKind.WROTE, EventKind.WAITING)


def family_of(ticket: Ticket) -> list[int]:
    """Ids of the ticket and of all that were merged into it, at whatever remove."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILY_SQL, [ticket.pk])
        return [row[0] for row in cursor.fetchall()]


def search_tickets(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Tickets whose subject, number, external id or requester the text finds, or whose customer it finds."""
    text = text.strip()
    if not text:
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    by_own = Ticket.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "service.ticket"))
    ).order_by()
    found = by_own.values("pk").union(
        Ticket.objects.filter(contact__in=customers).order_by().values("pk"),
        Ticket.objects.filter(organization__in=customers).order_by().values("pk"),
        all=True,
    )
    return rows.filter(pk__in=found)


def tickets_of(user: User | None, contact: Contact) -> QuerySet[Ticket]:
    """The tickets of a contact, or with its organization, that the person may see; unsolved ones first."""
    rows = Ticket.objects.visible_to(user).filter(Q(contact=contact) | Q(organization=contact))
    return rows.order_by(F("solved_at").desc(nulls_first=True), "-opened_at", "-pk")


@dataclass(frozen=True)
class Entry:
    """One line of a conversation: a message, or what happened between messages (`message` None)."""

    at: dt.datetime
    message: Message | None = None
    event: TicketEvent | None = None


@dataclass(frozen=True)
class Conversation:
    """The newest messages and events of a ticket and of those merged into it, newest first. `newest` is the id of the
    newest public message (0: none); `is_cut`: there are older ones that are not shown."""

    entries: Sequence[Entry]
    newest: int
    is_cut: bool


def conversation_of(ticket: Ticket, *, most: int = MOST_SHOWN) -> Conversation:
    """What was said and done, for who may see the ticket. Three queries."""
    family = family_of(ticket)
    rows = Message.objects.filter(ticket__in=family).select_related("author", "incoming", "outgoing")
    kept_apart = ("incoming__text", "incoming__visible_text", "outgoing__text", "outgoing__html")
    messages = list(rows.defer(*kept_apart).order_by("-sent_at", "-pk")[: most + 1])
    since = messages[most - 1].sent_at if len(messages) > most else None
    events = TicketEvent.objects.filter(ticket__in=family).exclude(event__in=TOLD_BY_MESSAGES).select_related("actor")
    if since is not None:
        events = events.filter(occurred_at__gte=since)
    entries = [Entry(one.sent_at, message=one) for one in messages[:most]]
    entries += [Entry(one.occurred_at, event=one) for one in events.order_by("-occurred_at", "-pk")[:most]]
    entries.sort(key=lambda one: one.at, reverse=True)
    public = [one.pk for one in messages if one.is_public]
    return Conversation(entries, max(public, default=0), len(messages) > most)


def beside(user: User, ticket: Ticket, which: str) -> QuerySet[Ticket]:
    """What stands in the narrow list beside a ticket: my unsolved ones, or those of its queue, most urgent first."""
    rows = Ticket.objects.visible_to(user).unsolved()
    rows = rows.filter(owner=user) if which == "mine" else rows.filter(queue=ticket.queue_id)
    if which == "free":
        rows = rows.filter(owner=None)
    return rows.by_urgency().select_related("contact", "owner").defer("search_text", "custom")[:MOST_BESIDE]


def seen_customers(user: User | None) -> dict[str, Any]:
    """`sees_contact` and `sees_organization`, for `annotate`: whether the person may see whom a ticket names."""
    seen = Contact.objects.visible_to(user)
    return {
        f"sees_{name}": Q(**{name: None}) | Q(Exists(seen.filter(pk=OuterRef(name))))
        for name in ("contact", "organization")
    }


def other_tickets(user: User, ticket: Ticket, most: int = 6) -> list[Ticket]:
    """Other tickets of the same customer, the unsolved ones first."""
    if ticket.contact_id is None:
        return []
    rows = Ticket.objects.visible_to(user).filter(contact=ticket.contact_id).exclude(pk=ticket.pk)
    return list(rows.order_by(F("solved_at").desc(nulls_first=True), "-opened_at")[:most])


def waits_for_us() -> Q:
    """Unsolved, and the customer waits."""
    return Q(state__in=UNSOLVED, waiting_since__isnull=False)


def last_of_customer(ticket: Ticket) -> Message | None:
    """The newest message of the customer."""
    return Message.objects.filter(ticket=ticket, kind=MessageKind.IN).order_by("-sent_at", "-pk").first()

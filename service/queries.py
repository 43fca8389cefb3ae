"""Reads of tickets that lists and pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contacts.models import Contact
from crm.choices import Verb
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from service.choices import UNSOLVED, EventKind, LinkKind, MessageKind
from service.models import Message, MessageFile, Ticket, TicketEvent, TicketLink, TicketWatcher

FAMILY_SQL = """
WITH RECURSIVE family AS (
  SELECT %s::bigint AS id UNION SELECT t.id FROM service_ticket t JOIN family f ON t.merged_into_id = f.id
) SELECT id FROM family
"""
MOST_SHOWN = 100
MOST_BESIDE = 40
MOST_TIES = 40
SEEN_FROM_THERE: dict[str, str] = {
    LinkKind.INCIDENT: "The problem of",
    LinkKind.DUPLICATE: "Has the duplicate",
    LinkKind.RELATED: "Related to",
    LinkKind.SPLIT: "Was split into",
}
TOLD_BY_MESSAGES = (EventKind.REPLIED, EventKind.WROTE, EventKind.WAITING, EventKind.NOTICE)


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
    rows = Message.objects.filter(ticket__in=family).select_related("author", "incoming", "outgoing", "delivery__hook")
    kept_apart = ("incoming__text", "incoming__visible_text", "outgoing__text", "outgoing__html")
    messages = list(rows.defer(*kept_apart).order_by("-sent_at", "-pk")[: most + 1])
    since = messages[most - 1].sent_at if len(messages) > most else None
    events = TicketEvent.objects.filter(ticket__in=family).exclude(event__in=TOLD_BY_MESSAGES).select_related("actor")
    if since is not None:
        events = events.filter(occurred_at__gte=since)
    know_files(messages)
    entries = [Entry(one.sent_at, message=one) for one in messages[:most]]
    entries += [Entry(one.occurred_at, event=one) for one in events.order_by("-occurred_at", "-pk")[:most]]
    entries.sort(key=lambda one: one.at, reverse=True)
    public = [one.pk for one in messages if one.is_public]
    return Conversation(entries, max(public, default=0), len(messages) > most)


def know_files(messages: Sequence[Message]) -> None:
    """Give each message the files that it brought or took along (`sent_files`): name, size, the attachment's id."""
    rows = MessageFile.objects.filter(message__in=messages, attachment__removed_at=None).order_by("position", "pk")
    named = rows.values_list("message", "attachment", "attachment__file__name", "attachment__file__size")
    files: dict[int, list[dict[str, Any]]] = {}
    for message, key, name, size in named if messages else ():
        files.setdefault(message, []).append({"name": name, "size": size, "attachment": key})
    for one in messages:
        one.sent_files = files.get(one.pk, [])  # type: ignore[attr-defined]


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


def incidents_of(problem: Ticket, user: User | None) -> QuerySet[Ticket]:
    """The unsolved incidents of a problem that the person may change, the oldest first."""
    rows = Ticket.objects.visible_to(user, Verb.CHANGE).unsolved()
    return rows.filter(links__other=problem, links__kind=LinkKind.INCIDENT).order_by("opened_at", "pk")


@dataclass(frozen=True)
class Tie:
    """Another ticket and what this one is to it, in words; `link` can be taken away."""

    words: str
    ticket: Ticket
    link: TicketLink

    @property
    def is_incident(self) -> bool:
        """Whether the other one is an incident of this one."""
        return self.link.kind == LinkKind.INCIDENT and self.link.ticket_id == self.ticket.pk


def ties_of(ticket: Ticket, user: User) -> list[Tie]:
    """The tickets that this one is linked with, as far as the person may see them. One query."""
    links = TicketLink.objects.filter(Q(ticket=ticket) | Q(other=ticket)).select_related("ticket", "other")
    seen = Ticket.objects.visible_to(user).values("pk")
    return [
        Tie(one.get_kind_display(), one.other, one)
        if one.ticket_id == ticket.pk
        else Tie(SEEN_FROM_THERE[one.kind], one.ticket, one)
        for one in links.filter(ticket__in=seen, other__in=seen)[:MOST_TIES]
    ]


def watchers_of(ticket: Ticket) -> list[User]:
    """Who watches it, in the order in which they began."""
    return [one.user for one in TicketWatcher.objects.filter(ticket=ticket).select_related("user")]


def waits_for_us() -> Q:
    """Unsolved, and the customer waits."""
    return Q(state__in=UNSOLVED, waiting_since__isnull=False)


def last_of_customer(ticket: Ticket) -> Message | None:
    """The newest message of the customer."""
    return Message.objects.filter(ticket=ticket, kind=MessageKind.IN).order_by("-sent_at", "-pk").first()

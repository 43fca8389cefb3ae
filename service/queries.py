"""Reads of tickets that lists and pages show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contacts.models import Contact
from crm.access import rights_on, visible_words
from crm.choices import Verb
from crm.counted_panels import panel_counts, words_of_counts
from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from service.choices import UNSOLVED, EventKind, LinkKind, MessageKind
from service.models import Message, MessageFile, Ticket, TicketEvent, TicketLink, TicketWatcher

FAMILY_SQL = """
WITH RECURSIVE family AS (
  SELECT %s::bigint AS id UNION SELECT t.id FROM service_ticket t JOIN family f ON t.merged_into_id = f.id
) SELECT id FROM family
"""
NUMBER = re.compile(r"#?([0-9]{1,18})")
MOST_SHOWN = 100
MOST_BESIDE = 40
MOST_TIES = 40
SEEN_FROM_THERE: dict[str, str] = {
    LinkKind.INCIDENT: "The problem of",
    LinkKind.DUPLICATE: "Has the duplicate",
    LinkKind.RELATED: "Related to",
    LinkKind.SPLIT: "Was split into",
}
SHOWN_WITH = (
    "queue", "policy", "contact", "organization", "owner", "team", "product", "registration", "merged_into", "follows",
)  # fmt: skip
_tickets: Shelf[KeptRows[Ticket]] = Shelf()
_others: Shelf[KeptRows[Ticket]] = Shelf()
_links: Shelf[KeptRows[TicketLink]] = Shelf()
TOLD_BY_MESSAGES = (EventKind.REPLIED, EventKind.WROTE, EventKind.WAITING, EventKind.NOTICE)


def family_of(ticket: Ticket) -> list[int]:
    """Ids of the ticket and of all that were merged into it, at whatever remove."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILY_SQL, [ticket.pk])
        return [row[0] for row in cursor.fetchall()]


def number_in(text: str) -> int:
    """The number of a ticket that a typed text is as a whole: `#5` and `5`; 0 where it is something else."""
    found = NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else 0


def search_tickets(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Tickets whose subject, number, external id or requester the text finds, or whose customer it finds. A number
    finds its ticket however short it is."""
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
        Ticket.objects.filter(pk=number_in(text)).order_by().values("pk"),
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
    is_alone = len(family) == 1
    messages = _kept_messages(most).read(ticket.pk) if is_alone else list(_messages(family)[: most + 1])
    since = messages[most - 1].sent_at if len(messages) > most else None
    if is_alone and since is None:
        events = _kept_events(most).read(ticket.pk)
    else:
        rows = _events(family)
        events = list((rows if since is None else rows.filter(occurred_at__gte=since))[:most])
    know_files(messages)
    entries = [Entry(one.sent_at, message=one) for one in messages[:most]]
    entries += [Entry(one.occurred_at, event=one) for one in events]
    entries.sort(key=lambda one: one.at, reverse=True)
    public = [one.pk for one in messages if one.is_public]
    return Conversation(entries, max(public, default=0), len(messages) > most)


def _messages(family: Sequence[int]) -> QuerySet[Message]:
    rows = Message.objects.filter(ticket__in=family).select_related("author", "incoming", "outgoing", "delivery__hook")
    kept_apart = ("incoming__text", "incoming__visible_text", "outgoing__text", "outgoing__html")
    return rows.defer(*kept_apart).order_by("-sent_at", "-pk")


def _events(family: Sequence[int]) -> QuerySet[TicketEvent]:
    rows = TicketEvent.objects.filter(ticket__in=family).exclude(event__in=TOLD_BY_MESSAGES).select_related("actor")
    return rows.order_by("-occurred_at", "-pk")


@cache
def _kept_messages(most: int) -> KeptRows[Message]:
    """The question of the page of a ticket into which none was merged; the same for all who may see it."""
    return KeptRows(_messages([ANY_KEY])[: most + 1])


@cache
def _kept_events(most: int) -> KeptRows[TicketEvent]:
    return KeptRows(_events([ANY_KEY])[:most])


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


def read_ticket(user: User, key: int) -> Ticket | None:
    """A ticket that the person may see, with all that its page names, what they may do with it and whom of those it
    names they see (`seen_customers`)."""
    rights = [visible_words(Ticket, user, verb) for verb in (Verb.VIEW, Verb.CHANGE, Verb.DELETE)]
    seen = (*rights, visible_words(Contact, user), *words_of_counts(Ticket._meta.label_lower, user))
    ticket = next(iter(_tickets.get_or_make(seen, lambda: KeptRows(_whole_ticket(user))).read(key)), None)
    if ticket is not None:
        ticket.can_for = user.pk  # type: ignore[attr-defined]
    return ticket


def _whole_ticket(user: User) -> QuerySet[Ticket]:
    rows = Ticket.objects.visible_to(user).filter(pk=ANY_KEY).select_related(*SHOWN_WITH)
    counts = panel_counts(Ticket._meta.label_lower, user)
    return rows.annotate(**rights_on(Ticket, user), **counts, **seen_customers(user))


def other_tickets(user: User, ticket: Ticket, most: int = 6) -> list[Ticket]:
    """Other tickets of the same customer, the unsolved ones first."""
    if ticket.contact_id is None:
        return []
    rows = Ticket.objects.visible_to(user).filter(contact=ANY_KEY)
    rows = rows.order_by(F("solved_at").desc(nulls_first=True), "-opened_at")[: most + 1]
    kept = _others.get_or_make((most, visible_words(Ticket, user)), lambda: KeptRows(rows))
    return [one for one in kept.read(ticket.contact_id) if one.pk != ticket.pk][:most]


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
    kept = _links.get_or_make(visible_words(Ticket, user), lambda: KeptRows(_links_seen(user)))
    return [
        Tie(one.get_kind_display(), one.other, one)
        if one.ticket_id == ticket.pk
        else Tie(SEEN_FROM_THERE[one.kind], one.ticket, one)
        for one in kept.read(ticket.pk)
    ]


def _links_seen(user: User) -> QuerySet[TicketLink]:
    links = TicketLink.objects.filter(Q(ticket=ANY_KEY) | Q(other=ANY_KEY)).select_related("ticket", "other")
    seen = Ticket.objects.visible_to(user).values("pk")
    return links.filter(ticket__in=seen, other__in=seen)[:MOST_TIES]


def watchers_of(ticket: Ticket) -> list[User]:
    """Who watches it, in the order in which they began."""
    return [one.user for one in _watchers().read(ticket.pk)]


@cache
def _watchers() -> KeptRows[TicketWatcher]:
    return KeptRows(TicketWatcher.objects.filter(ticket=ANY_KEY).select_related("user"))


def waits_for_us() -> Q:
    """Unsolved, and the customer waits."""
    return Q(state__in=UNSOLVED, waiting_since__isnull=False)


def last_of_customer(ticket: Ticket) -> Message | None:
    """The newest message of the customer."""
    return Message.objects.filter(ticket=ticket, kind=MessageKind.IN).order_by("-sent_at", "-pk").first()

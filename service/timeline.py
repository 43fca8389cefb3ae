"""Tickets on the history of a contact: what was said in them, and how they ended; both by one question."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Left
from django.utils.translation import gettext_noop as _

from crm.access import can, visible_words
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.database.kept import ANY_KEY, KeptStatement, Shelf
from crm.field_rights import mask
from crm.languages.words import translated
from crm.models import User
from service.choices import EventKind, EventOrigin, MessageKind
from service.models import Message, Ticket, TicketEvent

EXCERPT = 400
LOOKS = {
    EventKind.OPENED: ("life-preserver", "accent", _("Ticket %(number)s opened")),
    EventKind.SOLVED: ("check-circle", "good", _("Ticket %(number)s solved")),
    EventKind.REOPENED: ("arrow-counterclockwise", "warn", _("Ticket %(number)s opened again")),
    EventKind.CLOSED: ("check2", "neutral", _("Ticket %(number)s closed")),
}
_newest: Shelf[KeptStatement] = Shelf()


class Row(NamedTuple):
    """A message or a step of a ticket: `what` is the kind of the one or the event of the other."""

    part: str
    pk: int
    moment: dt.datetime
    what: str
    ticket: int
    subject: str
    text: str
    who: str


def tickets_before(
    user: User, key: int, before: dt.datetime | None, limit: int, words: str = ""
) -> list[TimelineEntry]:
    """Messages and steps of the tickets of a contact that the person may see, before a moment, newest first."""
    if not can(user, Verb.VIEW, Ticket):
        return []
    if before or words:
        rows: Any = _union(user, key, before, limit, words.split())
    else:
        kept_as = (limit, visible_words(Message, user), visible_words(TicketEvent, user))
        kept = _newest.get_or_make(kept_as, lambda: KeptStatement.of(_union(user, ANY_KEY, None, limit, ())))
        rows = kept.ask(key)
    return [_entry(user, Row(*row)) for row in rows]


def _union(user: User, key: int, before: dt.datetime | None, limit: int, words: Any) -> QuerySet[Any, Any]:
    said = Message.objects.visible_to(user).filter(_of_contact(key)).exclude(kind=MessageKind.NOTE)
    steps = TicketEvent.objects.visible_to(user).filter(_of_contact(key), event__in=LOOKS, origin=EventOrigin.HERE)
    if before:
        said, steps = said.filter(sent_at__lt=before), steps.filter(occurred_at__lt=before)
    for word in words:
        said = said.filter(Q(text__icontains=word) | Q(ticket__subject__icontains=word))
        steps = steps.filter(ticket__subject__icontains=word)
    text = Left("text", EXCERPT + 1)
    messages = _told(said, "message", "sent_at", "kind", text, "author")[:limit]
    events = _told(steps, "ticket-event", "occurred_at", "event", Value("", TextField()), "actor")[:limit]
    return messages.union(events, all=True).order_by("-moment", "-key")[:limit]


def _told(
    rows: QuerySet[Any], part: str, moment: str, what: str, text: Any, who: str
) -> QuerySet[Any, tuple[Any, ...]]:
    """The rows as `Row` has them, the newest first."""
    told = rows.order_by(f"-{moment}", "-pk").annotate(
        part=Value(part, TextField()),
        key=F("pk"),
        moment=F(moment),
        what=Cast(what, TextField()),
        of_ticket=F("ticket_id"),
        subject=Cast("ticket__subject", TextField()),
        words=Cast(text, TextField()),
        who=Coalesce(Cast(f"{who}__name", TextField()), Value("", TextField())),
    )
    return told.values_list("part", "key", "moment", "what", "of_ticket", "subject", "words", "who")


def _of_contact(key: int) -> Q:
    return Q(ticket__contact=key) | Q(ticket__organization=key)


def _entry(user: User, row: Row) -> TimelineEntry:
    ticket = Ticket(pk=row.ticket, subject=row.subject)
    mask(user, ticket)
    shared: dict[str, Any] = {"at": row.moment, "key": f"{row.part}-{row.pk}", "who": row.who}
    shared["url"] = ticket.get_absolute_url()
    if row.part == "message":
        is_ours = row.what == MessageKind.OUT
        return TimelineEntry(
            icon="reply" if is_ours else "chat-left-text",
            title=f"{ticket.number} {ticket.subject}",
            text=row.text[:EXCERPT] + ("…" if len(row.text) > EXCERPT else ""),
            tone="neutral" if is_ours else "accent",
            **shared,
        )
    icon, tone, said = LOOKS[EventKind(row.what)]
    title = translated(said) % {"number": ticket.number}
    return TimelineEntry(icon=icon, title=f"{title}: {ticket.subject}", tone=tone, **shared)


TIMELINE = (TimelineSource("tickets", "Tickets", tickets_before, is_searched=True, counted_as="tickets"),)

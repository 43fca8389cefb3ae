"""Tickets on the history of a contact: what was said in them, and how they ended."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from crm.access import can
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.field_rights import mask
from crm.models import User
from service.choices import EventKind, EventOrigin, MessageKind
from service.models import Message, Ticket, TicketEvent

EXCERPT = 400
LOOKS = {
    EventKind.OPENED: ("life-preserver", "accent", "opened"),
    EventKind.SOLVED: ("check-circle", "good", "solved"),
    EventKind.REOPENED: ("arrow-counterclockwise", "warn", "opened again"),
    EventKind.CLOSED: ("check2", "neutral", "closed"),
}


def tickets_before(
    user: User, key: int, before: dt.datetime | None, limit: int, words: str = ""
) -> list[TimelineEntry]:
    """Messages and steps of the tickets of a contact that the person may see, before a moment, newest first."""
    if not can(user, Verb.VIEW, Ticket):
        return []
    entries = _messages(user, key, before, limit, words) + _steps(user, key, before, limit, words)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _of_contact(key: int) -> Q:
    return Q(ticket__contact=key) | Q(ticket__organization=key)


def _messages(user: User, key: int, before: dt.datetime | None, limit: int, words: str) -> list[TimelineEntry]:
    rows = Message.objects.visible_to(user).filter(_of_contact(key)).exclude(kind=MessageKind.NOTE)
    if before:
        rows = rows.filter(sent_at__lt=before)
    for word in words.split():
        rows = rows.filter(Q(text__icontains=word) | Q(ticket__subject__icontains=word))
    found = list(rows.select_related("ticket", "author").defer("folded").order_by("-sent_at", "-pk")[:limit])
    entries = []
    for one in found:
        mask(user, one.ticket)
        is_ours = one.kind == MessageKind.OUT
        entries.append(
            TimelineEntry(
                at=one.sent_at,
                icon="reply" if is_ours else "chat-left-text",
                title=f"{one.ticket.number} {one.ticket.subject}",
                key=f"message-{one.pk}",
                text=one.text[:EXCERPT] + ("…" if len(one.text) > EXCERPT else ""),
                who=one.author.name if one.author else "",
                url=one.ticket.get_absolute_url(),
                tone="neutral" if is_ours else "accent",
            )
        )
    return entries


def _steps(user: User, key: int, before: dt.datetime | None, limit: int, words: str) -> list[TimelineEntry]:
    rows = TicketEvent.objects.visible_to(user).filter(_of_contact(key), event__in=LOOKS, origin=EventOrigin.HERE)
    if before:
        rows = rows.filter(occurred_at__lt=before)
    for word in words.split():
        rows = rows.filter(ticket__subject__icontains=word)
    found = list(rows.select_related("ticket", "actor").order_by("-occurred_at", "-pk")[:limit])
    entries = []
    for one in found:
        mask(user, one.ticket)
        icon, tone, verb = LOOKS[EventKind(one.event)]
        entries.append(
            TimelineEntry(
                at=one.occurred_at,
                icon=icon,
                title=f"Ticket {one.ticket.number} {verb}: {one.ticket.subject}",
                key=f"ticket-event-{one.pk}",
                who=one.actor.name if one.actor else "",
                url=one.ticket.get_absolute_url(),
                tone=tone,
            )
        )
    return entries


TIMELINE = (TimelineSource("tickets", "Tickets", tickets_before, is_searched=True, counted_as="tickets"),)

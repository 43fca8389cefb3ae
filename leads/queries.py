"""Reads of leads that a list or a record page shows."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from contacts.choices import Channel, Direction
from contacts.models import Contact
from contacts.queries import ICONS
from crm.access import with_rights
from crm.catalogue import TimelineEntry
from crm.languages.words import in_words, translated
from crm.models import LogEntry, Note, Task, User
from crm.notes.history import mentioned_in
from crm.templatetags.figures import duration, full_day, in_sentence
from leads.choices import LeadStatus
from leads.models import Lead, LeadQuerySet, LeadTouch

PAGE = 40
TOLD_BY_OTHERS = ("log", "note")
VERB_ICONS = {
    "create": "stars",
    "allocate": "person-check",
    "move": "signpost-split",
    "qualify": "check2-circle",
    "convert": "trophy",
    "reverse": "arrow-counterclockwise",
    "score": "speedometer",
    "archive": "archive",
    "nurture": "skip-forward",
}


@dataclass(frozen=True)
class History:
    """One page of a lead's history, newest first; the next is what lies before `older_than`."""

    entries: list[TimelineEntry]
    older_than: dt.datetime | None


def for_record(rows: LeadQuerySet, user: User | None) -> LeadQuerySet:
    """Leads with all that their page shows."""
    sees = Exists(Contact.objects.visible_to(user).filter(pk=OuterRef("contact")))
    whole = rows.select_related("owner", "team", "territory", "product", "contact").annotate(sees_contact=sees)
    read: LeadQuerySet = with_rights(whole, user)
    return read


def history_of(user: User | None, lead: Lead, before: dt.datetime | None = None, limit: int = PAGE) -> History:
    """Touches, notes and what was done with the lead, newest first."""
    sources = (_touches, _notes, _steps)
    found = [source(user, lead, before, limit + 1) for source in sources]
    merged = list(heapq.merge(*found, key=lambda entry: entry.at, reverse=True))
    older = merged[limit - 1].at if len(merged) > limit else None
    return History(merged[:limit], older)


def _touches(user: User | None, lead: Lead, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    rows = LeadTouch.objects.filter(lead=lead).select_related("user")
    rows = rows.filter(occurred_at__lt=before) if before else rows
    return [_touch_entry(row) for row in rows[:limit]]


def _touch_entry(row: LeadTouch) -> TimelineEntry:
    icon = ICONS.get(Channel(row.channel), "chat")
    if row.channel == Channel.PHONE:
        icon = "telephone-inbound" if row.direction == Direction.INBOUND else "telephone-outbound"
    who = [row.get_channel_display().lower(), duration(row.duration_seconds) if row.duration_seconds else ""]
    return TimelineEntry(
        at=row.occurred_at,
        icon=icon,
        title=row.subject or translated(row.get_channel_display()),
        key=f"touch-{row.pk}",
        text=row.body,
        who=" · ".join(part for part in (*who, row.user.name if row.user else "") if part),
        tone="accent" if row.direction == Direction.INBOUND else "neutral",
        notes=(f"Outcome: {row.outcome}",) if row.outcome else (),
        answers=row.pk if (row.channel, row.direction) == (Channel.EMAIL, Direction.INBOUND) else None,
    )


def _notes(user: User | None, lead: Lead, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    rows: Any = Note.objects.filter(record_model="leads.lead", record_id=lead.pk).select_related("author")
    rows = rows.filter(created_at__lt=before) if before else rows
    rows = rows.annotate(named=mentioned_in("crm.note"))
    return [
        TimelineEntry(
            at=row.created_at,
            icon="sticky",
            title=gettext("Note"),
            key=f"note-{row.pk}",
            text=row.text,
            who=row.author.name if row.author else "",
            names=tuple(row.named or ()),
        )
        for row in rows.order_by("-created_at", "-id")[:limit]
    ]


def _steps(user: User | None, lead: Lead, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    rows = LogEntry.objects.filter(model="leads.lead", object_id=lead.pk).exclude(verb__in=TOLD_BY_OTHERS)
    rows = rows.filter(at__lt=before) if before else rows
    return [
        TimelineEntry(
            at=row.at,
            icon=VERB_ICONS.get(row.verb, "pencil"),
            title=row.summary,
            key=f"step-{row.pk}",
            who=row.actor.name if row.actor else gettext("automatically"),
            tone="neutral",
        )
        for row in rows.select_related("actor").order_by("-at", "-id")[:limit]
    ]


def next_task_of(lead: Lead) -> Task | None:
    """What is to be done with the lead next."""
    return Task.objects.filter(record_model="leads.lead", record_id=lead.pk).open().in_order().first()


def leads_before(user: User | None, contact_id: int, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    """When a contact became a lead, for its history; whoever asks may see the contact."""
    rows = Lead.objects.visible_to(user).filter(contact=contact_id)
    rows = rows.filter(created_at__lt=before) if before else rows
    return [
        TimelineEntry(
            at=row.created_at,
            icon="funnel",
            title=in_words("Lead: %(source)s", source=_came_by(row)),
            key=f"lead-{row.pk}",
            text=row.message,
            who=_standing(row),
            url=row.get_absolute_url(),
            tone="accent",
        )
        for row in rows.order_by("-created_at", "-id")[:limit]
    ]


def _came_by(row: Lead) -> str:
    return ", ".join(part for part in (row.source or gettext("no source"), row.campaign) if part)


def _standing(row: Lead) -> str:
    if row.status == LeadStatus.CONVERTED and row.converted_at:
        return in_words("converted on %(day)s", day=full_day(row.converted_at))
    return in_sentence(row.get_status_display())

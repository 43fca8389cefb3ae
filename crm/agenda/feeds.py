"""The calendar of a person as a feed that other calendars read (iCalendar, RFC 5545), behind a secret link.

What repeats is spelled out, occurrence by occurrence, for the year ahead: every client shows that alike, and none has
to know our time zones. Moments are in UTC.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import zoneinfo
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from crm.agenda.occurrences import Occurrence, occurrences_of
from crm.agenda.queries import tasks_between
from crm.company import current_company
from crm.hanging import with_records
from crm.log import log
from crm.models import CalendarFeed

if TYPE_CHECKING:
    from crm.models import User

PAST, AHEAD = dt.timedelta(days=60), dt.timedelta(days=366)
MOST_EVENTS = 3_000
LONGEST_LINE = 75  # bytes, RFC 5545 section 3.1
HINT_LENGTH = 6
LONGEST_SECRET = 100


@transaction.atomic
def make_feed(*, actor: User, name: str) -> tuple[CalendarFeed, str]:
    """A new secret link to the person's own calendar; the secret is shown now and never again."""
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(user=actor, name=name, hint=secret[:HINT_LENGTH], digest=_digest_of(secret))
    log(actor=actor, verb="make calendar link", object=feed, summary=f"Made the calendar link “{name}”")
    return feed, secret


@transaction.atomic
def revoke_feed(*, actor: User | None, feed: CalendarFeed) -> None:
    """The link opens nothing from now on. Doing it twice is doing it once."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log(actor=actor, verb="revoke calendar link", object=feed, summary=f"Revoked the calendar link “{feed.name}”")


def feed_with(secret: str) -> CalendarFeed | None:
    """The live link with this secret, of a person who may sign in."""
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    rows = CalendarFeed.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    return rows.filter(digest=_digest_of(secret)).first()


def calendar_of(user: User, now: dt.datetime) -> str:
    """The person's own tasks that have a day, as a calendar: lines ended by CR LF, none over 75 bytes."""
    begin, end = (now - PAST).date(), (now + AHEAD).date()
    tasks = with_records(user, tasks_between(user, begin, end).order_by("-due_on", "-id")[:MOST_EVENTS])
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(current_company().name)}//CRM//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(f'{current_company().name}: {user.name}')}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    for occurrence in occurrences_of(tasks, begin, end)[:MOST_EVENTS]:
        lines += _event(occurrence)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(occurrence: Occurrence) -> Iterator[str]:
    task, day = occurrence.task, occurrence.day
    yield "BEGIN:VEVENT"
    yield f"UID:{task.uid}-{day:%Y%m%d}@{_host()}"
    yield f"DTSTAMP:{_utc(task.updated_at)}"
    yield f"LAST-MODIFIED:{_utc(task.updated_at)}"
    yield f"SEQUENCE:{task.version}"
    if occurrence.starts_at is not None and occurrence.ends_at is not None:
        yield f"DTSTART:{_utc(occurrence.starts_at)}"
        yield f"DTEND:{_utc(occurrence.ends_at)}"
    else:
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    record = getattr(task, "record", None)
    title = f"{task.title} – {record}" if record is not None else task.title
    yield f"SUMMARY:{_text(('✓ ' if occurrence.is_done else '') + title)}"
    if task.text:
        yield f"DESCRIPTION:{_text(task.text)}"
    if task.place:
        yield f"LOCATION:{_text(task.place)}"
    yield f"URL:{settings.CRM_BASE_URL}{reverse('agenda:task_detail', args=[task.pk])}"
    yield "END:VEVENT"


def _digest_of(secret: str) -> str:
    """Random and long, so a plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _host() -> str:
    return settings.CRM_BASE_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(zoneinfo.ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line ends escaped, other control characters left out."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join("".join(sign for sign in line if sign >= " " and sign != "\x7f") for line in lines)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 bytes, none of which cuts a character; the next ones begin with a blank."""
    piece, size = "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + length
    yield piece

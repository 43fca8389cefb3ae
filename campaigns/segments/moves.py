"""Who came into segments and went out of them in some days, and the list of the contacts behind each count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.urls import reverse

from campaigns.models import Segment, SegmentMove
from campaigns.tallies import sees_everybody
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import end_of_day
from crm.models import User
from crm.templatetags.figures import full_day

WAYS = {"entered": True, "left": False}


@dataclass(frozen=True)
class Moved:
    """A segment with how many contacts came in and went out since a day (the next day is the first that counts)."""

    segment: Segment
    since: dt.date
    entered: int
    left: int

    @property
    def entered_url(self) -> str:
        return mark_url("entered", self.segment.pk, self.since)

    @property
    def left_url(self) -> str:
        return mark_url("left", self.segment.pk, self.since)


def moved_segments(user: User, since: dt.date, most: int) -> list[Moved]:
    """The segments with the most moves after this day, of the contacts that the person may see; two queries."""
    if not can(user, Verb.VIEW, Segment):
        return []
    shown = Segment.objects.visible_to(user)
    rows = SegmentMove.objects.filter(at__gte=end_of_day(since), segment__in=shown.order_by().values("pk"))
    if not sees_everybody(user):
        rows = rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))
    counts = rows.order_by().values_list("segment").annotate(
        entered=Count("contact", distinct=True, filter=Q(has_entered=True)),
        left=Count("contact", distinct=True, filter=Q(has_entered=False)),
    )  # fmt: skip
    found = {
        key: (entered, left) for key, entered, left in counts.order_by(-(F("entered") + F("left")), "segment")[:most]
    }
    segments = shown.in_bulk(found)
    return [Moved(segments[key], since, *figures) for key, figures in found.items() if key in segments]


def mark_url(way: str, segment: int, since: dt.date) -> str:
    """The list of the contacts behind a count, archived ones too: they were counted."""
    mark = "|".join([way, str(segment), since.isoformat()])
    return f"{reverse('contacts:contact_list')}?{urlencode({'moved': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition on contacts that a mark means. Raises ValueError with a sentence."""
    way, segment, since = _read(mark)
    rows = SegmentMove.objects.filter(segment=segment, has_entered=WAYS[way], at__gte=end_of_day(since))
    return Q(pk__in=rows.order_by().values("contact"))


def words(mark: str) -> str:
    """`entered Sleeping customers after 23 Nov 2026`."""
    way, key, since = _read(mark)
    name = Segment.objects.filter(pk=key).values_list("name", flat=True).first() or "a segment"
    return f"{way} {name} after {full_day(since)}"


def _read(mark: str) -> tuple[str, int, dt.date]:
    parts: list[Any] = mark.split("|")
    try:
        way, segment, since = parts
        day = dt.date.fromisoformat(since)
        is_number = segment.isascii() and segment.isdecimal() and len(segment) < 19
        if way not in WAYS or not is_number or not 1900 <= day.year <= 2200:
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of a segment.") from None
    return way, int(segment), day

"""Working time: how much of it lies between two moments, and when an amount of it is over. No Django in here.

A moment counts where the clock on the wall shows a time within the hours of its day, and the day is no holiday. So an
hour that the clock shows twice in autumn counts twice, and one that it skips in spring never.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

MIDNIGHT = dt.time()
LONGEST = dt.timedelta(days=3 * 366)
WEEK = dt.timedelta(days=7)
SHORTEST = dt.timedelta(seconds=1)
Window = tuple[dt.time, dt.time]


@dataclass(frozen=True)
class WorkingHours:
    """When somebody works: the windows of each weekday (Monday first) in order, without overlaps; an end of 00:00 is
    the end of the day. Holidays are days of that zone."""

    zone: ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    holidays: frozenset[dt.date] = field(default_factory=frozenset)

    def worked(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Working time from one moment to another (both aware); nothing where the second is earlier."""
        spans = self._spans(start, end)
        return sum((until - since for since, until in spans), dt.timedelta())

    def due(self, start: dt.datetime, needed: dt.timedelta) -> dt.datetime | None:
        """The moment at which so much working time has passed since `start`; None where it does not within three
        years. Nothing needed is due at once."""
        left = needed
        if left <= dt.timedelta():
            return start
        for since, until in self._spans(start, start + LONGEST):
            if until - since >= left:
                return since + left
            left -= until - since
        return None

    def next_span(self, start: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
        """The first stretch of working time from a moment on (which it may begin at), over midnights and changes of the
        clock; cut where it lasts more than a week. None where there is none within three years."""
        found: tuple[dt.datetime, dt.datetime] | None = None
        for since, until in self._spans(start, start + LONGEST):
            if found is not None and (since != found[1] or since - found[0] >= WEEK):
                break
            found = (found[0] if found else since, until)
        return found

    def _spans(self, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """The working spans between two moments, in UTC, in order."""
        for since, until, offset in _segments(self.zone, start.astimezone(dt.UTC), end.astimezone(dt.UTC)):
            first, last = (since + offset).replace(tzinfo=None), (until + offset).replace(tzinfo=None)
            day = first.date()
            while day <= last.date():
                for opens, closes in self._windows(day):
                    low, high = max(opens, first), min(closes, last)
                    if low < high:
                        yield low.replace(tzinfo=dt.UTC) - offset, high.replace(tzinfo=dt.UTC) - offset
                day += dt.timedelta(days=1)

    def _windows(self, day: dt.date) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        """The hours of a day as moments of the wall clock."""
        if day in self.holidays:
            return ()
        after = day + dt.timedelta(days=1)
        return [
            (
                dt.datetime.combine(day, opens),
                dt.datetime.combine(after if closes == MIDNIGHT else day, closes),
            )
            for opens, closes in self.week[day.weekday()]
        ]


def _segments(
    zone: ZoneInfo, start: dt.datetime, end: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime, dt.timedelta]]:
    """The time between two moments (UTC) cut where the zone's distance to UTC changes, with that distance."""
    since = start
    while since < end:
        until = min(_next_day(since), end)
        change = _change(zone, since, until)
        if change is not None:
            until = change
        yield since, until, _offset(zone, since)
        since = until


def _next_day(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment.date() + dt.timedelta(days=1), MIDNIGHT, tzinfo=dt.UTC)


def _offset(zone: ZoneInfo, moment: dt.datetime) -> dt.timedelta:
    return moment.astimezone(zone).utcoffset() or dt.timedelta()


def _change(zone: ZoneInfo, since: dt.datetime, until: dt.datetime) -> dt.datetime | None:
    """The first moment after `since` and before `until`, at most a day apart, with another distance; a zone changes at
    most once a day."""
    before, last = _offset(zone, since), until - dt.timedelta(microseconds=1)
    if last <= since or _offset(zone, last) == before:
        return None
    found = _change_of_day(zone, since.date())
    return found if found is not None and since < found < until else None


@lru_cache(maxsize=4096)
def _change_of_day(zone: ZoneInfo, day: dt.date) -> dt.datetime | None:
    """The second of this day (UTC) at which the zone's distance to UTC changes."""
    low = dt.datetime.combine(day, MIDNIGHT, tzinfo=dt.UTC)
    high = low + dt.timedelta(days=1)
    before = _offset(zone, low - SHORTEST)
    if _offset(zone, high - SHORTEST) == before:
        return None
    low -= SHORTEST  # still as before; `high - 1 s` is not
    while high - low > SHORTEST:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle == low:
            break
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high

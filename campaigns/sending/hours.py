"""When a campaign's mails may leave: at the hour of each person's clock that it is planned for, and never in the quiet
hours of the house.

A moment follows from the plan, the rules and a time zone alone. So nothing is worked out person by person, and what the
check says beforehand is what the engine does. A time that the clock skips in spring is the moment at which it goes on;
one that it shows twice in autumn is the first.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from campaigns.choices import Timing
from campaigns.models import Campaign, SendingRules
from contacts.zones import weekend_of
from crm.company import current_company
from service.hours import MIDNIGHT, WEEK, Window, WorkingHours

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
COMPANY = ""
"""The zone of whom nothing is known: the company's."""


@dataclass(frozen=True)
class Quiet:
    """When nothing leaves, by the clock where a person is: from a time of day until another, on days off, on days."""

    since: dt.time | None = None
    until: dt.time | None = None
    has_days_off: bool = False
    days: frozenset[dt.date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, rules: SendingRules) -> Quiet:
        return cls(rules.quiet_from, rules.quiet_until, rules.quiet_weekends, frozenset(rules.quiet_days))

    def __bool__(self) -> bool:
        return self.since is not None or self.has_days_off or bool(self.days)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The hours of a day that are not quiet."""
        if self.since is None or self.until is None:
            return ((MIDNIGHT, MIDNIGHT),)
        if self.since > self.until:
            return ((self.until, self.since),)
        before: tuple[Window, ...] = ((MIDNIGHT, self.since),) if self.since != MIDNIGHT else ()
        return (*before, (self.until, MIDNIGHT)) if self.until != MIDNIGHT else before


@dataclass(frozen=True)
class Opening:
    """A stretch of time in which mails to the people of a zone may leave; `closes_at` None: it does not end."""

    zone: str
    opens_at: dt.datetime
    closes_at: dt.datetime | None = None


@dataclass(frozen=True)
class Line:
    """People whose mails leave at one time of their clocks (`wall`), or at one moment (`wall` None)."""

    count: int
    first_at: dt.datetime
    last_at: dt.datetime
    wall: dt.time | None = None


@dataclass(frozen=True)
class Schedule:
    """When people get it: `unknown` of them by the company's clock, `passed` after the time that it is planned for."""

    lines: tuple[Line, ...] = ()
    unknown: int = 0
    passed: int = 0


class Clocks:
    """The quiet hours of the house on the clocks of people, whatever is written to them."""

    def __init__(self, rules: SendingRules) -> None:
        self.quiet, self.house = Quiet.of(rules), current_company().zone

    def next_opening(self, name: str, moment: dt.datetime) -> Opening:
        """When, from a moment on, mails to the people of a zone may leave for the first time, and until when."""
        if not self.quiet:
            return Opening(name, moment)
        span = self.hours(name).next_span(moment)
        if span is None:  # only with years of quiet days, which the rules do not hold
            raise ValueError(f"There is no hour in {name or 'the house'} that is not quiet.")
        # what ends so late is looked at again before
        return Opening(name, max(span[0], moment), span[1] if span[1] - span[0] < WEEK else None)

    def hours(self, name: str) -> WorkingHours:
        """The hours of a zone that are not quiet."""
        off = (weekend_of(name or self.house.key)) if self.quiet.has_days_off else frozenset()
        week = tuple(() if day in off else self.quiet.windows for day in range(7))
        return WorkingHours(self.zone(name), week, self.quiet.days)

    def zone(self, name: str) -> zoneinfo.ZoneInfo:
        """The zone of this name; the company's where none is known, or where this machine does not know it any more."""
        return zone_named(name) or self.house


class Plan(Clocks):
    """The plan of a campaign that starts (or has started) at a moment, under the rules of the house."""

    def __init__(self, campaign: Campaign, rules: SendingRules, started_at: dt.datetime) -> None:
        super().__init__(rules)
        self.timing, self.started_at = Timing(campaign.timing), started_at
        self.moment = max(campaign.starts_at or started_at, started_at)
        self.wall = campaign.starts_at.astimezone(self.house).replace(tzinfo=None) if campaign.starts_at else None

    @property
    def is_by_clock(self) -> bool:
        """Whether where a person is makes a difference."""
        return self.timing != Timing.MOMENT or bool(self.quiet)

    def planned_at(self, name: str) -> tuple[dt.datetime, bool]:
        """The moment that is meant for the people of a zone, quiet or not; whether it had passed by the start."""
        if self.timing == Timing.MOMENT or self.wall is None:
            return self.moment, False
        zone = self.zone(name)
        meant = first_moment(self.wall, zone)
        if meant >= self.started_at:
            return meant, False
        if self.timing == Timing.LOCAL_SOON:
            return self.started_at, True
        days = max((self.started_at.astimezone(zone).date() - self.wall.date()).days, 1)
        later = first_moment(self.wall + days * DAY, zone)
        return (later if later >= self.started_at else first_moment(self.wall + (days + 1) * DAY, zone)), True

    def opening(self, name: str, now: dt.datetime) -> Opening:
        """When, from `now` on, its mails to the people of a zone may leave for the first time, and until when."""
        return self.next_opening(name, max(self.planned_at(name)[0], now))

    def schedule(self, counts: Mapping[str, int], now: dt.datetime) -> Schedule:
        """When so many people a zone get it, from `now` on; the earliest line first."""
        found: dict[dt.time | dt.datetime, list[tuple[int, dt.datetime]]] = {}
        passed = 0
        for name, count in counts.items():
            meant, has_passed = self.planned_at(name)
            leaves_at = self.opening(name, now).opens_at
            passed += count if has_passed else 0
            is_one_moment = leaves_at == max(meant, now) and (self.timing == Timing.MOMENT or leaves_at == now)
            key = leaves_at if is_one_moment else leaves_at.astimezone(self.zone(name)).time()
            found.setdefault(key, []).append((count, leaves_at))
        lines = [
            Line(
                sum(count for count, _ in parts), min(at for _, at in parts), max(at for _, at in parts),
                key if isinstance(key, dt.time) else None,
            )
            for key, parts in found.items()
        ]  # fmt: skip
        return Schedule(
            tuple(sorted(lines, key=lambda line: (line.first_at, line.last_at))), counts.get(COMPANY, 0), passed
        )


@lru_cache(maxsize=1024)
def zone_named(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone of a name; None for no name, and for one that this machine does not know."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None


def first_moment(wall: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The first moment (UTC) at which the clock of a zone shows `wall`; where it skips it, the moment of the skip."""
    moment = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    if _shown(moment, zone) == wall:
        return moment
    # in a gap the offset from before it leads behind the skip, the one from after it before
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC), moment
    while high - low > SECOND:
        middle = low + (high - low) // 2
        if _shown(middle, zone) < wall:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _shown(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(tzinfo=None)

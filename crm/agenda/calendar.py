"""What a calendar shows: a week by hours, a month by days, an agenda for the phone; on the reader's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from crm.agenda.occurrences import Occurrence, occurrences_of
from crm.agenda.queries import tasks_between
from crm.hanging import with_records
from crm.models import Task, User

WEEK = 7
DAY_BEGINS, DAY_ENDS = 7, 19  # hours that are always shown
SLOT = 30  # minutes of a row of the grid
MOST_LANES = 4
MOST_TASKS = 2_000


@dataclass
class Block:
    """An occurrence in the grid of a week: its first row, how many rows, its lane of so many beside each other."""

    occurrence: Occurrence
    row: int
    rows: int
    lane: int = 1
    lanes: int = 1

    @property
    def end(self) -> int:
        return self.row + self.rows


@dataclass
class Day:
    """A day of a calendar: what lasts all day, and what has a time."""

    date: dt.date
    whole: list[Occurrence] = field(default_factory=list)
    timed: list[Occurrence] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    is_other_month: bool = False

    @property
    def is_today(self) -> bool:
        return self.date == timezone.localdate()

    @property
    def all(self) -> list[Occurrence]:
        return [*self.whole, *self.timed]


@dataclass(frozen=True)
class Hour:
    """A line of the grid: its hour, its first row, and how it is said."""

    hour: int
    row: int

    @property
    def label(self) -> str:
        return f"{self.hour:02}:00"


@dataclass(frozen=True)
class Week:
    days: list[Day]
    hours: list[Hour]
    now_row: int | None


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def week_of(user: User, owner: User, day: dt.date) -> Week:
    """The week of a day, with the hours that it needs."""
    days = _days(user, owner, monday_of(day), WEEK)
    times = [timezone.localtime(one.starts_at) for each in days for one in each.timed if one.starts_at]
    ends = [timezone.localtime(one.ends_at) for each in days for one in each.timed if one.ends_at]
    first = min([DAY_BEGINS, *(time.hour for time in times)])
    spans_midnight = any(end.date() > start.date() for start, end in zip(times, ends, strict=True))
    last = 24 if spans_midnight else max([DAY_ENDS, *(-(-(end.hour * 60 + end.minute) // 60) for end in ends)])
    for each in days:
        each.blocks = _blocks(each.timed, first, last)
    now = timezone.localtime()
    row = _row_of(now.hour * 60 + now.minute, first) if first <= now.hour < last else None
    hours = [Hour(hour, (hour - first) * 60 // SLOT + 1) for hour in range(first, last)]
    return Week(days, hours, row if any(each.is_today for each in days) else None)


def month_of(user: User, owner: User, day: dt.date) -> list[list[Day]]:
    """The weeks that the month of a day touches."""
    first = day.replace(day=1)
    begin = monday_of(first)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    count = ((last - begin).days // WEEK + 1) * WEEK
    days = _days(user, owner, begin, count)
    for each in days:
        each.is_other_month = each.date.month != day.month
    return [days[at : at + WEEK] for at in range(0, count, WEEK)]


def _days(user: User, owner: User, begin: dt.date, count: int) -> list[Day]:
    """Days with what happens on them; a day earlier and later is read, since zones differ."""
    one = dt.timedelta(days=1)
    end = begin + one * count
    rows = tasks_between(owner, begin - one, end + one) & Task.objects.visible_to(user)
    tasks = with_records(user, rows.select_related("owner")[:MOST_TASKS])
    days = [Day(begin + one * number) for number in range(count)]
    by_date = {day.date: day for day in days}
    for occurrence in occurrences_of(tasks, begin - one, end + one):
        if occurrence.starts_at is None:
            if day := by_date.get(occurrence.day):
                day.whole.append(occurrence)
        elif day := by_date.get(timezone.localtime(occurrence.starts_at).date()):
            day.timed.append(occurrence)
    return days


def _row_of(minutes: int, first: int) -> int:
    """The row (from 1) of a minute of the day."""
    return max(0, minutes - first * 60) // SLOT + 1


def _blocks(timed: Iterable[Occurrence], first: int, last: int) -> list[Block]:
    """Blocks in lanes: those that overlap stand beside each other."""
    blocks = [_block(one, first, last) for one in timed]
    groups: list[list[Block]] = []
    for block in sorted(blocks, key=lambda one: (one.row, -one.rows)):
        if groups and block.row < max(other.end for other in groups[-1]):
            groups[-1].append(block)
        else:
            groups.append([block])
    for group in groups:
        _lay_out(group)
    return blocks


def _block(occurrence: Occurrence, first: int, last: int) -> Block:
    assert occurrence.starts_at is not None  # noqa: S101 - it has a time
    assert occurrence.ends_at is not None  # noqa: S101 - so it ends
    start, end = timezone.localtime(occurrence.starts_at), timezone.localtime(occurrence.ends_at)
    row = _row_of(start.hour * 60 + start.minute, first)
    until = last * 60 if end.date() > start.date() else end.hour * 60 + end.minute
    rows = -(-(until - first * 60) // SLOT) + 1 - row
    return Block(occurrence, row, max(1, rows))


def _lay_out(group: list[Block]) -> None:
    """The first free lane for each; more than four share the last one."""
    ends: list[int] = []
    for block in group:
        free = next((lane for lane, end in enumerate(ends) if end <= block.row), None)
        if free is None and len(ends) < MOST_LANES:
            ends.append(block.end)
            free = len(ends) - 1
        lane = len(ends) - 1 if free is None else free
        ends[lane] = max(ends[lane], block.end)
        block.lane = lane + 1
    for block in group:
        block.lanes = len(ends)

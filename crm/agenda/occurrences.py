"""When tasks happen: each once, and those that repeat as often as their rule says, within a stretch of days."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.agenda.recurrence import moments
from crm.agenda.timing import wall_clock

if TYPE_CHECKING:
    from crm.models import Task

MOST_OF_ONE = 400


@dataclass(frozen=True)
class Occurrence:
    """A task on a day of its zone. Without `starts_at` it lasts the whole day; `is_later` ones are not yet rows."""

    task: Task
    day: dt.date
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    is_later: bool = False

    @property
    def is_done(self) -> bool:
        return self.task.is_done


def occurrences_of(tasks: Iterable[Task], begin: dt.date, end: dt.date) -> list[Occurrence]:
    """What these tasks put into the days from `begin` to before `end`, by day and time; whole days come first."""
    found = [one for task in tasks if task.due_on is not None for one in _of(task, begin, end)]
    return sorted(found, key=lambda one: (one.day, one.starts_at is not None, one.starts_at or one.day, one.task.pk))


def _of(task: Task, begin: dt.date, end: dt.date) -> Iterator[Occurrence]:
    first = wall_clock(task)
    is_once = not task.rule or task.is_done
    for moment in [first] if is_once else _within(task, first, begin, end):
        if begin <= moment.date() < end:
            yield _occurrence(task, moment, is_later=moment != first)


def _within(task: Task, first: dt.datetime, begin: dt.date, end: dt.date) -> Iterator[dt.datetime]:
    count = 0
    for moment in moments(task.rule, first, dt.datetime.combine(end, dt.time.min)):
        if moment.date() >= begin:
            count += 1
            yield moment
        if count == MOST_OF_ONE:
            return


def _occurrence(task: Task, moment: dt.datetime, *, is_later: bool) -> Occurrence:
    if task.due_at is None:
        return Occurrence(task, moment.date(), is_later=is_later)
    starts_at = moment.replace(tzinfo=zoneinfo.ZoneInfo(task.zone))
    ends_at = starts_at + dt.timedelta(minutes=task.minutes or 30)
    return Occurrence(task, moment.date(), starts_at, ends_at, is_later)

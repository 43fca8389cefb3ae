"""When a task is due: days and wall clocks of a zone, moments of the database."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from crm.agenda.choices import MORNING
from crm.agenda.recurrence import following
from crm.company import current_company

if TYPE_CHECKING:
    from crm.models import Task, User


def zone_of(user: User | None) -> zoneinfo.ZoneInfo:
    """The person's time zone, or else the company's."""
    return zoneinfo.ZoneInfo(user.time_zone) if user is not None and user.time_zone else current_company().zone


def moment_of(day: dt.date, time: dt.time | None, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The moment of a wall-clock time on a day in a zone; None without a time."""
    return None if time is None else dt.datetime.combine(day, time, tzinfo=zone)


def remind_moment(task: Task) -> dt.datetime | None:
    """When to remind: so many minutes before; on a day without a time, before nine in the morning."""
    if task.remind_before is None or task.due_on is None:
        return None
    due = task.due_at or dt.datetime.combine(task.due_on, dt.time(MORNING), tzinfo=zoneinfo.ZoneInfo(task.zone))
    return due - dt.timedelta(minutes=task.remind_before)


def wall_clock(task: Task) -> dt.datetime:
    """The day and time of a task that has a day, as its own zone's clock shows them, without the zone."""
    if task.due_at is not None:
        return task.due_at.astimezone(zoneinfo.ZoneInfo(task.zone)).replace(tzinfo=None)
    assert task.due_on is not None  # noqa: S101 - asked for tasks with a day only
    return dt.datetime.combine(task.due_on, dt.time.min)


def next_due(task: Task, now: dt.datetime) -> tuple[dt.date, dt.datetime | None, str] | None:
    """Day, moment and rule of the task that follows one that repeats, none of them in the past; None at the end."""
    if not task.rule or task.due_on is None:
        return None
    zone = zoneinfo.ZoneInfo(task.zone)
    today = now.astimezone(zone).replace(tzinfo=None)
    pivot = today if task.due_at is not None else dt.datetime.combine(today.date(), dt.time.min) - dt.timedelta(1)
    found = following(task.rule, wall_clock(task), pivot)
    if found is None:
        return None
    moment, rule = found
    return moment.date(), moment_of(moment.date(), moment.time(), zone) if task.due_at is not None else None, rule

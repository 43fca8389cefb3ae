"""Days that move with today: "in the last 90 days", "this quarter", "more than a year ago"."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from crm.filtering.trees.nodes import TreeProblem
from crm.templatetags.figures import full_day

UNITS = ("day", "week", "month", "quarter", "year")
MOST_UNITS = 10_000
FIRST, LAST = dt.date(1900, 1, 1), dt.date(9998, 12, 31)
TOO_FAR = "That day lies too far away."


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included; None leaves an end open."""

    first: dt.date | None = None
    last: dt.date | None = None


def day_of(value: Any) -> dt.date:
    """A day written like 2026-06-30. Raises TreeProblem."""
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise TreeProblem("A day is written like 2026-06-30.")
    if not FIRST <= day <= LAST:
        raise TreeProblem(TOO_FAR)
    return day


def unit_of(value: Any) -> str:
    """A span of the calendar by its name. Raises TreeProblem."""
    if value not in UNITS:
        raise TreeProblem(f"A span is one of: {', '.join(UNITS)}.")
    return str(value)


def span_of(value: Any) -> tuple[int, str]:
    """`{"count": 90, "unit": "day"}`. Raises TreeProblem."""
    if not isinstance(value, dict) or set(value) != {"count", "unit"}:
        raise TreeProblem("A number of days is an object with `count` and `unit`.")
    count = value["count"]
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_UNITS:
        raise TreeProblem(f"A number of days is a whole number from 1 to {MOST_UNITS:,}.")
    return count, unit_of(value["unit"])


def moved(day: dt.date, count: int, unit: str) -> dt.date:
    """The day so many units later (or, below zero, before); at the end of a shorter month its last day."""
    try:
        if unit in ("day", "week"):
            there = day + dt.timedelta(days=count * (7 if unit == "week" else 1))
        else:
            months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
            year, month = divmod(months, 12)
            there = dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError) as error:
        raise TreeProblem(TOO_FAR) from error
    if not FIRST <= there <= LAST:
        raise TreeProblem(TOO_FAR)
    return there


def start_of(day: dt.date, unit: str) -> dt.date:
    """The first day of the week (a Monday), month, quarter or year of a day."""
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    if unit == "day":
        return day
    month = {"month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def calendar_span(today: dt.date, unit: str, away: int = 0) -> Days:
    """This (or with -1 the previous) day, week, month, quarter, year."""
    first = start_of(moved(start_of(today, unit), away, unit), unit)
    return Days(first, moved(first, 1, unit) - dt.timedelta(days=1))


def days_meant(op: str, value: Any, today: dt.date) -> Days:
    """The days that an operator on a date means. Raises TreeProblem for a value that does not fit it."""
    if op in ("in_last", "in_next", "more_than_ago"):
        count, unit = span_of(value)
        if op == "in_next":
            return Days(today, moved(today, count, unit))
        then = moved(today, -count, unit)
        return Days(then, today) if op == "in_last" else Days(None, then - dt.timedelta(days=1))
    if op in ("this", "previous"):
        return calendar_span(today, unit_of(value), 0 if op == "this" else -1)
    if op == "between":
        if not isinstance(value, tuple) or len(value) != 2:
            raise TreeProblem("Between takes two days.")
        return Days(day_of(value[0]), day_of(value[1]))
    if op == "from":
        return Days(day_of(value), None)
    return Days(None, day_of(value)) if op == "until" else Days(day_of(value), day_of(value))


def window_of(value: Any, today: dt.date) -> Days:
    """`within` of a total: `{"op": "in_last", "value": {...}}`, any operator of a date. Raises TreeProblem."""
    if value is None:
        return Days()
    if not isinstance(value, dict) or set(value) != {"op", "value"} or value["op"] not in DATE_WORDS:
        raise TreeProblem("`within` is an object with the operator of a date and its value.")
    span = value["value"]
    return days_meant(value["op"], tuple(span) if isinstance(span, list) else span, today)


DATE_WORDS = {
    "in_last": "in the last",
    "this": "this",
    "previous": "in the previous",
    "from": "from",
    "until": "up to",
    "on": "on",
    "between": "between",
    "more_than_ago": "more than",
    "in_next": "in the next",
}


def days_in_words(op: str, value: Any) -> str:
    """`in the last 90 days`, `this quarter`, `between 2 Mar 2026 and 4 Mar 2026`."""
    if op in ("in_last", "in_next", "more_than_ago"):
        count, unit = span_of(value)
        said = f"{count:,} {unit}s" if count != 1 else unit if op != "more_than_ago" else f"a {unit}"
        return f"more than {said} ago" if op == "more_than_ago" else f"{DATE_WORDS[op]} {said}"
    if op in ("this", "previous"):
        return _named_span(op, unit_of(value))
    if op == "between":
        return f"between {full_day(day_of(value[0]))} and {full_day(day_of(value[1]))}"
    return f"{DATE_WORDS[op]} {full_day(day_of(value))}"


def _named_span(op: str, unit: str) -> str:
    if unit == "day":
        return "today" if op == "this" else "yesterday"
    return f"{DATE_WORDS[op]} {unit}"

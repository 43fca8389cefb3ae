"""Weeks, months, quarters and years: where each begins and ends, what it is called, and the ones in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models

from crm.templatetags.figures import full_day

MONTHS = {"month": 1, "quarter": 3, "year": 12}


class PeriodKind(models.TextChoices):
    """The lengths that retention is counted by. A week begins on Monday."""

    WEEK = "week", "Week"
    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"
    YEAR = "year", "Year"


@dataclass(frozen=True, order=True)
class Period:
    """A calendar week, month, quarter or year, by its first day."""

    start: dt.date
    kind: str

    @classmethod
    def of(cls, day: dt.date, kind: str) -> Period:
        """The period that holds this day."""
        if kind == PeriodKind.WEEK:
            return cls(day - dt.timedelta(days=day.weekday()), kind)
        length = MONTHS[kind]
        return cls(day.replace(month=(day.month - 1) // length * length + 1, day=1), kind)

    @classmethod
    def read(cls, text: str, kind: str) -> Period:
        """The period that begins on this day (YYYY-MM-DD). Raises ValueError where none does."""
        day = dt.date.fromisoformat(text)
        if kind not in PeriodKind.values or cls.of(day, kind).start != day:
            raise ValueError(text)
        return cls(day, kind)

    @classmethod
    def numbered(cls, number: int, kind: str) -> Period:
        """The period of this `number`. Raises ValueError beyond the calendar."""
        if kind == PeriodKind.WEEK:
            return cls(dt.date.fromordinal(number * 7 + 1), kind)
        months = number * MONTHS[kind]
        return cls(dt.date(months // 12, months % 12 + 1, 1), kind)

    @property
    def next(self) -> Period:
        return self.moved(1)

    @property
    def previous(self) -> Period:
        return self.moved(-1)

    def moved(self, count: int) -> Period:
        """So many periods later (earlier for a negative count). Raises ValueError beyond the calendar."""
        return Period.numbered(self.number + count, self.kind)

    @property
    def end(self) -> dt.date:
        """Its last day."""
        return self.next.start - dt.timedelta(days=1)

    @property
    def number(self) -> int:
        """Counts the periods of a kind, so that a difference is a number of periods."""
        if self.kind == PeriodKind.WEEK:
            return (self.start.toordinal() - 1) // 7
        return (self.start.year * 12 + self.start.month - 1) // MONTHS[self.kind]

    @property
    def key(self) -> str:
        """`2026-W05`, `2026-03`, `2026Q1`, `2026`: sorts by time."""
        if self.kind == PeriodKind.WEEK:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.kind == PeriodKind.QUARTER:
            return f"{self.start.year}Q{(self.start.month + 2) // 3}"
        return f"{self.start:%Y-%m}" if self.kind == PeriodKind.MONTH else f"{self.start:%Y}"

    def __str__(self) -> str:
        """`week of 2 Mar 2026`, `Mar 2026`, `Q1 2026`, `2026`."""
        if self.kind == PeriodKind.WEEK:
            return f"week of {full_day(self.start)}"
        if self.kind == PeriodKind.QUARTER:
            return f"Q{(self.start.month + 2) // 3}\N{NO-BREAK SPACE}{self.start.year}"
        return f"{self.start:%b}\N{NO-BREAK SPACE}{self.start.year}" if self.kind == PeriodKind.MONTH else self.key


def periods_between(first: Period, last: Period) -> Iterator[Period]:
    """Every period from the first to the last, both included."""
    while first.start <= last.start:
        yield first
        first = first.next

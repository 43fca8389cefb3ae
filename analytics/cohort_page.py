"""What the page of cohorts shows: the triangle, its averages by age, and the curves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytics import behind
from analytics.models import CohortCount, ModelRun
from analytics.periods import Period, PeriodKind
from analytics.queries import customers_url
from crm.templatetags.figures import full_day, number, percent, plural

HEAT_LEVELS = 6
MOST_COHORTS = {"week": 26, "month": 25, "quarter": 20, "year": 20}
MOST_AGES = {"week": 27, "month": 25, "quarter": 20, "year": 20}


@dataclass(frozen=True)
class CohortCell:
    """Those of a cohort who bought so many periods later; `level` 0 to 6 of the heat, None where nobody did."""

    count: int
    share: float
    level: int | None
    is_partial: bool
    title: str
    url: str


@dataclass(frozen=True)
class CohortRow:
    label: str
    size: int
    url: str
    cells: list[CohortCell]


class CohortPage:
    """The stored counts of one kind of period, the newest cohorts first."""

    def __init__(self, run: ModelRun, counts: Sequence[CohortCount], kind: str) -> None:
        self.run, self.kind = run, kind
        by_cohort: dict[Any, list[CohortCount]] = defaultdict(list)
        for one in counts:
            by_cohort[one.cohort].append(one)
        newest = sorted(by_cohort, reverse=True)[: MOST_COHORTS[kind]]
        self.counts = {Period(day, kind): sorted(by_cohort[day], key=lambda one: one.age) for day in newest}

    @property
    def sentences(self) -> list[str]:
        return list(self.run.metrics.get("sentences", ()))

    @property
    def ages(self) -> list[int]:
        """The columns: 1 to the oldest age shown."""
        longest = max((len(counts) for counts in self.counts.values()), default=1)
        return list(range(1, min(longest, MOST_AGES[self.kind])))

    @cached_property
    def rows(self) -> list[CohortRow]:
        most = max((one.customers / own[0].customers for own in self.counts.values() for one in own[1:]), default=0.0)
        return [self._row(cohort, own, most) for cohort, own in self.counts.items()]

    def _row(self, cohort: Period, own: Sequence[CohortCount], most: float) -> CohortRow:
        cells = [self._cell(cohort, one, own[0].customers, most) for one in own[1 : MOST_AGES[self.kind]]]
        return CohortRow(_label(cohort), own[0].customers, self._url(cohort, 0), cells)

    def _cell(self, cohort: Period, one: CohortCount, size: int, most: float) -> CohortCell:
        later = cohort.moved(one.age)
        share = one.customers / size
        level = min(HEAT_LEVELS, math.ceil(HEAT_LEVELS * share / most)) if one.customers and most else None
        is_partial = later.end > self.run.as_of
        so_far = " so far" if is_partial else ""
        title = f"{number(one.customers)} of {plural(size, 'customer')} of {cohort} bought in {later}{so_far}"
        return CohortCell(one.customers, share, level, is_partial, title, self._url(cohort, one.age))

    def _url(self, cohort: Period, age: int) -> str:
        return customers_url(behind=behind.cohort_mark(cohort, age, self.run.as_of))

    @property
    def averages(self) -> list[float | None]:
        """By age: customers active / customers of the cohorts that are so old, in periods that are over."""
        return [
            _share([(row.cells[age - 1].count, row.size) for row in self.rows if self._counts(row, age)])
            for age in self.ages
        ]

    def _counts(self, row: CohortRow, age: int) -> bool:
        return len(row.cells) >= age and not row.cells[age - 1].is_partial

    @property
    def chart_data(self) -> dict[str, Any]:
        """The averages and the newest cohorts as curves, in percent by age."""
        newest = [row for row in self.rows if len(row.cells) >= 2][:5]
        curves = [("All cohorts", self.averages)]
        curves += [(row.label, [None if c.is_partial else c.share for c in row.cells]) for row in newest]
        return {
            "periods": [f"+{age}" for age in self.ages],
            "series": [
                {"name": name, "points": [None if one is None else {"value": round(one * 100, 2)} for one in shares]}
                for name, shares in curves
            ],
        }

    @property
    def map_data(self) -> dict[str, Any]:
        """The triangle as a picture: a cell is [age, place of its cohort, share in percent, level of the heat]."""
        return {
            "ages": [f"+{age}" for age in self.ages],
            "cohorts": [f"{row.label}  ({number(row.size)})" for row in self.rows],
            "cells": [
                [age, place, round(cell.share * 100), cell.level]
                for place, row in enumerate(self.rows)
                for age, cell in enumerate(row.cells)
                if cell.level is not None
            ],
        }

    @property
    def explanation(self) -> str:
        """The (i) of the triangle."""
        return (
            f"A cohort is everybody who first bought in the same {self.kind}. A cell holds the share of them who "
            f"bought again so many {self.kind}s later (not: who are still customers). A {self.kind} not over by "
            f"{full_day(self.run.as_of)} is hatched and stands in no average. Run {self.run.pk}, "
            f"n = {plural(self.run.metrics.get('customers', 0), 'customer')}."
        )

    def share_text(self, share: float) -> str:
        return percent(share)


def _label(cohort: Period) -> str:
    return full_day(cohort.start) if cohort.kind == PeriodKind.WEEK else str(cohort)


def _share(parts: Sequence[tuple[int, int]]) -> float | None:
    size = sum(whole for _, whole in parts)
    return sum(part for part, _ in parts) / size if size else None

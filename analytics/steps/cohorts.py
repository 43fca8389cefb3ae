"""Cohorts: of the customers who first bought in a period, how many bought again one, two, three periods later."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics.mathematics.retaining import cohort_counts
from analytics.models import CohortCount
from analytics.periods import Period, PeriodKind
from analytics.statements import copy_rows
from analytics.steps import StepResult
from analytics.steps.order_rows import customer_ranges, purchase_days
from analytics.steps.retention import read_period
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from analytics.models import ModelRun

WEEKS_KEPT = 53  # of weekly cohorts, the page shows a year
Counts = dict[Period, list[int]]


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`period`: which of the four the figures of the run list (month unless given); all four are computed."""
    return {"period": read_period(given.get("period"), "period")}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the cohorts of every kind of period up to `as_of`, and replace the last result."""
    ranges = customer_ranges(as_of)
    parts = len(ranges) + 1
    found: dict[str, Counter[tuple[int, int]]] = {kind: Counter() for kind in PeriodKind.values}
    for place, (first, last) in enumerate(ranges):
        progress.report(place, parts, "Counting who bought again")
        contact, day = purchase_days(first, last, as_of)
        for kind, counter in found.items():
            for cohort, age, customers in zip(*cohort_counts(contact, day, kind), strict=True):
                counter[int(cohort), int(age)] += int(customers)
    counted = {kind: _counts(kind, counter, as_of) for kind, counter in found.items()}
    rows = [
        CohortCount(run_id=run_id, as_of=as_of, period=kind, cohort=cohort.start, age=age, customers=customers)
        for kind, counts in counted.items()
        for cohort, ages in _kept(kind, counts, as_of).items()
        for age, customers in enumerate(ages)
    ]
    CohortCount.objects.all().delete()
    copy_rows(CohortCount, rows)
    progress.report(parts, parts, "Done")
    shown = counted[parameters["period"]]
    return StepResult(
        rows=len(rows),
        parameters=dict(parameters),
        metrics={
            "cohorts": {cohort.key: ages for cohort, ages in shown.items()},
            "customers": sum(ages[0] for ages in shown.values()),
            "sentences": [] if shown else [f"No customer has a purchase up to {full_day(as_of)}: there is no cohort."],
        },
        data_from=min(counted[PeriodKind.WEEK], default=Period.of(as_of, PeriodKind.WEEK)).start if shown else None,
        data_to=as_of if shown else None,
    )


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    said = [f"{key}: {', '.join(number(count) for count in ages)}" for key, ages in run.metrics["cohorts"].items()]
    return [*said, *run.metrics["sentences"]]


def _counts(kind: str, found: Mapping[tuple[int, int], int], as_of: dt.date) -> Counts:
    """By cohort, its customers active in period 0, 1, ... up to the one that holds `as_of`, which may not be over."""
    last = Period.of(as_of, kind).number
    return {
        Period.numbered(first, kind): [found.get((first, age), 0) for age in range(last - first + 1)]
        for first in sorted({first for first, _ in found})
    }


def _kept(kind: str, counts: Counts, as_of: dt.date) -> Counts:
    """What is stored: all, of weekly cohorts those of the last year."""
    if kind != PeriodKind.WEEK:
        return counts
    oldest = Period.of(as_of, kind).number - WEEKS_KEPT
    return {cohort: ages for cohort, ages in counts.items() if cohort.number > oldest}

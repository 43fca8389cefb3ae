"""Cohorts: of the customers who first bought in a period, how many bought again one, two, three periods later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.models import CohortCount
from analytics.periods import Period, PeriodKind, periods_between
from analytics.steps import StepResult
from analytics.steps.activity import base_kind, copy_rows, drop, make_purchases, rows_of
from analytics.steps.retention import read_period
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from analytics.models import ModelRun

NAME = "analytics_cohorts"
WEEKS_KEPT = 53  # of weekly cohorts, the page shows a year
COUNTS_SQL = sql.SQL("""
SELECT first, period, count(*)
FROM (
    SELECT min(start) OVER (PARTITION BY contact_id) AS first, start AS period
    FROM (
        SELECT DISTINCT contact_id, date_trunc({kind}, period::timestamp)::date AS start FROM {purchases}
    ) AS active
) AS seen
GROUP BY 1, 2
ORDER BY 1, 2
""")
Counts = dict[Period, list[int]]


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`period`: which of the four the figures of the run list (month unless given); all four are computed."""
    return {"period": read_period(given.get("period"), "period")}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the cohorts of every kind of period up to `as_of`, and replace the last result."""
    parts = len(PeriodKind.values) + 1
    counted: dict[str, Counts] = {}
    progress.report(0, parts, "Finding the weeks and months in which each customer bought")
    for base in (PeriodKind.WEEK, PeriodKind.MONTH):
        make_purchases(f"{NAME}_{base}", base, as_of)
    for place, kind in enumerate(PeriodKind.values, start=1):
        progress.report(place, parts, f"Counting the cohorts by {kind}")
        counted[kind] = _counts(kind, as_of)
    drop(*(f"{NAME}_{kind}" for kind in (PeriodKind.WEEK, PeriodKind.MONTH)))
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


def _counts(kind: str, as_of: dt.date) -> Counts:
    """By cohort, its customers active in period 0, 1, ... up to the one that holds `as_of`, which may not be over."""
    purchases = sql.Identifier(f"{NAME}_{base_kind(kind)}")
    found: dict[dt.date, dict[dt.date, int]] = {}
    for first, start, customers in rows_of(COUNTS_SQL.format(kind=sql.Literal(kind), purchases=purchases)):
        found.setdefault(first, {})[start] = customers
    last = Period.of(as_of, kind)
    return {
        Period(first, kind): [by_start.get(one.start, 0) for one in periods_between(Period(first, kind), last)]
        for first, by_start in found.items()
    }


def _kept(kind: str, counts: Counts, as_of: dt.date) -> Counts:
    """What is stored: all, of weekly cohorts those of the last year."""
    if kind != PeriodKind.WEEK:
        return counts
    oldest = Period.of(as_of, kind).number - WEEKS_KEPT
    return {cohort: ages for cohort, ages in counts.items() if cohort.number > oldest}

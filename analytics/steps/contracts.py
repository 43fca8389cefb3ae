"""How long subscriptions last, and how many end each month: figures of the retention step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import sql

from analytics.periods import Period, PeriodKind
from analytics.statements import rows_of
from analytics.survival import kaplan_meier

ALL = ""
MOST_PLANS = 6
MOST_MONTHS = 37
DAYS_A_MONTH = 30.4375
# whole months, as sources tell them; a running one counts as long as it has lasted by then
LENGTHS_SQL = sql.SQL("""
SELECT plan, months, count(*) FILTER (WHERE has_ended), count(*) FILTER (WHERE NOT has_ended)
FROM (
    SELECT plan, coalesce(ended_on <= {as_of}, false) AS has_ended,
           CASE WHEN ended_on <= {as_of} AND tenure_months IS NOT NULL THEN round(tenure_months)
                ELSE round((least(ended_on, {as_of}) - started_on) / {days}) END::int AS months
    FROM orders_subscription
    WHERE started_on <= {as_of}
) AS lengths
GROUP BY 1, 2
""")
MONTHS_SQL = sql.SQL("""
SELECT m.start::date,
       count(*) FILTER (WHERE s.started_on < m.start AND (s.ended_on IS NULL OR s.ended_on >= m.start)),
       count(*) FILTER (WHERE s.started_on < m.start AND s.ended_on >= m.start
                          AND s.ended_on < least(m.start + INTERVAL '1 month', {as_of} + 1))
FROM generate_series({first}::timestamp, {last}::timestamp, INTERVAL '1 month') AS m(start)
CROSS JOIN orders_subscription AS s
GROUP BY 1 ORDER BY 1
""")


def survival(as_of: dt.date) -> list[dict[str, Any]]:
    """The curve of all subscriptions, then of the largest plans: `plan`, `n`, `ended`, `points` (JSON).

    A point is months, at risk, ended, share that lasts longer, and the 95 % interval of that share.
    """
    rows = rows_of(LENGTHS_SQL.format(as_of=sql.Literal(as_of), days=sql.Literal(DAYS_A_MONTH)))
    by_plan: dict[str, list[tuple[float, int, int]]] = {}
    for plan, months, ended, running in rows:
        by_plan.setdefault(plan, []).append((months, ended, running))
    sizes = {plan: sum(ended + running for _, ended, running in found) for plan, found in by_plan.items()}
    largest = sorted(sizes, key=lambda plan: (-sizes[plan], plan))[:MOST_PLANS]
    curves = [_curve(ALL, [one for found in by_plan.values() for one in found])] if rows else []
    return curves + [_curve(plan, by_plan[plan]) for plan in largest if len(by_plan) > 1]


def ended_by_month(as_of: dt.date) -> list[list[Any]]:
    """For each of the last months: its first day, subscriptions running then, and how many of those ended in it."""
    last = Period.of(as_of, PeriodKind.MONTH)
    first = last.moved(1 - min(MOST_MONTHS, last.number - 12))
    query = MONTHS_SQL.format(
        as_of=sql.SQL("{}::date").format(sql.Literal(as_of)),
        first=sql.Literal(first.start.isoformat()),
        last=sql.Literal(last.start.isoformat()),
    )
    return [[start.isoformat(), running, ended] for start, running, ended in rows_of(query) if running]


def _curve(plan: str, lengths: list[tuple[float, int, int]]) -> dict[str, Any]:
    points = kaplan_meier(lengths)
    return {
        "plan": plan,
        "n": sum(ended + running for _, ended, running in lengths),
        "ended": sum(ended for _, ended, _ in lengths),
        "points": [
            [point.time, point.at_risk, point.ended, *(round(one, 6) for one in (point.share, point.low, point.high))]
            for point in points
        ],
    }

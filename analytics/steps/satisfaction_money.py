"""What promoters, passives and detractors have to do with money: each customer by their last answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import sql

from analytics.statements import day, rows_of
from crm.intervals import wilson
from feedback.scoring import Mean

YEAR = dt.timedelta(days=365)
NEVER = "never asked or answered"
MONEY_SQL = sql.SQL("""
WITH last_said AS (
  SELECT DISTINCT ON (contact_id) contact_id, nps FROM {base} WHERE contact_id IS NOT NULL
  ORDER BY contact_id, told_at DESC, id DESC
), bought AS (
  SELECT contact_id, coalesce(sum(base_amount) FILTER (WHERE ordered_on > {year}), 0)::float8 AS revenue,
    bool_or(is_purchase AND ordered_on > {year}) AS is_now, bool_or(is_purchase AND ordered_on <= {year}) AS was_before
  FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on > {two_years} AND ordered_on <= {as_of}
  GROUP BY contact_id
)
SELECT CASE WHEN s.nps >= 9 THEN 'promoter' WHEN s.nps <= 6 THEN 'detractor' WHEN s.nps IS NOT NULL THEN 'passive'
    ELSE '' END, count(*), coalesce(sum(b.revenue), 0), coalesce(stddev_samp(coalesce(b.revenue, 0)), 0),
  count(*) FILTER (WHERE b.was_before), count(*) FILTER (WHERE b.was_before AND b.is_now),
  count(c.probability), avg(c.probability)::float8
FROM last_said s FULL JOIN bought b ON b.contact_id = s.contact_id
LEFT JOIN analytics_churnscore c ON c.contact_id = coalesce(s.contact_id, b.contact_id)
GROUP BY 1
""")


def money_of_groups(base: str, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """Per group (`promoter`, `passive`, `detractor`, `silent`: bought in two years, never answered): customers, their
    revenue of 365 days in the company's currency with the mean's interval, retention with its interval (Wilson), and
    the mean chance to leave."""
    query = MONEY_SQL.format(
        base=sql.Identifier(base), as_of=day(as_of), year=day(as_of - YEAR), two_years=day(as_of - 2 * YEAR)
    )
    return {row[0] or "silent": _group(*row[1:]) for row in rows_of(query)}


def _group(
    customers: int, revenue: float, spread: float, before: int, kept: int, scored: int, chance: float | None
) -> dict[str, Any]:
    low, high = wilson(kept / before, before) if before else (None, None)
    return {
        "customers": customers,
        "revenue": round(revenue, 2),
        "revenue_each": revenue / customers,
        "revenue_half_width": Mean.from_sums(customers, revenue / customers, spread).half_width,
        "active_before": before,
        "retained": kept,
        "retention": kept / before if before else None,
        "retention_low": low,
        "retention_high": high,
        "scored": scored,
        "churn_probability": chance,
    }

"""Share of wallet: our sales over what the customer says they spend, both of the same 365 days.

Who says it: the last answer of each customer, by as-of, to a question of the dimension *yearly spend*, and to the first
number that a survey of the kind *share of wallet* asks for. Our sales: what they bought less what they returned, in the
365 days up to the day of that answer. No share is told where nothing is said, where they say that they spend nothing,
and where an order of theirs has no rate into the company's currency.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import sql

from analytics.models import WalletScore
from analytics.statements import day, rows_of
from analytics.swapping import rebuild
from crm.company import current_company
from feedback.choices import SMALL_N

TABLE = WalletScore._meta.db_table
YEAR_DAYS = 365
BANDS = ((0.0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0), (1.0, None))
"""From and below, as shares; the last one is who bought more of us than they say that they spend."""

ASKS = """
q.dimension = 'spend' OR q.id IN (
  SELECT DISTINCT ON (n.survey_id) n.id FROM feedback_question n JOIN feedback_survey s ON s.id = n.survey_id
  WHERE s.kind = 'wallet' AND n.kind = 'number' ORDER BY n.survey_id, n.position, n.id)
"""
FILL = """
WITH told AS (
  SELECT DISTINCT ON (r.contact_id) r.contact_id, (r.told_at AT TIME ZONE {zone})::date AS said_on,
    a.value::numeric(18, 2) AS said
  FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id
  JOIN feedback_response r ON r.id = a.response_id
  WHERE ({asks}) AND a.value >= 0 AND r.contact_id IS NOT NULL AND r.told_at < {end}
  ORDER BY r.contact_id, r.told_at DESC, r.id DESC, q.position
), ours AS (
  SELECT t.contact_id, sum(o.base_amount) AS amount, count(*) > count(o.base_amount) AS has_gaps
  FROM told t JOIN orders_order o ON o.contact_id = t.contact_id
    AND o.ordered_on > t.said_on - {days} AND o.ordered_on <= t.said_on GROUP BY 1
), both_sides AS (
  SELECT t.*, CASE WHEN NOT coalesce(o.has_gaps, false) THEN round(coalesce(o.amount, 0), 2) END AS ours
  FROM told t LEFT JOIN ours o ON o.contact_id = t.contact_id
)
SELECT {run_id}::bigint AS run_id, {as_of} AS as_of, contact_id, said_on, said AS said_amount, ours AS our_amount,
  CASE WHEN said > 0 THEN ours / said END AS share
FROM both_sides
"""
FIGURES = """
SELECT count(*), count(share), coalesce(sum(our_amount) FILTER (WHERE share IS NOT NULL), 0),
  coalesce(sum(said_amount) FILTER (WHERE share IS NOT NULL), 0),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY share), count(*) FILTER (WHERE our_amount IS NULL),
  count(*) FILTER (WHERE said_amount = 0), count(*) FILTER (WHERE share > 1),
  coalesce(sum(said_amount - our_amount) FILTER (WHERE share < 1), 0), min(said_on), max(said_on)
FROM {table}
"""
BY = """
SELECT coalesce({value}, ''), count(*), sum(our_amount), sum(said_amount),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY w.share)
FROM {table} w {join} WHERE w.share IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
"""
STRANGERS = """
SELECT count(*) FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id
JOIN feedback_response r ON r.id = a.response_id
WHERE ({asks}) AND a.value >= 0 AND r.contact_id IS NULL AND r.told_at < {end}
"""


def wallet(*, as_of: dt.date, end: sql.Literal, run_id: int) -> dict[str, Any]:
    """Build the table anew; the figures of all customers together."""
    zone = sql.Literal(str(current_company().zone))
    asks = sql.SQL(ASKS)
    query = sql.SQL(FILL).format(
        zone=zone, asks=asks, end=end, days=sql.Literal(YEAR_DAYS), run_id=sql.Literal(run_id), as_of=day(as_of)
    )
    rebuild(TABLE, query)
    table = sql.Identifier(TABLE)
    (found,) = rows_of(sql.SQL(FIGURES).format(table=table))
    told, n, ours, said, median, unknown, nothing, beyond, elsewhere, first, last = found
    (strangers,) = rows_of(sql.SQL(STRANGERS).format(asks=asks, end=end))[0]
    by_segment = sql.SQL(BY).format(
        table=table, value=sql.SQL("s.segment"),
        join=sql.SQL("LEFT JOIN analytics_rfmscore s ON s.contact_id = w.contact_id"),
    )  # fmt: skip
    return {
        "told": int(told), "n": int(n), "ours": float(ours), "said": float(said),
        "share": float(ours / said) if said else None, "median": None if median is None else float(median),
        "unknown": int(unknown), "nothing": int(nothing), "beyond": int(beyond), "elsewhere": float(elsewhere),
        "strangers": int(strangers), "first": first and first.isoformat(), "last": last and last.isoformat(),
        "bands": _bands(table),
        "segments": [
            {"name": name, "n": int(count), "share": float(own / all_of_it), "median": float(middle),
             "is_small": count < SMALL_N}
            for name, count, own, all_of_it, middle in rows_of(by_segment)
        ],
    }  # fmt: skip


def _bands(table: sql.Identifier) -> list[dict[str, Any]]:
    """How many customers lie in each band; less than nothing counts as nothing."""
    bounds = sql.SQL("{}::float8[]").format(sql.Literal([low for low, _ in BANDS]))
    query = sql.SQL(
        "SELECT width_bucket(greatest(share, 0), {bounds}), count(*) FROM {table} WHERE share IS NOT NULL GROUP BY 1"
    )
    counts = dict(rows_of(query.format(bounds=bounds, table=table)))
    return [
        {"low": low, "high": high, "count": int(counts.get(place, 0))}
        for place, (low, high) in enumerate(BANDS, start=1)
    ]

"""The satisfaction-profit chain: attributes -> overall satisfaction -> intention -> behaviour -> money.

A row is a response that rated the overall satisfaction or how likely its customer is to recommend us. Behaviour and
money are of the 180 days after it: purchases, and net revenue in the company's currency (both as log(1 + x), since few
customers buy very much); only responses whose 180 days are over by as-of count there. Each link is fitted by itself on
the rows that have all of it; several answers of one customer are reckoned with as not independent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.chaining import Link, link
from analytics.statements import day, read_columns, rows_of
from analytics.steps.defaults import CHAIN_DAYS
from analytics.steps.satisfaction_ratings import Asked
from feedback.choices import Dimension

MOST_ATTRIBUTES, LEAST_RATED = 12, 0.5
RESPONSES_SQL = sql.SQL("""
SELECT r.id, r.contact_id, coalesce(r.nps, -1)::float8,
  coalesce(b.purchases, 0)::float8, coalesce(b.revenue, 0)::float8,
  ((r.answered_at AT TIME ZONE {zone})::date + {after} <= {as_of})::int::bigint
FROM feedback_response r LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE o.is_purchase) AS purchases, sum(o.base_amount)::float8 AS revenue FROM orders_order o
  WHERE o.contact_id = r.contact_id AND o.ordered_on > (r.answered_at AT TIME ZONE {zone})::date
    AND o.ordered_on <= (r.answered_at AT TIME ZONE {zone})::date + {after}
) b ON true
WHERE r.contact_id IS NOT NULL AND r.answered_at IS NOT NULL AND r.told_at < {end}
  AND (r.nps IS NOT NULL OR r.id IN (
    SELECT a.response_id FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id
    WHERE q.dimension = 'overall' AND a.value IS NOT NULL))
""")
COUNT_SQL = sql.SQL("SELECT count(*) FROM feedback_response WHERE answered_at IS NOT NULL AND told_at < {end}")
Floats = NDArray[np.floating[Any]]


def chain(asked: Asked, *, as_of: dt.date, end: sql.Literal, zone: str) -> list[dict[str, Any]]:
    """The links as JSON, in their order; one that cannot be fitted says why."""
    if not rows_of(COUNT_SQL.format(end=end))[0][0]:
        return []
    query = RESPONSES_SQL.format(
        zone=sql.Literal(zone), after=sql.Literal(CHAIN_DAYS), as_of=day(as_of), end=end
    )  # fmt: skip
    names_and_types = (
        ("id", "i8"), ("who", "i8"), ("nps", "f8"), ("purchases", "f8"), ("revenue", "f8"), ("is_over", "i8"),
    )  # fmt: skip
    rows = read_columns(query, names_and_types)
    order = np.argsort(rows["id"])
    rows = {name: column[order] for name, column in rows.items()}
    nps = np.where(rows["nps"] < 0, np.nan, rows["nps"])
    overall = _of_dimension(asked, Dimension.OVERALL, rows["id"])
    intention = _of_dimension(asked, Dimension.INTENTION, rows["id"])
    is_over = rows["is_over"] == 1
    purchases = np.where(is_over, np.log1p(rows["purchases"]), np.nan)
    revenue = np.where(is_over, np.log1p(np.maximum(rows["revenue"], 0)), np.nan)
    names, ratings = _attributes(asked, rows["id"])
    who = rows["who"]
    whole = "Overall satisfaction"
    bought = f"Purchases in {CHAIN_DAYS} days"
    return [
        _json("Attributes", whole, link(overall, ratings, names, who)),
        _json(whole, "Recommends us", link(nps, overall[:, None], [whole], who)),
        _json(whole, "Would buy again", link(intention, overall[:, None], [whole], who)),
        _json("Recommends us", bought, link(purchases, nps[:, None], ["Recommends us"], who)),
        _json(bought, f"Revenue in {CHAIN_DAYS} days", link(revenue, purchases[:, None], [bought], who)),
    ]


def _json(source: str, target: str, found: Link) -> dict[str, Any]:
    return {
        "from": source,
        "to": target,
        "n": found.n,
        "customers": found.people,
        "explained": found.explained,
        "refused": found.refused,
        "coefficients": [
            {"name": one.name, "value": one.value, "low": one.low, "high": one.high, "is_clear": one.is_clear}
            for one in found.coefficients
        ],
    }


def _of_dimension(asked: Asked, dimension: str, ids: NDArray[Any]) -> Floats:
    """The mean rating of a dimension by response, NaN where there is none."""
    found = asked.of(dimension)
    return _mean_by(found.response, found.rating, ids)


def _attributes(asked: Asked, ids: NDArray[Any]) -> tuple[Sequence[str], Floats]:
    """(names, ratings by response and attribute): the attributes that at least half of those have who rated any."""
    found = asked.of(Dimension.PERFORMANCE)
    known = np.isin(found.response, ids)
    response, attribute, rating = found.response[known], found.attribute[known], found.rating[known]
    raters = len(np.unique(response))
    codes, counts = np.unique(attribute, return_counts=True)
    chosen = [code for code, count in zip(codes, counts, strict=True) if count >= LEAST_RATED * raters]
    chosen = sorted(chosen, key=lambda code: -int(counts[list(codes).index(code)]))[:MOST_ATTRIBUTES]
    columns = [_mean_by(response[attribute == code], rating[attribute == code], ids) for code in chosen]
    table = np.column_stack(columns) if columns else np.empty((len(ids), 0))
    return [asked.names[int(code)] for code in chosen], table


def _mean_by(response: NDArray[Any], rating: NDArray[Any], ids: NDArray[Any]) -> Floats:
    """The mean of the ratings of each of the sorted ids; NaN for one without any."""
    at = np.searchsorted(ids, response)
    inside = at < len(ids)
    inside[inside] &= ids[at[inside]] == response[inside]
    sums = np.bincount(at[inside], rating[inside], minlength=len(ids))
    counts = np.bincount(at[inside], minlength=len(ids))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(counts > 0, sums / counts, np.nan)
    return found

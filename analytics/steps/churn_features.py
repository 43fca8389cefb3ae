"""What is known of each customer as of the end of a day, by set-based SQL: nothing later enters.

How a customer bought, and the facts of the record: those with their value at the end of that day, which the row history
knows (what a row was before the first change after it); a record that was made later counts as it was made. Its age is
that of the customer where the record is younger than the first purchase: when it was made says what happened after.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from analytics.mathematics.features import Features
from analytics.steps.churn_scores import Population
from crm.database.copying import copying

if TYPE_CHECKING:  # slow to import
    import pandas as pd

WINDOWS = (30, 90, 180, 365)
LABELS = {
    "recency": "Days without a purchase",
    "overdue": "Days without a purchase, against the usual gap",
    "purchases": "Purchases so far",
    **{f"purchases_{days}": f"Purchases in {days} days" for days in WINDOWS},
    "trend": "Purchases of the last 90 days against the year's pace",
    "money_90": "Money in 90 days",
    "money_365": "Money in 365 days",
    "mean_purchase": "Mean purchase",
    "gap": "Usual days between purchases",
    "gap_spread": "Spread of the days between purchases",
    "tenure": "Days since the first purchase",
    "returns_365": "Returns in 365 days",
    "returned_share": "Share of the money that came back",
    "channels": "Channels used",
    "families_365": "Product families in 365 days",
    "interactions_90": "Interactions in 90 days",
    "interactions_365": "Interactions in 365 days",
    "inbound_365": "Interactions that the customer began, 365 days",
    "channel": "Channel of the last order",
    "record_age": "Days since the record was made",
    "source": "Source",
    "kind": "Person or organization",
    "markets": "Markets",
    "country": "Country",
}
CATEGORIES = ("channel", "source", "kind", "markets", "country")
FACTS = ("record_age", "source", "kind", "markets", "country")
ORDERS_SQL = """
SELECT contact_id,
  %(day)s::date - max(ordered_on) FILTER (WHERE is_purchase) AS recency,
  count(*) FILTER (WHERE is_purchase) AS purchases,
  count(*) FILTER (WHERE is_purchase AND ordered_on > %(day)s::date - 30) AS purchases_30,
  count(*) FILTER (WHERE is_purchase AND ordered_on > %(day)s::date - 90) AS purchases_90,
  count(*) FILTER (WHERE is_purchase AND ordered_on > %(day)s::date - 180) AS purchases_180,
  count(*) FILTER (WHERE is_purchase AND ordered_on > %(day)s::date - 365) AS purchases_365,
  coalesce(sum(base_amount::float8), 0) AS money,
  coalesce(sum(base_amount::float8) FILTER (WHERE ordered_on > %(day)s::date - 90), 0) AS money_90,
  coalesce(sum(base_amount::float8) FILTER (WHERE ordered_on > %(day)s::date - 365), 0) AS money_365,
  avg(base_amount::float8) FILTER (WHERE is_purchase) AS mean_purchase,
  avg(gap) FILTER (WHERE gap > 0) AS gap,
  stddev_samp(gap) FILTER (WHERE gap > 0) AS gap_spread,
  %(day)s::date - min(ordered_on) FILTER (WHERE is_purchase) AS tenure,
  count(*) FILTER (WHERE NOT is_purchase AND ordered_on > %(day)s::date - 365) AS returns_365,
  coalesce(-sum(base_amount::float8) FILTER (WHERE base_amount < 0), 0) AS returned,
  count(DISTINCT channel) FILTER (WHERE channel <> '') AS channels,
  (array_agg(channel ORDER BY ordered_on DESC, channel))[1] AS channel
FROM (
  SELECT contact_id, ordered_on, is_purchase, base_amount, channel,
    CASE WHEN is_purchase THEN ordered_on - lag(ordered_on)
      OVER (PARTITION BY contact_id, is_purchase ORDER BY ordered_on) END AS gap
  FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= %(day)s
) o
GROUP BY contact_id
HAVING max(ordered_on) FILTER (WHERE is_purchase) > %(day)s::date - %(eligible)s
ORDER BY contact_id
"""
FAMILIES_SQL = """
SELECT o.contact_id, count(DISTINCT p.family) AS families_365
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id JOIN orders_product p ON p.id = l.product_id
WHERE o.contact_id IS NOT NULL AND o.ordered_on <= %(day)s AND o.ordered_on > %(day)s::date - 365 AND p.family <> ''
  AND l.amount >= 0
GROUP BY o.contact_id
"""
INTERACTIONS_SQL = """
SELECT contact_id, count(*) FILTER (WHERE occurred_at >= %(end)s - interval '90 days') AS interactions_90,
  count(*) AS interactions_365, count(*) FILTER (WHERE direction = 'in') AS inbound_365
FROM contacts_interaction WHERE occurred_at < %(end)s AND occurred_at >= %(end)s - interval '365 days'
GROUP BY contact_id
"""
FACTS_SQL = """
SELECT c.id AS contact_id, %(day)s::date - coalesce((w.was ->> 'created_on')::date, c.created_on) AS record_age,
  coalesce(w.was ->> 'source', c.source) AS source, coalesce(w.was ->> 'kind', c.kind) AS kind,
  CASE WHEN w.was IS NULL THEN array_to_string(c.markets, ', ')
    ELSE (SELECT string_agg(one, ', ' ORDER BY place)
      FROM jsonb_array_elements_text(w.was -> 'markets') WITH ORDINALITY AS of (one, place)) END AS markets,
  coalesce(b.was ->> 'country', a.country) AS country
FROM (
  SELECT DISTINCT contact_id AS id FROM orders_order
  WHERE is_purchase AND ordered_on <= %(day)s AND ordered_on > %(day)s::date - %(eligible)s
) AS eligible
JOIN contacts_contact AS c USING (id)
LEFT JOIN contacts_address AS a ON a.contact_id = c.id AND a.is_primary
LEFT JOIN (
  SELECT DISTINCT ON (row_id) row_id, was FROM crm_rowchange
  WHERE table_name = 'contacts_contact' AND operation = 'U' AND at >= %(end)s ORDER BY row_id, id
) AS w ON w.row_id = c.id
LEFT JOIN (
  SELECT DISTINCT ON (parent_id) parent_id, was FROM crm_rowchange
  WHERE table_name = 'contacts_address' AND operation <> 'I' AND at >= %(end)s AND (was ->> 'is_primary')::boolean
  ORDER BY parent_id, id
) AS b ON b.parent_id = c.id
"""
BOUGHT_SQL = """
SELECT contact_id, coalesce(sum(base_amount::float8), 0) AS money, bool_or(is_purchase)::int AS bought
FROM orders_order
WHERE contact_id IS NOT NULL AND ordered_on > %(day)s AND ordered_on <= %(until)s GROUP BY contact_id
"""


def read_frame(query: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a query as columns, by COPY: no Python object for each cell."""
    import pandas as pd  # noqa: PLC0415

    buffer = io.BytesIO()
    with (
        connection.cursor() as cursor,
        copying(cursor, f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", values) as copy,
    ):
        for block in copy:
            buffer.write(block)
    buffer.seek(0)
    return pd.read_csv(buffer, keep_default_na=False, na_values=[""])


def population_as_of(day: dt.date, end: dt.datetime, eligible_days: int) -> Population:
    """Everybody with a purchase in the `eligible_days` up to `day`, with what was known then. `end` is the first moment
    after `day` in the company's time zone."""
    import pandas as pd  # noqa: PLC0415

    frame = read_frame(ORDERS_SQL, {"day": day, "eligible": eligible_days})
    contacts = frame["contact_id"].to_numpy(dtype=np.int64)
    for query in (FAMILIES_SQL, INTERACTIONS_SQL):
        _add(frame, contacts, read_frame(query, {"day": day, "end": end}))
    facts = read_frame(FACTS_SQL, {"day": day, "end": end, "eligible": eligible_days})
    facts = facts.set_index("contact_id").reindex(contacts)
    for name in FACTS:
        frame[name] = facts[name].to_numpy()
    frame["record_age"] = frame[["record_age", "tenure"]].astype(float).max(axis=1)
    gap, recency = frame["gap"].astype(float), frame["recency"].astype(float)
    frame["overdue"] = recency / gap
    frame["trend"] = frame["purchases_90"] * (365 / 90) / frame["purchases_365"].clip(lower=1)
    frame["returned_share"] = (frame["returned"] / (frame["money"] + frame["returned"]).where(lambda s: s > 0)).fillna(
        0
    )
    numbers = {
        name: frame[name].to_numpy(dtype=np.float32) for name in LABELS if name not in CATEGORIES and name in frame
    }
    codes, categories = {}, {}
    for name in CATEGORIES:
        column, known = pd.factorize(frame[name].fillna("").astype(str), sort=True)
        codes[name], categories[name] = column.astype(np.int32), tuple(str(one) or "not given" for one in known)
    return Population(contacts, Features(numbers, codes, categories), labels=LABELS)


def _add(frame: pd.DataFrame, contacts: NDArray[np.int64], found: pd.DataFrame) -> None:
    """Columns of another query beside those of the population; nothing found is 0."""
    joined = found.set_index("contact_id").reindex(contacts)
    for name in joined.columns:
        frame[name] = joined[name].astype(float).fillna(0).to_numpy()


def after(contacts: NDArray[np.int64], day: dt.date, days: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(1 for who bought nothing in the `days` after `day`, the money of those days) of these customers."""
    frame = read_frame(BOUGHT_SQL, {"day": day, "until": day + dt.timedelta(days=days)})
    joined = frame.set_index("contact_id").reindex(contacts)
    left = 1 - joined["bought"].astype(float).fillna(0).to_numpy().astype(np.int64)
    money: NDArray[np.float64] = joined["money"].astype(float).fillna(0).to_numpy().astype(np.float64)
    return left, money

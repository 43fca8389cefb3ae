"""RFM of every customer beside one bare CREATE TABLE AS of the same rows and its indexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db import connection

from analytics.models import RfmScore
from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, alternate, beside, timed
from bench.world import World

TABLE = RfmScore._meta.db_table
# window functions instead of our cut-offs: the same scores by the plainest SQL there is
BARE = f"""
CREATE TABLE bench_rfm AS
WITH base AS (
    SELECT contact_id, max(ordered_on) FILTER (WHERE is_purchase) AS last_purchase_on,
           count(*) FILTER (WHERE is_purchase) AS frequency, sum(base_amount) AS monetary,
           min(ordered_on) FILTER (WHERE is_purchase) AS first_purchase_on,
           count(*) FILTER (WHERE is_purchase AND ordered_on > '{UNTIL}'::date - 365) AS purchases_365
    FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= '{UNTIL}'
    GROUP BY contact_id HAVING bool_or(is_purchase)
), scored AS (
    SELECT contact_id, last_purchase_on, frequency, round(monetary, 2) AS monetary, first_purchase_on, purchases_365,
           CASE WHEN first_purchase_on > '{UNTIL}'::date - 90 THEN 'new'
                WHEN percent_rank() OVER (ORDER BY purchases_365) >= 0.8 THEN 'heavy'
                WHEN percent_rank() OVER (ORDER BY purchases_365) >= 0.5 THEN 'moderate'
                ELSE 'infrequent' END AS usage_level,
           least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY last_purchase_on))::int) AS r,
           least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY frequency))::int) AS f,
           least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY monetary))::int) AS m
    FROM base
)
SELECT scored.*, '{UNTIL}'::date AS as_of, '{UNTIL}'::date - last_purchase_on AS recency_days, 1 AS run_id,
       segment.name AS segment, segment.tone AS tone
FROM scored LEFT JOIN LATERAL (
    SELECT name, tone FROM analytics_rfmsegment
    WHERE r BETWEEN r_low AND r_high AND f BETWEEN f_low AND f_high AND m BETWEEN m_low AND m_high
    ORDER BY position LIMIT 1
) AS segment ON true
"""


def bare() -> None:
    """The same table and indexes; dropped again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass", [TABLE])
        definitions = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE IF EXISTS bench_rfm")
        cursor.execute(BARE)
        for number, definition in enumerate(definitions):
            _, _, rest = definition.partition(" USING ")
            unique = "UNIQUE " if definition.startswith("CREATE UNIQUE") else ""
            cursor.execute(f"CREATE {unique}INDEX bench_rfm_{number} ON bench_rfm USING {rest}")


def measure(world: World) -> Iterator[Line]:
    """At most twice the bare one."""
    as_of = dt.date.fromisoformat(UNTIL)
    cases = {
        "us": partial(timed, partial(run_steps, actor=None, as_of=as_of, only=["rfm"], parameters={})),
        "bare": partial(timed, bare),
    }
    try:
        found = alternate(cases)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_rfm")
    what = f"scores of {RfmScore.objects.count():,} customers"
    yield beside("rfm", what, found["us"], found["bare"], most=2, name="bare SQL", unit="s")

"""Which customers are strategically significant, and by what: five flags with their evidence, in one statement.

value: the lifetime value of the same day is above 0 and in the top tenth of all who have one. volume: the net revenue
of the last 365 days is above 0 and in the top tenth of all who bought in them. In a top tenth is who has
1 + floor(10 x customers strictly worse / N) = 10: equal values go together, and fewer than ten customers have none.
benchmark: contacts whom they referred or influence became customers, since then where the relation has a day.
inspiration: a suggestion that they had asked for was adopted. door opener: a contact at whom they open doors became a
customer since; or they were the first customer of a market category or a country when the house had sold for a year,
and others followed there. Customers are who bought up to the day; merged and erased contacts are left out. What is
later than as-of does not count; in which market a contact is, is known only as it is now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.choices import Significance
from analytics.models import SignificanceScore
from analytics.statements import rows_of
from analytics.steps import StepResult
from analytics.swapping import rebuild
from contacts.choices import RelationKind
from crm.company import current_company
from crm.jobs import Progress
from crm.templatetags.figures import number
from feedback.ideas.choices import IdeaState

if TYPE_CHECKING:
    from analytics.models import ModelRun

VOLUME_DAYS = 365
NEW_AFTER_DAYS = 365
"""A market is new to the house if its first customer came so long after the first customer of all, or later."""
TABLE = SignificanceScore._meta.db_table
FILL = """
WITH bought AS (
  SELECT contact_id AS id, min(ordered_on) FILTER (WHERE is_purchase) AS first_on,
    max(ordered_on) FILTER (WHERE is_purchase) AS last_on,
    sum(base_amount) FILTER (WHERE ordered_on > {as_of}::date - {volume_days}) AS volume
  FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}::date GROUP BY contact_id
  HAVING bool_or(is_purchase)
), value AS (
  SELECT contact_id AS id, clv AS amount, 1 + (10 * (rank() OVER (ORDER BY clv) - 1)) / count(*) OVER () AS tenth
  FROM analytics_clvscore WHERE as_of = {as_of}::date AND clv IS NOT NULL
), volume AS (
  SELECT id, round(volume, 2) AS amount,
    1 + (10 * (rank() OVER (ORDER BY round(volume, 2)) - 1)) / count(*) OVER () AS tenth
  FROM bought WHERE last_on > {as_of}::date - {volume_days} AND volume IS NOT NULL
), relation AS (
  SELECT r.contact_id AS id, r.kind, r.other_id, greatest(b.first_on, r.since) AS on_day
  FROM contacts_relationship r JOIN bought b ON b.id = r.other_id
  WHERE r.contact_id <> r.other_id AND coalesce(r.since <= least(b.first_on, {as_of}::date), true)
), followed AS (
  SELECT id, count(DISTINCT other_id) AS people, min(on_day) AS first_on FROM relation
  WHERE kind IN ({referrer}, {influencer}) GROUP BY id
), introduced AS (
  SELECT id, count(DISTINCT other_id) AS people, min(on_day) AS first_on FROM relation
  WHERE kind = {door_opener} GROUP BY id
), adopted AS (
  SELECT v.contact_id AS id, count(*) AS ideas, min((s.state_at AT TIME ZONE {zone})::date) AS first_on
  FROM feedback_suggestionvote v JOIN feedback_suggestion s ON s.id = v.suggestion_id
  WHERE s.state = {done} AND (s.state_at AT TIME ZONE {zone})::date <= {as_of}::date
    AND v.asked_at <= s.state_at GROUP BY v.contact_id
), place AS (
  SELECT b.id, b.first_on, 'market:' || m.key AS market
  FROM bought b JOIN contacts_contact c ON c.id = b.id CROSS JOIN unnest(c.markets) AS m (key)
  UNION ALL
  SELECT b.id, b.first_on, 'country:' || c.main_country
  FROM bought b JOIN contacts_contact c ON c.id = b.id WHERE c.main_country <> ''
), market AS (
  SELECT market, min(first_on) AS first_on FROM place GROUP BY market
  HAVING min(first_on) < max(first_on)
    AND min(first_on) >= (SELECT min(first_on) FROM bought) + {new_after_days}
), opened AS (
  SELECT p.id, array_agg(p.market ORDER BY p.market) AS markets, min(p.first_on) AS first_on
  FROM place p JOIN market m ON m.market = p.market AND m.first_on = p.first_on GROUP BY p.id
), found AS (
  SELECT b.id,
    CASE WHEN value.tenth = 10 AND value.amount > 0 THEN value.amount END AS value,
    CASE WHEN volume.tenth = 10 AND volume.amount > 0 THEN volume.amount END AS volume,
    coalesce(followed.people, 0) AS followers, followed.first_on AS followed_on,
    coalesce(adopted.ideas, 0) AS ideas, adopted.first_on AS adopted_on,
    coalesce(introduced.people, 0) AS introduced, introduced.first_on AS introduced_on,
    coalesce(opened.markets, '{{}}') AS openings, opened.first_on AS opened_on
  FROM bought b JOIN contacts_contact c ON c.id = b.id
  LEFT JOIN value ON value.id = b.id LEFT JOIN volume ON volume.id = b.id
  LEFT JOIN followed ON followed.id = b.id LEFT JOIN introduced ON introduced.id = b.id
  LEFT JOIN adopted ON adopted.id = b.id LEFT JOIN opened ON opened.id = b.id
  WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
), flagged AS (
  SELECT found.*, array_remove(ARRAY[
    CASE WHEN value IS NOT NULL THEN 'value' END, CASE WHEN volume IS NOT NULL THEN 'volume' END,
    CASE WHEN followers > 0 THEN 'benchmark' END, CASE WHEN ideas > 0 THEN 'inspiration' END,
    CASE WHEN introduced > 0 OR openings <> '{{}}' THEN 'door opener' END], NULL) AS kinds FROM found
)
SELECT {run_id}::bigint AS run_id, {as_of}::date AS as_of, id AS contact_id, kinds, value, volume, followers,
  followed_on, ideas, adopted_on, introduced, introduced_on, openings, opened_on
FROM flagged WHERE kinds <> '{{}}'
"""
SIZES = """
SELECT (SELECT count(*) FROM analytics_clvscore WHERE as_of = {as_of}::date AND clv IS NOT NULL),
  (SELECT min(value) FROM {table}), (SELECT min(volume) FROM {table}),
  (SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE contact_id IS NOT NULL AND is_purchase
    AND ordered_on <= {as_of}::date AND ordered_on > {as_of}::date - {volume_days} GROUP BY contact_id) buyers)
"""
COUNTS = "SELECT kind, count(*) FROM {table} CROSS JOIN unnest(kinds) AS k (kind) GROUP BY kind"
PARTS = 3


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Flag the customers as of the end of `as_of`. The metrics are the customers by flag; from which value and volume
    on a customer is in the top tenth, and of how many, is among the parameters."""
    done = 0

    def advance(message: str) -> None:
        nonlocal done
        done += 1
        progress.report(done, PARTS, message)

    names = {"table": sql.Identifier(TABLE), **_literals(as_of, run_id)}
    rows = rebuild(TABLE, sql.SQL(FILL).format(**names), advance)
    counts = dict(rows_of(sql.SQL(COUNTS).format(**names)))
    valued, value_from, volume_from, buyers = rows_of(sql.SQL(SIZES).format(**names))[0]
    told = {
        "valued": valued,
        "value_from": None if value_from is None else float(value_from),
        "buyers": buyers,
        "volume_from": None if volume_from is None else float(volume_from),
    }
    return StepResult(rows, told, {kind: counts.get(kind, 0) for kind in Significance.values}, data_to=as_of)


def _literals(as_of: dt.date, run_id: int) -> dict[str, sql.Literal]:
    values: dict[str, Any] = {
        "as_of": as_of, "run_id": run_id, "volume_days": VOLUME_DAYS, "new_after_days": NEW_AFTER_DAYS,
        "referrer": RelationKind.REFERRER.value, "influencer": RelationKind.INFLUENCER.value,
        "door_opener": RelationKind.DOOR_OPENER.value, "done": IdeaState.DONE.value,
        "zone": current_company().time_zone,
    }  # fmt: skip
    return {name: sql.Literal(value) for name, value in values.items()}


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each flag."""
    return [f"{label}: {number(run.metrics.get(kind, 0))}" for kind, label in Significance.choices]

"""Who responded to campaigns, and what was known of each of them when the campaign reached them.

Facts are those of the moment at which the place in the campaign was written down (a quarter of an hour later at most,
so that what came with its results counts), which the row history knows; orders and earlier campaigns are those before
the day on which it was sent. Late fields never enter.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.statements import rows_of
from analytics.steps.churn_scores import Population
from analytics.steps.feature_columns import FeatureColumns
from crm.choices import FieldType
from crm.company import current_company, end_of_day
from crm.customfields.definitions import Definition, definitions_of

LEARNED_SQL = """
SELECT DISTINCT ON (r.contact_id) r.contact_id, coalesce(r.responded, r.converted)::int,
  r.recorded_at + interval '15 minutes', (coalesce(r.sent_at, r.recorded_at) AT TIME ZONE %(zone)s)::date
FROM campaigns_recipient r JOIN campaigns_variant v ON v.id = r.variant_id
WHERE NOT v.is_control AND coalesce(r.responded, r.converted) IS NOT NULL
  AND coalesce(r.sent_at, r.recorded_at) < %(end)s AND (%(campaign)s::bigint IS NULL OR r.campaign_id = %(campaign)s)
ORDER BY r.contact_id, coalesce(r.sent_at, r.recorded_at) DESC, r.id DESC
"""
"""Of each contact the newest campaign that reached it: id, whether it responded, until when facts count, the day."""
SCORED_SQL = "SELECT id FROM contacts_contact WHERE archived_at IS NULL ORDER BY id DESC LIMIT %(most)s"
FACTS_SQL = """
WITH asked AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(days)s::date[]) WITH ORDINALITY
    AS one(id, moment, day, place)
), before AS (
  SELECT DISTINCT ON (k.place) k.place, x.was
  FROM asked AS k JOIN crm_rowchange AS x ON x.row_id = k.id
  WHERE x.table_name = 'contacts_contact' AND x.operation = 'U' AND k.moment IS NOT NULL AND x.at >= k.moment
  ORDER BY k.place, x.id
)
SELECT k.place, coalesce(w.was, jsonb_build_object(
    'kind', c.kind, 'industry', c.industry, 'source', c.source, 'list_kind', c.list_kind, 'markets', c.markets,
    'employees', c.employees, 'custom', c.custom)), c.main_country,
  o.purchases, k.day - o.last_on, o.money, r.campaigns, r.responses
FROM asked AS k JOIN contacts_contact AS c ON c.id = k.id
LEFT JOIN before AS w ON w.place = k.place
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE is_purchase) AS purchases, max(ordered_on) FILTER (WHERE is_purchase) AS last_on,
    coalesce(sum(base_amount) FILTER (WHERE ordered_on >= k.day - 365), 0)::float8 AS money
  FROM orders_order WHERE contact_id = k.id AND ordered_on < k.day
) AS o ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS campaigns, count(*) FILTER (WHERE q.responded) AS responses
  FROM campaigns_recipient AS q JOIN campaigns_variant AS v ON v.id = q.variant_id
  WHERE q.contact_id = k.id AND NOT v.is_control AND q.sent_at < (k.day::timestamp AT TIME ZONE %(zone)s)
) AS r ON true
ORDER BY k.place
"""
TEXTS = {"kind": "Person or organization", "industry": "Industry", "source": "Source", "list_kind": "Kind of list"}


@dataclass(frozen=True)
class Learned:
    """Contacts that a campaign reached, with what became of it (1: responded), and when."""

    contacts: NDArray[np.int64]
    outcome: NDArray[np.int64]
    moments: Sequence[dt.datetime]
    days: Sequence[dt.date]

    def __len__(self) -> int:
        return len(self.contacts)

    def take(self, rows: NDArray[np.int64]) -> Learned:
        return Learned(
            self.contacts[rows], self.outcome[rows], [self.moments[at] for at in rows], [self.days[at] for at in rows]
        )


def learned_of(as_of: dt.date, campaign: int | None) -> Learned:
    """Whom the campaigns (or one of them) had reached by the end of a day, each once."""
    asked = {"end": end_of_day(as_of), "zone": current_company().time_zone, "campaign": campaign}
    rows = rows_of(LEARNED_SQL, asked)
    return Learned(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


def scored_ids(most: int) -> NDArray[np.int64]:
    """Contacts that get a chance, at most so many: the newest."""
    return np.array([row[0] for row in rows_of(SCORED_SQL, {"most": most})], dtype=np.int64)


def facts_of(as_of: dt.date, learned: Learned, scored: NDArray[np.int64]) -> tuple[Population, list[str]]:
    """(what was known of those who were learned from, then what is known of those to be scored; sentences)."""
    day_after = as_of + dt.timedelta(days=1)
    days = [*learned.days, *[day_after] * len(scored)]
    ids = np.concatenate([learned.contacts, scored])
    asked = {
        "ids": ids.tolist(),
        "moments": [*learned.moments, *[None] * len(scored)],
        "days": days,
        "zone": current_company().time_zone,
    }
    rows = rows_of(FACTS_SQL, asked)
    known = [row[1] if isinstance(row[1], dict) else json.loads(row[1]) for row in rows]
    columns = FeatureColumns(as_of)
    for name, label in TEXTS.items():
        columns.add_texts(name, label, [_text(one.get(name)) for one in known])
    columns.add_texts("markets", "Markets", [", ".join(sorted(one.get("markets") or ())) or None for one in known])
    columns.add_texts("country", "Country", [row[2] or None for row in rows])
    columns.add_number("employees", "Employees", np.array([_number(one.get("employees")) for one in known]))
    figures = (
        ("purchases", "Purchases before", 3),
        ("recency", "Days since the last purchase", 4),
        ("money_365", "Money in a year before", 5),
        ("campaigns", "Campaigns before", 6),
        ("responses", "Responses to earlier campaigns", 7),
    )
    for name, label, at in figures:
        columns.add_number(name, label, np.array([_number(row[at]) for row in rows]))
    definitions = definitions_of("contacts.contact")
    late = [one for one in definitions if one.is_late]
    for one in definitions:
        if not one.is_late:
            columns.add_custom(one, _values(one, known, days, day_after))
    said = list(columns.sentences)
    if late:
        word = "fields are" if len(late) > 1 else "field is"
        said.append(f"{len(late)} late {word} never used: filled in after the fact.")
    return Population(ids, columns.features, None, columns.labels), said


def _values(one: Definition, known: Sequence[dict[str, Any]], days: Sequence[dt.date], as_of: dt.date) -> list[Any]:
    """The values of a custom field; days are as far back from as-of as they were from the day of the campaign."""
    values = [(facts.get("custom") or {}).get(one.key) for facts in known]
    if one.type != FieldType.DATE:
        return values
    return [_moved(value, as_of - day) for value, day in zip(values, days, strict=True)]


def _moved(value: Any, by: dt.timedelta) -> Any:
    try:
        return (dt.date.fromisoformat(value) + by).isoformat()
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)

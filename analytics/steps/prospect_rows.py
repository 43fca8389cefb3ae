"""What was known of each customer before the first purchase, and is known of each contact that has bought nothing.

Facts of a customer are those of the end of the day of the first purchase, which the row history knows: what is filled
in afterwards (an industry that a colleague looks up for a good customer) enters nowhere. Facts that only a purchase
brings (orders, addresses of deliveries but their country, who looks after it, tags, notes) are not read at all.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.statements import rows_of
from analytics.steps.churn_scores import Population
from analytics.steps.feature_columns import FeatureColumns
from contacts.choices import RelationKind
from crm.company import current_company
from crm.customfields.definitions import definitions_of

Ids = NDArray[np.int64]
TEXTS = {
    "kind": "Person or organization",
    "industry": "Industry",
    "source": "Source",
    "list_kind": "Kind of list",
}
WORTH_SQL = """
SELECT contact_id, coalesce(sum(base_amount), 0)::float8
  / greatest((%(day)s::date - min(ordered_on) FILTER (WHERE is_purchase)) / 365.25::float8, 1)
FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= %(day)s
GROUP BY contact_id HAVING bool_or(is_purchase) ORDER BY contact_id
"""
PROSPECTS_SQL = """
SELECT c.id FROM contacts_contact AS c
WHERE c.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM orders_order AS o WHERE o.contact_id = c.id AND o.is_purchase)
ORDER BY c.id DESC LIMIT %(most)s
"""
FACTS_SQL = """
WITH asked AS (
  SELECT one.id, (SELECT min(o.ordered_on) FROM orders_order AS o
    WHERE o.contact_id = one.id AND o.is_purchase AND o.ordered_on <= %(day)s) AS first_on
  FROM unnest(%(ids)s::bigint[]) AS one(id)
), before AS (
  SELECT DISTINCT ON (x.row_id) x.row_id, x.was
  FROM crm_rowchange AS x JOIN asked AS k ON k.id = x.row_id
  WHERE x.table_name = 'contacts_contact' AND x.operation = 'U'
    AND x.at >= (k.first_on + 1)::timestamp AT TIME ZONE %(zone)s
  ORDER BY x.row_id, x.id
), tied AS (
  SELECT k.id, string_agg(DISTINCT one.kind, ',') AS kinds
  FROM asked AS k JOIN (
    SELECT contact_id AS id, kind, created_at FROM contacts_relationship
    UNION ALL SELECT other_id, 'of ' || kind, created_at FROM contacts_relationship
  ) AS one ON one.id = k.id
  WHERE one.created_at < (coalesce(k.first_on, %(day)s::date) + 1)::timestamp AT TIME ZONE %(zone)s
  GROUP BY k.id
)
SELECT c.id, coalesce(w.was, jsonb_build_object(
    'kind', c.kind, 'industry', c.industry, 'source', c.source, 'list_kind', c.list_kind, 'markets', c.markets,
    'employees', c.employees, 'revenue', c.revenue, 'parent_id', c.parent_id, 'organization_id', c.organization_id,
    'custom', c.custom)), c.main_country, t.kinds
FROM asked AS k JOIN contacts_contact AS c ON c.id = k.id
LEFT JOIN before AS w ON w.row_id = c.id LEFT JOIN tied AS t ON t.id = c.id
ORDER BY c.id
"""
"""Id, facts (of a customer: as before the first change after it bought), country, kinds of relations."""


def worth_of(as_of: dt.date) -> tuple[Ids, NDArray[np.float64]]:
    """(customers by id, what each was worth a year): the net money of all orders to the end of a day in the company's
    currency, by the years since the first purchase; the first year counts whole, so that one large first order makes
    nobody the best."""
    rows = rows_of(WORTH_SQL, {"day": as_of})
    return np.array([row[0] for row in rows], dtype=np.int64), np.array([row[1] for row in rows], dtype=np.float64)


def prospects_of(most: int) -> Ids:
    """Who has bought nothing to this day, at most so many: the newest."""
    return np.array([row[0] for row in rows_of(PROSPECTS_SQL, {"most": most})], dtype=np.int64)


def facts_of(as_of: dt.date, contacts: Ids) -> tuple[Population, list[str]]:
    """(what is known of these contacts, by id; what is left out, in sentences)."""
    asked = {"day": as_of, "zone": current_company().time_zone, "ids": contacts.tolist()}
    rows = rows_of(FACTS_SQL, asked)
    known = [row[1] if isinstance(row[1], dict) else json.loads(row[1]) for row in rows]
    columns = FeatureColumns(as_of)
    for name, label in TEXTS.items():
        columns.add_texts(name, label, [_text(one.get(name)) for one in known])
    columns.add_texts("markets", "Markets", [", ".join(sorted(one.get("markets") or ())) or None for one in known])
    columns.add_texts("country", "Country", [row[2] or None for row in rows])
    columns.add_texts("belongs", "Belongs to a group", ["yes" if one.get("parent_id") else "no" for one in known])
    columns.add_texts(
        "works_at", "Works at an organization", ["yes" if one.get("organization_id") else "no" for one in known]
    )
    for kind in RelationKind:
        for key, words in ((kind.value, kind.label), (f"of {kind.value}", f"{kind.label} (seen from the other side)")):
            has = ["yes" if key in (row[3] or "").split(",") else "no" for row in rows]
            columns.add_texts(f"relation_{key}", f"Relation: {words}", has)
    for name, label in (("employees", "Employees"), ("revenue", "Revenue of the organization")):
        columns.add_number(name, label, np.array([_number(one.get(name)) for one in known]))
    definitions = definitions_of("contacts.contact")
    late = [one for one in definitions if one.is_late]
    for one in definitions:
        if not one.is_late:
            columns.add_custom(one, [(facts.get("custom") or {}).get(one.key) for facts in known])
    said = list(columns.sentences)
    if late:
        word = "fields are" if len(late) > 1 else "field is"
        said.append(f"{len(late)} late {word} never used: filled in after the first contact.")
    return Population(np.array([row[0] for row in rows], dtype=np.int64), columns.features, None, columns.labels), said


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)

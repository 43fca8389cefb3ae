"""Keeps what leads are found, matched and ordered by. Every door that writes a lead's name, e-mail, phone, organization
or external id calls `refresh_search`, those that write where it lies `place_leads`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from contacts.models import TerritoryRule
from contacts.territories.placing import FITS, SAVED_RULES
from crm.database.chosen import listed
from crm.own_ids import OwnIds

REFRESH_SQL = sql.SQL("""
UPDATE leads_lead AS l
SET sort_name = left(crm_fold(l.name), 300),
    search_text = crm_fold(concat_ws(' ', l.name, nullif(nullif(l.organization, l.name), ''), l.external_id,
        l.email_key, nullif(regexp_replace(l.phone_key, '\\D', '', 'g'), '')))
WHERE l.id IN ({chosen})
""")
PLACE_SQL = sql.SQL("""
UPDATE leads_lead AS l
SET territory_id = fresh.territory_id
FROM (
    SELECT k.id, (
        SELECT r.territory_id FROM ({rules}) AS r(
            id, territory_id, position, name, countries, postal_codes, industries, markets)
        WHERE {fits} ORDER BY r.position, r.name, r.id LIMIT 1
    ) AS territory_id
    FROM (
        SELECT id, industry, CASE WHEN market = '' THEN '{{}}'::text[] ELSE ARRAY[market::text] END AS markets
        FROM leads_lead WHERE id IN ({chosen})
    ) AS k JOIN leads_lead AS a ON a.id = k.id
) AS fresh
WHERE l.id = fresh.id AND l.territory_id IS DISTINCT FROM fresh.territory_id
""")


def refresh_search(lead_ids: Iterable[int]) -> None:
    """Recompute `sort_name` and `search_text` of these leads, in one statement."""
    refresh_search_of(listed("leads_lead", lead_ids))


def refresh_search_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_SQL.format(chosen=chosen))


def place_leads(lead_ids: Iterable[int]) -> None:
    """Put these leads into the territories that the rules of contacts give them."""
    place_leads_of(listed("leads_lead", lead_ids))


def place_leads_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects; nothing is asked where no rules are."""
    if not TerritoryRule.objects.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(PLACE_SQL.format(rules=SAVED_RULES, fits=FITS, chosen=chosen))


LEAD_IDS = OwnIds("leads.lead", refresh_search_of, erased="{t}.sort_name = 'erased'")

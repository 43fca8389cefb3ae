"""Keeps what contacts are found and ordered by. Every door that writes a name, an external id, a contact point or an
address (pages, import, admin, demo data) calls `refresh_search` for the contacts it touched.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed
from crm.own_ids import OwnIds

REFRESH_SQL = sql.SQL("""
UPDATE contacts_contact AS c
SET sort_name = fresh.sort_name, search_text = fresh.search_text, main_country = fresh.main_country
FROM (
    SELECT k.id,
           left(crm_fold(k.name), 300) AS sort_name,
           crm_fold(concat_ws(' ', k.name,
               CASE WHEN position(k.first_name IN k.name) = 0 THEN k.first_name END,
               CASE WHEN position(k.last_name IN k.name) = 0 THEN k.last_name END,
               k.external_id, p.points)) AS search_text,
           coalesce((
               SELECT a.country FROM contacts_address AS a
               WHERE a.contact_id = k.id ORDER BY a.is_primary DESC, a.id LIMIT 1
           ), '') AS main_country
    FROM contacts_contact AS k
    LEFT JOIN (
        SELECT contact_id, string_agg(
            CASE kind WHEN 'phone' THEN regexp_replace(normalised, '\\D', '', 'g') ELSE normalised END, ' ' ORDER BY id
        ) AS points
        FROM contacts_contactpoint
        WHERE contact_id IN ({chosen})
        GROUP BY contact_id
    ) AS p ON p.contact_id = k.id
    WHERE k.id IN ({chosen})
) AS fresh
WHERE c.id = fresh.id AND (c.sort_name, c.search_text, c.main_country)
    IS DISTINCT FROM (fresh.sort_name, fresh.search_text, fresh.main_country)
""")
EVERY_CONTACT = sql.SQL("SELECT id FROM contacts_contact")


def refresh_search(contact_ids: Iterable[int]) -> None:
    """Recompute `sort_name`, `search_text` and `main_country` of these contacts, in one statement."""
    refresh_search_of(listed("contacts_contact", contact_ids))


def refresh_search_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects (a staging table of the import; `EVERY_CONTACT`)."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_SQL.format(chosen=chosen))


CONTACT_IDS = OwnIds("contacts.contact", refresh_search_of, erased="{t}.erased_at IS NOT NULL")

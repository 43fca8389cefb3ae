"""Which territory a contact belongs to: by the first rule that fits, unless somebody chose it by hand.

Every door that writes addresses, industries or markets (pages, import, admin, demo data, API) calls `place_contacts`
for the contacts it touched; a change of the rules starts a job that places all.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from contacts.models import Contact, TerritoryRule

PLACE_SQL = sql.SQL("""
UPDATE contacts_contact AS c
SET territory_id = fresh.territory_id
FROM (
    SELECT k.id, (
        SELECT r.territory_id
        FROM contacts_territoryrule AS r JOIN crm_territory AS t ON t.id = r.territory_id
        WHERE (cardinality(r.countries) = 0 OR a.country = ANY (r.countries))
          AND (cardinality(r.markets) = 0 OR k.markets && r.markets)
          AND (cardinality(r.industries) = 0 OR EXISTS (
              SELECT 1 FROM unnest(r.industries) AS given WHERE crm_fold(given) = crm_fold(k.industry)))
          AND (cardinality(r.postal_codes) = 0 OR EXISTS (
              SELECT 1 FROM unnest(r.postal_codes) AS given
              WHERE starts_with(upper(replace(a.postal_code, ' ', '')), upper(replace(given, ' ', '')))))
        ORDER BY t.position, t.name, r.id
        LIMIT 1
    ) AS territory_id
    FROM contacts_contact AS k
    LEFT JOIN contacts_address AS a ON a.contact_id = k.id AND a.is_primary
    WHERE k.id IN ({chosen}) AND NOT k.is_placed_by_hand
) AS fresh
WHERE c.id = fresh.id AND c.territory_id IS DISTINCT FROM fresh.territory_id
""")


def place_contacts(contact_ids: Iterable[int]) -> int:
    """Put these contacts into the territories that the rules give them; how many moved."""
    return place_contacts_of(sql.SQL("SELECT unnest({}::bigint[])").format(sql.Literal(list(contact_ids))))


def place_contacts_of(chosen: sql.Composable) -> int:
    """The same for the ids that a query selects. Nothing is asked where no rules are."""
    if not TerritoryRule.objects.exists() and not Contact.objects.filter(territory__isnull=False).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(PLACE_SQL.format(chosen=chosen))
        return cursor.rowcount

"""Which territory a contact belongs to: by the first rule that fits, unless somebody chose it by hand.

Every door that writes addresses, industries or markets (pages, import, admin, demo data, API) calls `place_contacts`
for the contacts it touched; a change of the rules starts a job that places all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from contacts.models import Contact, TerritoryRule
from crm.database.chosen import listed
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun, Territory

KIND = "place contacts"
AT_ONCE = 20_000
SAVED_RULES = sql.SQL("""
SELECT r.id, r.territory_id, t.position, t.name, r.countries::text[], r.postal_codes::text[], r.industries::text[],
  r.markets::text[]
FROM contacts_territoryrule AS r JOIN crm_territory AS t ON t.id = r.territory_id
""")
"""The rules as they are kept, in the columns that `FITS` and `PLACED` read."""

FITS = sql.SQL("""(cardinality(r.countries) = 0 OR a.country = ANY (r.countries))
          AND (cardinality(r.markets) = 0 OR k.markets::text[] && r.markets)
          AND (cardinality(r.industries) = 0 OR EXISTS (
              SELECT 1 FROM unnest(r.industries) AS given WHERE crm_fold(given) = crm_fold(k.industry)))
          AND (cardinality(r.postal_codes) = 0 OR EXISTS (
              SELECT 1 FROM unnest(r.postal_codes) AS given
              WHERE starts_with(upper(replace(a.postal_code, ' ', '')), upper(replace(given, ' ', '')))))""")
"""Whether rule `r` fits contact `k` with its main address `a`."""

PLACED = sql.SQL("""
WITH rules AS ({rules})
SELECT k.id, k.territory_id AS placed_now, k.is_placed_by_hand, (
    SELECT r.territory_id FROM rules AS r WHERE {fits} ORDER BY r.position, r.name, r.id LIMIT 1
) AS territory_id
FROM contacts_contact AS k
LEFT JOIN contacts_address AS a ON a.contact_id = k.id AND a.is_primary
WHERE {chosen}
""")
"""Contacts, where they are, and the territory that the rules give them."""

PLACE = sql.SQL("""
UPDATE contacts_contact AS c
SET territory_id = fresh.territory_id
FROM ({placed}) AS fresh
WHERE c.id = fresh.id AND c.territory_id IS DISTINCT FROM fresh.territory_id
""")


def place_contacts(contact_ids: Iterable[int]) -> int:
    """Put these contacts into the territories that the rules give them; how many moved."""
    return place_contacts_of(listed("contacts_contact", contact_ids))


def place_contacts_of(chosen: sql.Composable) -> int:
    """The same for the ids that a query selects. Nothing is asked where no rules are."""
    if not TerritoryRule.objects.exists() and not Contact.objects.filter(territory__isnull=False).exists():
        return 0
    free = sql.SQL("k.id IN ({}) AND NOT k.is_placed_by_hand").format(chosen)
    with connection.cursor() as cursor:
        cursor.execute(PLACE.format(placed=placed(SAVED_RULES, free)))
        return cursor.rowcount


def placed(rules: sql.Composable, chosen: sql.Composable) -> sql.Composed:
    """The query that says where these rules put the contacts `k` (with address `a`) that meet a condition."""
    return PLACED.format(rules=rules, fits=FITS, chosen=chosen)


def run_placing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: places every contact, some thousand at a time, in one transaction with one row of the log.

    With `remove` in the parameters that territory is emptied and deleted first.
    """
    total, done, moved = Contact.objects.count(), 0, 0
    with transaction.atomic():
        gone = Territory.objects.filter(pk=job.parameters.get("remove")).first()
        if gone is not None:
            TerritoryRule.objects.filter(territory=gone).delete()
            Contact.objects.filter(territory=gone).update(is_placed_by_hand=False)
        for first, last, count in _spans():
            chosen = sql.SQL("SELECT id FROM contacts_contact WHERE id BETWEEN {} AND {}")
            moved += place_contacts_of(chosen.format(sql.Literal(first), sql.Literal(last)))
            done += count
            progress.report(done, total, "Placing contacts")
        if gone is not None:
            name = gone.name
            gone.delete()
            log(actor=job.actor, verb="delete", summary=f"Removed the territory {name}", job=job)
        log(actor=job.actor, verb="place contacts", summary=f"Placed all contacts: {moved:,} moved", job=job)
    return {"contacts": done, "moved": moved}


def _spans() -> Iterator[tuple[int, int, int]]:
    """First id, last id and number of the contacts, some thousand at a time."""
    last = 0
    while keys := list(Contact.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield keys[0], keys[-1], len(keys)
        last = keys[-1]

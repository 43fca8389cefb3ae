"""Acquired lists and market categories while a file is merged."""

from __future__ import annotations

from contacts.markets.facts import facts, facts_of
from contacts.markets.queries import categories, missing_condition
from contacts.models import AcquiredList, Contact
from crm.access import can
from crm.choices import Verb
from crm.importing.folding import RECORDS
from crm.importing.merging import Merge
from crm.models import User

NAMED = f"(SELECT DISTINCT ON (lower(acquired_list)) acquired_list AS name, list_kind, first_row FROM {RECORDS}"
MAKE_LISTS = f"""
INSERT INTO contacts_acquiredlist (name, kind, vendor, currency, note, version, created_at)
SELECT n.name, coalesce(n.list_kind, 'compiled'), '', %s, '', 1, now()
FROM {NAMED} WHERE acquired_list IS NOT NULL ORDER BY lower(acquired_list), first_row) n
WHERE NOT EXISTS (SELECT 1 FROM contacts_acquiredlist a WHERE lower(a.name) = lower(n.name)) ORDER BY n.first_row
"""
ENTER = f"""
INSERT INTO contacts_listedcontact (acquired_list_id, contact_id, created_at)
SELECT a.id, s.contact_id, now() FROM {RECORDS} s JOIN contacts_acquiredlist a ON lower(a.name) = lower(s.acquired_list)
ORDER BY s.first_row ON CONFLICT (contact_id, acquired_list_id) DO NOTHING RETURNING contact_id
"""
UNKNOWN = "there is no list of this name, and you may not write one down"


def list_names(user: User | None) -> list[str]:
    """Names of the lists that a person may choose for a file."""
    return list(AcquiredList.objects.visible_to(user).order_by("name").values_list("name", flat=True))


def reject_unknown_lists(merge: Merge) -> None:
    """Who may not write lists down names only those that there are."""
    if "acquired_list" in merge.given and not can(merge.actor, Verb.ADD, AcquiredList):
        known = "SELECT lower(name) FROM contacts_acquiredlist"
        merge.reject("acquired_list", UNKNOWN, f"lower(r.acquired_list) NOT IN ({known})")


def enter_lists(merge: Merge) -> None:
    """Puts the contacts of the file on the lists that it names; contacts that were not there yet count as changed."""
    if "acquired_list" not in merge.given:
        return
    merge.made("acquired lists", merge.run(MAKE_LISTS, [merge.company.currency]))
    merge.run(
        f"WITH touched AS ({ENTER}) UPDATE {RECORDS} s SET is_changed = true FROM touched"
        " WHERE s.contact_id = touched.contact_id"
    )


def resolve_markets(merge: Merge) -> None:
    """Names of market categories become keys; rows that name another are refused with the list of those there are."""
    if "market" not in merge.given:
        return
    known = categories()
    words = {word.casefold(): one.key for one in known for word in (one.label, one.key)}
    offered = ", ".join(one.label for one in known)
    merge.cursor.execute("SELECT DISTINCT unnest(market) FROM import_rows")
    for (word,) in merge.cursor.fetchall():
        key = words.get(word.casefold())
        if key is None:
            merge.reject("market", f"“{word[:60]}” is none of {offered}", "%s = ANY (r.market)", [word])
        elif key != word:
            merge.run(
                "UPDATE import_rows SET market = array_replace(market, %s, %s) WHERE %s = ANY (market)",
                [word, key, word],
            )
    merge.run(
        "UPDATE import_rows SET market = (SELECT array_agg(DISTINCT m ORDER BY m) FROM unnest(market) m)"
        " WHERE cardinality(market) > 1"
    )


def note_incomplete(merge: Merge) -> None:
    """Says how many of the file's contacts lack a fact that customers of their market category must have."""
    known = facts()
    for category in categories():
        asked = facts_of(category, known)
        if not asked:
            continue
        rows = Contact.objects.filter(missing_condition(category)).order_by().values("pk")
        sql, parameters = rows.query.sql_with_params()
        of_file = f"SELECT count(*) FROM {RECORDS} WHERE contact_id IN ({sql})"
        if count := merge.number(of_file, list(parameters)):
            names = ", ".join(fact.label for fact in asked)
            merge.counts.notes.append(
                f"{count:,} of them lack something that a customer of {category.label} must have ({names})."
            )

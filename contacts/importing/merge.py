"""Brings staged contacts into the tables: one statement a step, whatever the number of rows."""

from __future__ import annotations

from psycopg import sql

from contacts.importing.custom import custom_defaults, prepare_custom
from contacts.importing.lists import enter_lists, note_incomplete, reject_unknown_lists, resolve_markets
from contacts.importing.matching import FORMS, find_contacts, normalise_pairs
from contacts.importing.points import merge_further_points
from contacts.importing.references import (
    default_owner,
    reject_contacts_out_of_reach,
    reject_foreign_owners,
    resolve_organizations,
    resolve_owners,
    resolve_parents,
)
from contacts.importing.sql import INSERT_CONTACTS
from contacts.keeping import refresh_search_of
from contacts.territories.placing import place_contacts_of
from crm.choices import Verb
from crm.importing.custom import custom_of
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import EXTERNAL_ID
from crm.importing.merging import Merge

LINKED = """SELECT f.*, NULL::text AS phone_normalised, NULL::bigint AS organization_id, NULL::bigint AS parent_id,
  NULL::bigint AS owner_id, NULL::bigint AS team_id, NULL::jsonb AS custom,
  c.id AS contact_id, c.id IS NULL AS is_new, false AS is_changed
FROM ({folded}) f LEFT JOIN contacts_contact c ON %(joined)s"""
PLAIN = (
    "first_name",
    "last_name",
    "industry",
    "employees",
    "revenue",
    "website",
    "birthday",
    "source",
    "list_kind",
    "created_on",
    "potential",
)
ADDRESS = ("street", "postal_code", "city", "region", "country")


def merge_contacts(merge: Merge, kind: str) -> None:
    """Rows by external id, or as `merge.match` says: new ones are made (of `kind`, unless the row says another), known
    ones change."""
    if merge.match == EXTERNAL_ID:
        reject_contacts_out_of_reach(merge, EXTERNAL_ID)
    for reference in ("organization", "parent_external_id"):
        if reference in merge.given:
            reject_contacts_out_of_reach(merge, reference, Verb.VIEW)
    reject_foreign_owners(merge)
    _reject_own_parents(merge)
    reject_unknown_lists(merge)
    resolve_markets(merge)
    merge.report(0.05, "Finding known contacts")
    who = find_contacts(merge, kind)
    prepare_custom(merge, others=(who.other_contact, who.other_row))
    fold_rows(merge, merge.fields, who.columns, wrapped=LINKED % {"joined": who.joined})
    _number_new(merge, who.name)
    _normalise_phones(merge)
    if merge.custom:
        merge.run(f"UPDATE {RECORDS} s SET custom = {custom_of(merge)}")
    resolve_organizations(merge)
    resolve_parents(merge)
    resolve_owners(merge)
    merge.report(0.3, "Writing contacts")
    _insert(merge, kind)
    _update(merge, kind)
    merge.report(0.7, "Writing addresses and numbers")
    _merge_points(merge, "email", "lower(s.email)")
    _merge_points(merge, "phone", "s.phone_normalised")
    merge_further_points(merge)
    _merge_addresses(merge)
    enter_lists(merge)
    refresh_search_of(sql.SQL(f"SELECT contact_id FROM {RECORDS} WHERE is_changed AND NOT is_new"))
    place_contacts_of(sql.SQL(f"SELECT contact_id FROM {RECORDS} WHERE is_changed OR is_new"))
    note_incomplete(merge)
    count_records(merge)


def _reject_own_parents(merge: Merge) -> None:
    if "parent_external_id" in merge.given:
        merge.reject(
            "parent_external_id", "a contact cannot stand above itself", "r.parent_external_id = r.external_id"
        )


def _number_new(merge: Merge, key: str) -> None:
    """Ids for the contacts that are new, in the order of the file."""
    merge.run(
        f"UPDATE {RECORDS} s SET contact_id = n.id FROM ("
        f"SELECT {key}, nextval(pg_get_serial_sequence('contacts_contact', 'id')) AS id FROM"
        f" (SELECT {key} FROM {RECORDS} WHERE is_new ORDER BY first_row) o"
        f") n WHERE n.{key} = s.{key}"
    )
    merge.run(f"ANALYZE {RECORDS}")


def _normalise_phones(merge: Merge) -> None:
    """The one form of each phone number, with the country of its row; each pair of the two once."""
    if "phone" not in merge.given:
        return
    normalise_pairs(merge, RECORDS)
    merge.run(
        f"UPDATE {RECORDS} s SET phone_normalised = p.normalised FROM {FORMS} p"
        " WHERE p.phone = s.phone AND p.country = coalesce(s.country, '')"
    )


def _insert(merge: Merge, kind: str) -> None:
    owner = default_owner(merge)
    team = owner.team_id if owner else None
    merge.run(
        INSERT_CONTACTS,
        {
            "kind": kind,
            "owner": owner.pk if owner else None,
            "team": team,
            "custom": custom_defaults("contacts.contact"),
        },
    )


def _update(merge: Merge, kind: str) -> None:
    """Known contacts take the given values that differ; empty cells take nothing away."""
    changes = _changes(merge, kind)
    if not changes:
        return
    sets = ", ".join(f"{column} = {value}" for column, value, _ in changes)
    differs = " OR ".join(f"({condition})" for _, _, condition in changes if condition)
    merge.run(
        f"""
        WITH changed AS (
            UPDATE contacts_contact c SET {sets}, version = c.version + 1, updated_at = now()
            FROM {RECORDS} s WHERE s.contact_id = c.id AND NOT s.is_new AND ({differs})
            RETURNING c.id
        ) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.contact_id = changed.id
        """
    )


def _changes(merge: Merge, kind: str) -> list[tuple[str, str, str]]:
    """(column, new value, condition under which it differs) for everything that the file feeds."""
    given = merge.given
    changes = [_plain(name, name) for name in PLAIN if name in given]
    for name, column in (("organization", "organization_id"), ("parent_external_id", "parent_id")):
        if name in given:
            changes.append(_plain(column, column))
    if "market" in given:
        changes.append(("markets", "coalesce(s.market, c.markets::text[])", "s.market <> c.markets::text[]"))
    if "owner_email" in given:
        changes.append(_plain("owner_id", "owner_id"))
        changes.append(("team_id", "CASE WHEN s.owner_id IS NULL THEN c.team_id ELSE s.team_id END", ""))
    if "tags" in given:
        new = "SELECT coalesce(array_agg(t), '{}') FROM unnest(s.tags) t WHERE t <> ALL (c.tags::text[])"
        value = f"CASE WHEN s.tags IS NULL THEN c.tags::text[] ELSE c.tags::text[] || ({new}) END"
        changes.append(("tags", value, "NOT c.tags::text[] @> s.tags"))
    if merge.custom:
        changes.append(("custom", "c.custom || coalesce(s.custom, '{}')", "c.custom || s.custom <> c.custom"))
    if kind == "organization" or "kind" in given:
        wanted = "coalesce(s.kind, 'organization')" if kind == "organization" else "s.kind"
        changes.append(("kind", f"coalesce({wanted}, c.kind)", f"{wanted} <> c.kind"))
    if merge.match != EXTERNAL_ID and EXTERNAL_ID in given:
        changes.append(
            (EXTERNAL_ID, "coalesce(c.external_id, s.external_id)", "c.external_id IS NULL AND s.external_id <> ''")
        )
    return changes + _name_changes(given)


def _plain(name: str, column: str) -> tuple[str, str, str]:
    return column, f"coalesce(s.{name}, c.{column})", f"s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM c.{column}"


def _name_changes(given: frozenset[str]) -> list[tuple[str, str, str]]:
    """The name as given; without one, a name that was only the id (or first and last name) follows these two."""
    if not given & {"name", "first_name", "last_name"}:
        return []
    first, last = "coalesce(s.first_name, c.first_name)", "coalesce(s.last_name, c.last_name)"
    parts = f"concat_ws(' ', nullif({first}, ''), nullif({last}, ''))"
    old = "concat_ws(' ', nullif(c.first_name, ''), nullif(c.last_name, ''))"
    derived = f"CASE WHEN c.name IN (c.external_id, {old}) AND {parts} <> '' THEN left({parts}, 300) ELSE c.name END"
    value = f"coalesce(s.name, {derived})"
    return [("name", value, f"{value} <> c.name")]


def _merge_points(merge: Merge, kind: str, normalised: str) -> None:
    """The given address or number becomes the main one of its kind; the one before stays beside it. What the contacts
    were found by stays as it is."""
    field = kind
    if field not in merge.given:
        return
    is_told_by = merge.match == kind
    same = f"p.contact_id = s.contact_id AND p.kind = '{kind}'"
    known = f"FROM {RECORDS} s WHERE {same} AND s.{field} IS NOT NULL AND NOT s.is_new AND {not is_told_by}"
    merge.run(
        f"UPDATE contacts_contactpoint p SET is_primary = false {known}"
        f" AND p.is_primary AND p.normalised <> {normalised}"
    )
    _mark(
        merge,
        f"""
        UPDATE contacts_contactpoint p SET is_primary = true, value = s.{field} {known}
        AND p.normalised = {normalised} AND (NOT p.is_primary OR p.value <> s.{field}) RETURNING p.contact_id
    """,
    )
    _mark(
        merge,
        f"""
        INSERT INTO contacts_contactpoint (contact_id, kind, label, value, normalised, is_primary)
        SELECT s.contact_id, '{kind}', '', s.{field}, {normalised}, true FROM {RECORDS} s
        WHERE s.{field} IS NOT NULL AND (s.is_new OR {not is_told_by}) AND NOT EXISTS (
            SELECT 1 FROM contacts_contactpoint p
            WHERE p.contact_id = s.contact_id AND p.kind = '{kind}' AND p.normalised = {normalised}
        ) ORDER BY s.first_row RETURNING contact_id
    """,
    )


def _merge_addresses(merge: Merge) -> None:
    """The first address of a contact takes the given parts; a contact without one gets it."""
    given = [name for name in ADDRESS if name in merge.given]
    if not given:
        return
    sets = ", ".join(f"{name} = coalesce(s.{name}, a.{name})" for name in given)
    differs = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} <> a.{name})" for name in given)
    _mark(
        merge,
        f"""
        UPDATE contacts_address a SET {sets} FROM {RECORDS} s
        WHERE a.contact_id = s.contact_id AND a.is_primary AND NOT s.is_new AND ({differs}) RETURNING a.contact_id
    """,
    )
    some = " OR ".join(f"s.{name} IS NOT NULL" for name in given)
    values = ", ".join(f"coalesce(s.{name}, '')" for name in ADDRESS)
    _mark(
        merge,
        f"""
        INSERT INTO contacts_address (contact_id, label, {", ".join(ADDRESS)}, is_primary)
        SELECT s.contact_id, '', {values}, true FROM {RECORDS} s
        WHERE ({some}) AND NOT EXISTS (
            SELECT 1 FROM contacts_address a WHERE a.contact_id = s.contact_id AND a.is_primary)
        ORDER BY s.first_row RETURNING contact_id
    """,
    )


def _mark(merge: Merge, statement: str) -> None:
    """Runs a statement that returns contact ids, and marks their records as changed."""
    merge.run(
        f"WITH touched AS ({statement}) UPDATE {RECORDS} s SET is_changed = true FROM touched"
        " WHERE s.contact_id = touched.contact_id"
    )

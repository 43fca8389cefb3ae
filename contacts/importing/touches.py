"""What `interactions` and `consents` share: rows that name a contact by id or by e-mail address, and are only added.

Who a row is: its external id; without one the contact, the moment, the kind of row, and its position among the equal
ones of the file. So the same file again adds nothing, and a file that has grown adds what is new.
"""

from __future__ import annotations

from collections.abc import Sequence

from contacts.choices import PointKind
from contacts.importing.references import default_owner, make_bare_contacts, reject_contacts_out_of_reach
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.importing.folding import RECORDS
from crm.importing.merging import Merge
from crm.importing.staging import ROWS

NOBODY = "this names no contact: give its external id or its e-mail address"
BY_EMAIL = "import_by_email"
FIND_BY_EMAIL = f"""
CREATE TEMP TABLE {BY_EMAIL} ON COMMIT DROP AS
SELECT w.address, min(c.id) AS contact_id
FROM (SELECT DISTINCT lower(email) AS address FROM {ROWS} WHERE contact_external_id IS NULL AND email IS NOT NULL) w
LEFT JOIN (contacts_contactpoint p JOIN contacts_contact c ON c.id = p.contact_id AND c.archived_at IS NULL)
  ON p.kind = '{PointKind.EMAIL}' AND p.normalised = w.address {{seen}}
GROUP BY w.address
"""
MAKE_BY_EMAIL = f"""
WITH numbered AS (
  SELECT address, nextval(pg_get_serial_sequence('contacts_contact', 'id')) AS id
  FROM (SELECT address FROM {BY_EMAIL} WHERE contact_id IS NULL ORDER BY address) o
), made AS (
  INSERT INTO contacts_contact (
    id, kind, name, first_name, last_name, owner_id, team_id, markets, industry, website, tags, source, list_kind,
    custom, version, created_at, updated_at, sort_name, search_text
  )
  SELECT id, 'person', left(address, 300), '', '', %(owner)s, %(team)s, '{{}}', '', '', '{{}}', '', '', '{{}}', 1,
    now(), now(), left(crm_fold(address), 300), crm_fold(address || ' ' || address) FROM numbered
  RETURNING id
), points AS (
  INSERT INTO contacts_contactpoint (contact_id, kind, label, value, normalised, is_primary)
  SELECT n.id, '{PointKind.EMAIL}', '', n.address, n.address, true FROM numbered n JOIN made USING (id)
)
UPDATE {BY_EMAIL} b SET contact_id = n.id FROM numbered n WHERE n.address = b.address
"""


def link_contacts(merge: Merge, verb: str, *, is_needed: bool = True) -> None:
    """Sees that each row names a contact the actor may do `verb` to (or none, unless one `is_needed`); unknown ones are
    made bare."""
    nobody = "r.contact_external_id IS NULL" + (" AND r.email IS NULL" if _has_addresses(merge) else "")
    if is_needed:
        merge.reject("contact_external_id", NOBODY, nobody)
    reject_contacts_out_of_reach(merge, "contact_external_id", verb)
    _find_by_email(merge)
    make_bare_contacts(merge, ROWS, "contact_external_id")


def create_records(merge: Merge, key: Sequence[str]) -> None:
    """The table of records: each row with its contact and its place among those with the same `key` of the file."""
    same = ", ".join(key)
    address = "lower(s.email)" if _has_addresses(merge) else "NULL"
    merge.run(f"DROP TABLE IF EXISTS {RECORDS}")
    merge.run(
        f"""
        CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS
        SELECT r.*, NULL::bigint AS known_id, r.row_no AS first_row, 1::bigint AS row_count, true AS is_new,
          false AS is_changed, row_number() OVER (PARTITION BY {same}, external_id IS NULL ORDER BY row_no) AS place
        FROM (
          SELECT s.*, coalesce(c.id, b.contact_id) AS contact_id FROM {ROWS} s
          LEFT JOIN contacts_contact c ON c.external_id = s.contact_external_id
          LEFT JOIN {BY_EMAIL} b ON s.contact_external_id IS NULL AND b.address = {address}
        ) r
        """
    )
    merge.run(f"ANALYZE {RECORDS} ({same}, external_id)")


def find_known(merge: Merge, table: str, key: Sequence[str], columns: Sequence[str]) -> None:
    """Which records are in `table` already: by external id, else by the key and the place among equal ones.

    `columns` are the table's own names of the key's parts, the contact first and the moment second.
    """
    pairs = ", ".join(columns)
    merge.run(
        f"UPDATE {RECORDS} s SET known_id = t.id, is_new = false FROM {table} t WHERE t.external_id = s.external_id"
    )
    moments = f"(t.{columns[0]}, t.{columns[1]}) IN (SELECT {key[0]}, {key[1]} FROM {RECORDS} WHERE known_id IS NULL)"
    merge.run(
        f"""
        UPDATE {RECORDS} s SET known_id = k.id, is_new = false FROM (
          SELECT t.id, {pairs}, row_number() OVER (PARTITION BY {pairs} ORDER BY id) AS place FROM {table} t
          WHERE t.external_id IS NULL AND {moments}
        ) k WHERE s.known_id IS NULL AND s.external_id IS NULL AND s.place = k.place
          AND {" AND ".join(f"s.{ours} = k.{theirs}" for ours, theirs in zip(key, columns, strict=True))}
        """
    )


def keep_last_of_each_id(merge: Merge) -> None:
    """Of rows with one external id in one file the last counts; the others are rows of the same record."""
    if "external_id" not in merge.given:
        return
    merge.run(
        f"""
        WITH gone AS (
          DELETE FROM {RECORDS} r USING (
            SELECT external_id, max(first_row) AS last, count(*) AS rows FROM {RECORDS}
            WHERE external_id IS NOT NULL GROUP BY external_id HAVING count(*) > 1
          ) d WHERE d.external_id = r.external_id AND r.first_row < d.last RETURNING d.external_id, d.rows
        ) UPDATE {RECORDS} s SET row_count = g.rows FROM gone g WHERE g.external_id = s.external_id
        """
    )


def _has_addresses(merge: Merge) -> bool:
    """Whether rows of this kind may name a contact by its e-mail address."""
    return any(spec.name == "email" for spec in merge.fields)


def _find_by_email(merge: Merge) -> None:
    """The contact of each address: the oldest current one the actor may see; unknown ones are made."""
    merge.run(f"DROP TABLE IF EXISTS {BY_EMAIL}")
    if "email" not in merge.given:
        merge.run(f"CREATE TEMP TABLE {BY_EMAIL} (address text, contact_id bigint) ON COMMIT DROP")
        return
    reach = merge.changeable(Contact.objects.all(), Verb.CHANGE)
    seen, parameters = (f"AND c.id IN ({reach[0]})", reach[1]) if reach else ("", [])
    merge.run(FIND_BY_EMAIL.format(seen=seen), parameters)
    if not can(merge.actor, Verb.ADD, Contact):
        unknown = f"SELECT address FROM {BY_EMAIL} WHERE contact_id IS NULL"
        merge.reject("email", "no contact has this address, and you may not add any", f"lower(r.email) IN ({unknown})")
        return
    owner = default_owner(merge)
    made = merge.run(MAKE_BY_EMAIL, {"owner": owner.pk if owner else None, "team": owner.team_id if owner else None})
    merge.made("contacts", made)

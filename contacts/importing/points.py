"""Further e-mail addresses and numbers of the contacts of a file: they stand beside the main ones, and none is lost."""

from __future__ import annotations

from psycopg import sql

from contacts.choices import PointKind
from contacts.keeping import refresh_search_of
from contacts.normalising import normalise_phone
from crm.database.copying import copying
from crm.importing.folding import RECORDS
from crm.importing.merging import Merge
from crm.importing.values import EMAIL

FURTHER = "import_further"
FIELDS = {"further_emails": PointKind.EMAIL, "further_phones": PointKind.PHONE}
INSERT = f"""
WITH wanted AS (
  SELECT DISTINCT ON (s.contact_id, f.normalised) s.contact_id, s.first_row, w.place, f.value, f.normalised
  FROM {RECORDS} s CROSS JOIN LATERAL unnest(s.{{field}}) WITH ORDINALITY AS w (value, place)
  JOIN {FURTHER} f ON f.value = w.value AND f.country = coalesce(s.country, '')
  WHERE NOT EXISTS (
    SELECT 1 FROM contacts_contactpoint p
    WHERE p.contact_id = s.contact_id AND p.kind = '{{kind}}' AND p.normalised = f.normalised)
  ORDER BY s.contact_id, f.normalised, w.place
), touched AS (
  INSERT INTO contacts_contactpoint (contact_id, kind, label, value, normalised, is_primary)
  SELECT n.contact_id, '{{kind}}', '', n.value, n.normalised,
    row_number() OVER (PARTITION BY n.contact_id ORDER BY n.place) = 1 AND NOT EXISTS (
      SELECT 1 FROM contacts_contactpoint p
      WHERE p.contact_id = n.contact_id AND p.kind = '{{kind}}' AND p.is_primary)
  FROM wanted n ORDER BY n.first_row, n.place RETURNING contact_id
) UPDATE {RECORDS} s SET is_changed = true FROM touched t WHERE t.contact_id = s.contact_id
"""
NOT_READ = "{count:,} further e-mail addresses in the file are none and were left out."


def merge_further_points(merge: Merge) -> None:
    """Adds what the contacts do not have yet, once the main ones are written; nothing is taken away."""
    given = [name for name in FIELDS if name in merge.given]
    for name in given:
        if left_out := _read(merge, name):
            merge.counts.notes.append(NOT_READ.format(count=left_out))
        merge.run(INSERT.format(field=name, kind=FIELDS[name].value))
    if given:
        said = " OR ".join(f"{name} IS NOT NULL" for name in given)
        refresh_search_of(sql.SQL("SELECT contact_id FROM {} WHERE is_new AND ({})").format(
            sql.Identifier(RECORDS), sql.SQL(said)))  # fmt: skip


def _read(merge: Merge, name: str) -> int:
    """Puts the one form of each value into a table; how many are no e-mail addresses."""
    merge.cursor.execute(f"SELECT DISTINCT unnest({name}), coalesce(country, '') FROM {RECORDS}")
    pairs = merge.cursor.fetchall()
    merge.run(f"DROP TABLE IF EXISTS {FURTHER}")
    merge.run(f"CREATE TEMP TABLE {FURTHER} (value text, country text, normalised text) ON COMMIT DROP")
    is_email = FIELDS[name] is PointKind.EMAIL
    left_out = 0
    with copying(merge.cursor, f"COPY {FURTHER} FROM STDIN") as copy:
        for value, country in pairs:
            if is_email and not EMAIL.fullmatch(value):
                left_out += 1
            else:
                copy.write_row((value, country, value.lower() if is_email else normalise_phone(value, country)))
    merge.run(f"ANALYZE {FURTHER}")
    return left_out

"""Rows that go with the row they belong to: the database takes them away, as the application may not delete them."""

from __future__ import annotations

from typing import Literal

from django.db import migrations

# the foreign keys of one table are made anew under their own names
RULE = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, a.attname AS col, confrelid::regclass AS parent
    FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass AND c.confrelid = ANY ('{{{parents}}}'::regclass[])
  LOOP
    EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', found.conname);
    EXECUTE format('ALTER TABLE {table} ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id)
      ON DELETE {then} DEFERRABLE INITIALLY DEFERRED', found.conname, found.col, found.parent);
  END LOOP;
END $$
"""


def goes_with(table: str, *parents: str, then: Literal["CASCADE", "SET NULL"] = "CASCADE") -> migrations.RunSQL:
    """An operation: a row of `table` is deleted with the row of a table in `parents` that it points to, or forgets it.

    It belongs in a migration behind the one that makes the table: foreign keys come at a migration's very end.
    """
    sql = RULE.format(table=table, parents=",".join(parents), then=then)
    return migrations.RunSQL(sql, migrations.RunSQL.noop)

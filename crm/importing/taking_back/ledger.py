"""What an import did, put together from the row history into temporary tables that last as long as the transaction.

`taken_back_made` holds the rows that the import made and that are still there. `taken_back_rows` holds the rows that
it changed or took away, each in three states: as it `was` before, what it `became` by the import, and as it is `now`
(null: it is gone); `last_at` is the moment of the last statement that changed it. `taken_back_fields` are the fields of
these that the import changed; a key of a JSON document (a custom field) is a field of its own (`part`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model
from psycopg import sql

from crm.catalogue import past_rule
from crm.importing.taking_back.rules import house_models
from crm.models import JobRun, LogEntry
from crm.past.upkeep import kept_models

MADE, ROWS, FIELDS = "taken_back_made", "taken_back_rows", "taken_back_fields"
GOES_ON = ["version", "updated_at"]
"""Columns that are not put back: who has the record open, and every program that keeps a copy, must see a change."""
PRUNED_BEFORE = re.compile(r"before (\d{4}-\d\d-\d\d)")

CREATE = f"""
DROP TABLE IF EXISTS {MADE}, {ROWS}, {FIELDS};
CREATE TEMP TABLE {MADE} (table_name text, row_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE {ROWS} (
  table_name text, row_id bigint, is_removed boolean, last_at timestamptz, was jsonb, became jsonb, now jsonb
) ON COMMIT DROP;
CREATE TEMP TABLE {FIELDS} (table_name text, row_id bigint, name text, part text) ON COMMIT DROP
"""
FILL_MADE = f"""
INSERT INTO {MADE} SELECT table_name, generate_series(row_id, last_id) FROM crm_rowchange
WHERE job_id = %s AND operation = 'I'
"""
FILL_ROWS = f"""
INSERT INTO {ROWS} (table_name, row_id, is_removed, last_at, was)
SELECT DISTINCT ON (c.table_name, c.row_id) c.table_name, c.row_id,
  bool_or(c.operation = 'D') OVER (PARTITION BY c.table_name, c.row_id),
  max(c.at) OVER (PARTITION BY c.table_name, c.row_id), c.was
FROM crm_rowchange c
WHERE c.job_id = %s AND c.operation <> 'I'
  AND NOT EXISTS (SELECT 1 FROM {MADE} m WHERE m.table_name = c.table_name AND m.row_id = c.row_id)
ORDER BY c.table_name, c.row_id, c.id
"""
DROP_GONE = sql.SQL("""
DELETE FROM taken_back_made m WHERE m.table_name = {name}
AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = m.row_id)
""")
LOCK = sql.SQL("""
SELECT count(*) FROM (SELECT 1 FROM {table} WHERE id IN (
  SELECT row_id FROM taken_back_made WHERE table_name = {name}
  UNION ALL SELECT row_id FROM taken_back_rows WHERE table_name = {name}
) ORDER BY id FOR UPDATE) held
""")
AS_NOW = sql.SQL("""
UPDATE taken_back_rows r SET now = to_jsonb(t) - {without}::text[] FROM {table} t
WHERE r.table_name = {name} AND t.id = r.row_id
""")
AS_BECAME = f"""
UPDATE {ROWS} r SET became = coalesce((
  SELECT n.was FROM crm_rowchange n
  WHERE n.table_name = r.table_name AND n.row_id = r.row_id AND n.operation <> 'I' AND n.job_id IS DISTINCT FROM %s
    AND n.id > (SELECT max(o.id) FROM crm_rowchange o
      WHERE o.table_name = r.table_name AND o.row_id = r.row_id AND o.job_id = %s)
  ORDER BY n.id LIMIT 1
), r.now) WHERE NOT r.is_removed
"""
FILL_FIELDS = f"""
INSERT INTO {FIELDS}
SELECT r.table_name, r.row_id, f.key, '' FROM {ROWS} r CROSS JOIN LATERAL jsonb_each(r.was) f
WHERE r.became ? f.key AND r.became -> f.key IS DISTINCT FROM f.value
  AND f.key <> ALL (%(goes_on)s) AND NOT (
    (r.table_name || '.' || f.key) = ANY (%(documents)s)
    AND jsonb_typeof(f.value) = 'object' AND jsonb_typeof(r.became -> f.key) = 'object')
UNION ALL
SELECT r.table_name, r.row_id, f.key, p.part FROM {ROWS} r CROSS JOIN LATERAL jsonb_each(r.was) f
CROSS JOIN LATERAL (
  SELECT jsonb_object_keys(f.value || (r.became -> f.key)) AS part
) p
WHERE (r.table_name || '.' || f.key) = ANY (%(documents)s)
  AND jsonb_typeof(f.value) = 'object' AND jsonb_typeof(r.became -> f.key) = 'object'
  AND (f.value -> p.part) IS DISTINCT FROM (r.became -> f.key -> p.part)
"""


@dataclass(frozen=True)
class Touched:
    """A table in which the import did something, and in how many rows that are still there."""

    model: type[Model]
    made: int
    changed: int
    removed: int

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def is_part(self) -> bool:
        """Its rows are told with the record that they are parts of."""
        return past_rule(self.model._meta.label_lower).is_part


def gather(job: JobRun, *, is_held: bool) -> list[Touched]:
    """Fill the temporary tables; the tables that the import touched. `is_held` keeps every row as it is until the
    transaction ends, so that nobody can change it, or hang something on it, meanwhile."""
    models = {model._meta.db_table: model for model in kept_models()}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(CREATE)
        cursor.execute(FILL_MADE, [job.pk])
        cursor.execute(f"CREATE UNIQUE INDEX ON {MADE} (table_name, row_id); ANALYZE {MADE}")
        cursor.execute(FILL_ROWS, [job.pk])
        cursor.execute(f"CREATE UNIQUE INDEX ON {ROWS} (table_name, row_id); ANALYZE {ROWS}")
        cursor.execute(f"SELECT table_name FROM {MADE} UNION SELECT table_name FROM {ROWS} ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        stay = [name for name in tables if name not in models or models[name]._meta.label_lower in house_models()]
        cursor.execute(f"DELETE FROM {MADE} WHERE table_name = ANY (%s)", [stay])
        cursor.execute(f"DELETE FROM {ROWS} WHERE table_name = ANY (%s)", [stay])
        known = [models[name] for name in tables if name not in stay]
        for model in known:
            _read_table(cursor, model, is_held=is_held)
        cursor.execute(AS_BECAME, [job.pk, job.pk])
        documents = [f"{model._meta.db_table}.{name}" for model in known for name in documents_of(model)]
        cursor.execute(FILL_FIELDS, {"goes_on": GOES_ON, "documents": documents})
        cursor.execute(f"ANALYZE {MADE}; ANALYZE {ROWS}; ANALYZE {FIELDS}")
        return [touched for model in known if (touched := _count(cursor, model)) is not None]


def documents_of(model: type[Model]) -> list[str]:
    """Columns whose keys are fields of their own: the custom fields of a record."""
    return [str(field.column) for field in model._meta.concrete_fields if isinstance(field, JSONField)]


def is_pruned(job: JobRun) -> bool:
    """Whether the row history of the time of this import may have been taken away (`prune_history`)."""
    began = (job.started_at or job.created_at).date().isoformat()
    said = LogEntry.objects.filter(verb="prune", at__gte=job.created_at).values_list("summary", flat=True)
    return any((found := PRUNED_BEFORE.search(summary)) and found[1] >= began for summary in said)


def _read_table(cursor: Any, model: type[Model], *, is_held: bool) -> None:
    name, without = model._meta.db_table, list(past_rule(model._meta.label_lower).without)
    parts = {"name": sql.Literal(name), "table": sql.Identifier(name), "without": sql.Literal(without)}
    if is_held:
        cursor.execute(LOCK.format(**parts))
    cursor.execute(DROP_GONE.format(**parts))
    cursor.execute(AS_NOW.format(**parts))


def _count(cursor: Any, model: type[Model]) -> Touched | None:
    name = model._meta.db_table
    cursor.execute(
        f"SELECT (SELECT count(*) FROM {MADE} WHERE table_name = %(name)s),"
        f" (SELECT count(DISTINCT row_id) FROM {FIELDS} WHERE table_name = %(name)s),"
        f" (SELECT count(*) FROM {ROWS} WHERE table_name = %(name)s AND is_removed AND now IS NULL)",
        {"name": name},
    )
    made, changed, removed = cursor.fetchone()
    return Touched(model, made, changed, removed) if made or changed or removed else None

"""Takes back what `ledger` has put together: a few statements a table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

from django.db import connection
from django.db.models import Model
from psycopg import sql

from crm.catalogue import past_rule
from crm.importing.taking_back.ledger import Touched
from crm.importing.taking_back.references import foreign_keys, references_to
from crm.importing.taking_back.rules import apps_rules, mends_of

MENDED = "taken_back_mended"
NOTE_CHANGED = f"INSERT INTO {MENDED} SELECT DISTINCT table_name, row_id FROM taken_back_fields"
NOTE_WHOLE = sql.SQL("""
INSERT INTO taken_back_mended SELECT DISTINCT {whole}, t.{parent} FROM {table} t
WHERE t.{parent} IS NOT NULL AND t.id IN (
  SELECT row_id FROM taken_back_made WHERE table_name = {name}
  UNION ALL SELECT row_id FROM taken_back_fields WHERE table_name = {name})
""")
FORGET_MADE = f"""
DELETE FROM {MENDED} n USING taken_back_made m WHERE m.table_name = n.table_name AND m.row_id = n.row_id
"""
RESTORE = sql.SQL("""
UPDATE {table} t SET ({columns}) = (SELECT {values} FROM jsonb_populate_record(t, v.fields) p){goes_on}
FROM (
  SELECT w.row_id, jsonb_object_agg(w.name, w.value) AS fields FROM (
    SELECT f.row_id, f.name, r.was -> f.name AS value
    FROM taken_back_fields f JOIN taken_back_rows r USING (table_name, row_id)
    WHERE f.table_name = {name} AND f.part = '' AND r.last_at = {last_at}
    UNION ALL
    SELECT d.row_id, d.name, ((r.now -> d.name) - d.parts) || coalesce((
      SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(r.was -> d.name) o WHERE o.key = ANY (d.parts)), '{{}}')
    FROM (
      SELECT table_name, row_id, name, array_agg(part) AS parts FROM taken_back_fields
      WHERE table_name = {name} AND part <> '' GROUP BY table_name, row_id, name
    ) d JOIN taken_back_rows r USING (table_name, row_id) WHERE r.last_at = {last_at}
  ) w GROUP BY w.row_id
) v WHERE t.id = v.row_id
""")
"""Columns that nothing is said of keep what they have: `jsonb_populate_record` starts from the row as it is.

Rows are put back in the opposite order of the statements that changed them, as far as unique indexes see it (of two
addresses one is the main one)."""
MOMENTS = """
SELECT DISTINCT r.last_at FROM taken_back_fields JOIN taken_back_rows r USING (table_name, row_id)
WHERE table_name = %s ORDER BY 1 DESC
"""
BRING_BACK = sql.SQL("""
INSERT INTO {table} ({columns}) SELECT {values} FROM taken_back_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, r.was) p
WHERE r.table_name = {name} AND r.is_removed AND r.now IS NULL ORDER BY r.row_id
""")
REMOVE = sql.SQL("DELETE FROM {table} WHERE {column} IN (SELECT row_id FROM taken_back_made WHERE table_name = {name})")
MENDED_OF = sql.SQL("SELECT row_id FROM taken_back_mended WHERE table_name = {name}")


def take_back(touched: Sequence[Touched], report: Callable[[float, str], None]) -> None:
    """Do it, in the transaction that has `gather`ed; the caller has seen that nothing stands in the way."""
    for rules in apps_rules():
        for before in rules.before:
            before()
    with connection.cursor() as cursor:
        _note(cursor, touched)
        _take_out(cursor, touched, report)
        for place, one in enumerate(touched):
            report(0.5 + 0.3 * place / len(touched), "Putting back what was changed")
            if one.removed:
                _bring_back(cursor, one.model)
            if one.changed:
                _restore(cursor, one.model)
        report(0.8, "Looking after what hangs together")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _mend(touched)
    for rules in apps_rules():
        for after in rules.after:
            after()


def _take_out(cursor: Any, touched: Sequence[Touched], report: Callable[[float, str], None]) -> None:
    """The rows that the import made; before anything is put back, so that unique values are free."""
    making = [one for one in touched if one.made]
    for one in making:
        _remove_derived(cursor, one.model)
    for place, one in enumerate(making):
        report(0.3 + 0.2 * place / len(making), "Taking out what was made")
        cursor.execute(_removal(one.table, "id", one.table))


def _mend(touched: Sequence[Touched]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT table_name FROM {MENDED}")
        mended = {name for (name,) in cursor.fetchall()}
    for model in {model._meta.db_table: model for model in _mendable(touched)}.values():
        if model._meta.db_table in mended:
            chosen = MENDED_OF.format(name=sql.Literal(model._meta.db_table))
            for mend in mends_of(model._meta.label_lower):
                mend(chosen)


def _mendable(touched: Sequence[Touched]) -> list[type[Model]]:
    wholes = [whole for one in touched if (whole := _whole(one.model)) is not None]
    return [*(one.model for one in touched), *wholes]


def _whole(model: type[Model]) -> type[Model] | None:
    """The model of the records that rows of this one are parts of."""
    rule = past_rule(model._meta.label_lower)
    return next((related for column, related in foreign_keys(model) if column == rule.parent), None)


def _note(cursor: Any, touched: Sequence[Touched]) -> None:
    """Which records are to be mended afterwards: those that change, and those whose parts do."""
    cursor.execute(f"DROP TABLE IF EXISTS {MENDED}")
    cursor.execute(f"CREATE TEMP TABLE {MENDED} (table_name text, row_id bigint) ON COMMIT DROP")
    cursor.execute(NOTE_CHANGED)
    for one in touched:
        whole = _whole(one.model)
        if whole is not None:
            query = NOTE_WHOLE.format(
                whole=sql.Literal(whole._meta.db_table),
                parent=sql.Identifier(past_rule(one.model._meta.label_lower).parent),
                table=sql.Identifier(one.table),
                name=sql.Literal(one.table),
            )
            cursor.execute(query)
    cursor.execute(FORGET_MADE)
    cursor.execute(f"ANALYZE {MENDED}")


def _restore(cursor: Any, model: type[Model]) -> None:
    name = model._meta.db_table
    cursor.execute("SELECT DISTINCT name FROM taken_back_fields WHERE table_name = %s ORDER BY name", [name])
    said = [found for (found,) in cursor.fetchall()]
    there = {field.column for field in model._meta.concrete_fields}
    goes_on = [sql.SQL(", version = t.version + 1")] if "version" in there else []
    goes_on += [sql.SQL(", updated_at = now()")] if "updated_at" in there else []
    columns = [str(column) for column in said if column in there]
    parts = {
        "table": sql.Identifier(name),
        "name": sql.Literal(name),
        "columns": _listed(columns),
        "values": _listed(columns, "p."),
        "goes_on": sql.SQL("").join(goes_on),
    }
    cursor.execute(MOMENTS, [name])
    for (last_at,) in cursor.fetchall():
        cursor.execute(RESTORE.format(last_at=sql.Literal(last_at), **parts))


def _remove_derived(cursor: Any, target: type[Model]) -> None:
    """What is reckoned from others goes with the records that it names; ledgers go by the database itself."""
    for reference in references_to(target):
        if reference.is_derived and not reference.is_ledger and not reference.label_column:
            cursor.execute(_removal(reference.table, reference.column, target._meta.db_table))


def _removal(table: str, column: str, target: str) -> sql.Composed:
    return REMOVE.format(table=sql.Identifier(table), column=sql.Identifier(column), name=sql.Literal(target))


def _bring_back(cursor: Any, model: type[Model]) -> None:
    """Rows that the import took away, with the numbers that they had."""
    name, without = model._meta.db_table, past_rule(model._meta.label_lower).without
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column not in without]
    cursor.execute(
        BRING_BACK.format(
            table=sql.Identifier(name),
            name=sql.Literal(name),
            columns=_listed(columns),
            values=_listed(columns, "p."),
        )
    )


def _listed(columns: Sequence[str], prefix: LiteralString = "") -> sql.Composed:
    """Columns between commas: `"name", "city"`, `p."name", p."city"`."""
    parts: list[Any] = [sql.SQL(prefix) + sql.Identifier(column) for column in columns]
    return sql.SQL(", ").join(parts)

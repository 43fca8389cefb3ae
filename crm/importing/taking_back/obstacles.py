"""What stands in the way of taking an import back: whatever is newer than it and would be lost, or would hang in the
air. Read from the tables that `ledger` filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

from crm.catalogue import past_rule
from crm.choices import Verb
from crm.importing.taking_back.ledger import GOES_ON, Touched
from crm.importing.taking_back.references import Reference, foreign_keys, references_to
from crm.models import JobRun, RowChange, User
from crm.templatetags.figures import plural

SHOWN = 5

CHANGED_SINCE = sql.SQL("""
SELECT m.row_id FROM taken_back_made m JOIN {table} t ON t.id = m.row_id
CROSS JOIN LATERAL (
  SELECT n.was FROM crm_rowchange n WHERE n.table_name = {name} AND n.row_id = m.row_id AND n.operation = 'U'
    AND n.job_id IS DISTINCT FROM {job} ORDER BY n.id LIMIT 1
) n
CROSS JOIN LATERAL (SELECT to_jsonb(t) AS now OFFSET 0) j
WHERE m.table_name = {name} AND EXISTS (
  SELECT 1 FROM jsonb_each(n.was - {goes_on}::text[]) f WHERE j.now -> f.key IS DISTINCT FROM f.value)
""")
FIELDS_SINCE = sql.SQL("""
SELECT f.row_id, f.name FROM taken_back_fields f JOIN taken_back_rows r USING (table_name, row_id)
CROSS JOIN LATERAL (SELECT
  CASE f.part WHEN '' THEN r.was -> f.name ELSE r.was -> f.name -> f.part END AS was,
  CASE f.part WHEN '' THEN r.became -> f.name ELSE r.became -> f.name -> f.part END AS became,
  CASE f.part WHEN '' THEN r.now -> f.name ELSE r.now -> f.name -> f.part END AS now
) v
WHERE f.table_name = {name} AND r.now IS NOT NULL AND v.now IS DISTINCT FROM v.became AND v.now IS DISTINCT FROM v.was
""")
HANGING = sql.SQL("""
SELECT d.{key} FROM {table} d WHERE d.{column} IN (SELECT row_id FROM taken_back_made WHERE table_name = {target})
AND NOT EXISTS (SELECT 1 FROM taken_back_made m WHERE m.table_name = {name} AND m.row_id = d.{key})
AND NOT EXISTS (SELECT 1 FROM taken_back_fields f
  WHERE f.table_name = {name} AND f.row_id = d.{key} AND f.name = {column_name})
""")
OF_LABEL = sql.SQL(" AND d.{label_column} = {label}")
NEWER = sql.SQL(" AND d.{stamp} > {moment}")
LOST_REFERENCE = sql.SQL("""
SELECT f.row_id FROM taken_back_fields f JOIN taken_back_rows r USING (table_name, row_id)
WHERE f.table_name = {name} AND f.name = {column_name} AND r.was ->> f.name IS NOT NULL AND r.now IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = (r.was ->> f.name)::bigint)
""")
TOUCHED_ROWS = sql.SQL("""
SELECT row_id FROM taken_back_made WHERE table_name = {name}
UNION SELECT row_id FROM taken_back_fields WHERE table_name = {name}
""")
CASCADING = """
SELECT conrelid::regclass::text, attname FROM pg_constraint
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] WHERE contype = 'f' AND confdeltype = 'c'
"""


@dataclass(frozen=True)
class Obstacle:
    """`sentence` says how many of what; `rows` are the first of them: (what it is called, its address or nothing)."""

    sentence: str
    count: int
    rows: list[tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def find_obstacles(job: JobRun, touched: Sequence[Touched], label: str, user: User | None) -> list[Obstacle]:
    """All that stands in the way for this person; `label` is the model that the import was of."""
    with connection.cursor() as cursor:
        cursor.execute(CASCADING)
        cascading = {(table.strip('"'), column) for table, column in cursor.fetchall()}
    ended = RowChange.objects.filter(job=job).order_by("-id").values_list("at", flat=True).first()
    found = list[Obstacle]()
    for one in touched:
        found += _changed(one, job, user)
        if one.made:
            found += _hanging(one.model, cascading, ended, user)
        if one.changed:
            found += _lost(one.model, user)
        if one.model._meta.label_lower == label:
            found += _out_of_reach(one.model, user)
    return found


def _changed(one: Touched, job: JobRun, user: User | None) -> Iterator[Obstacle]:
    model, name = one.model, sql.Literal(one.table)
    if one.made:
        parts = {"name": name, "table": sql.Identifier(one.table), "job": sql.Literal(job.pk)}
        keys = _keys(CHANGED_SINCE.format(goes_on=sql.Literal(GOES_ON), **parts))
        yield from _told(model, keys, user, "{rows} that would go {was} changed since")
    if one.changed:
        with connection.cursor() as cursor:
            cursor.execute(FIELDS_SINCE.format(name=name))
            rows = cursor.fetchall()
        labels = {str(field.column): str(field.verbose_name) for field in model._meta.concrete_fields}
        fields = ", ".join(sorted({labels.get(column, column) for _, column in rows}))
        keys = sorted({key for key, _ in rows})
        yield from _told(model, keys, user, f"{{rows}} {{was}} changed since in what would be put back ({fields})")


def _hanging(
    target: type[Model], cascading: set[tuple[str, str]], ended: dt.datetime | None, user: User | None
) -> Iterator[Obstacle]:
    """Rows that name what would go, and did not come with the import."""
    found: dict[type[Model], set[Any]] = {}
    for reference in references_to(target):
        if not reference.is_derived:
            goes_along = reference.is_ledger and (reference.table, reference.column) in cascading
            newer_than = ended if goes_along and reference.stamp else None
            keys = _keys(_names_made(reference, target, newer_than))
            found.setdefault(reference.model, set()).update(keys)
    named = str(target._meta.verbose_name_plural)
    for model, hanging in found.items():
        yield from _told(model, sorted(hanging), user, f"{{rows}} {{hangs}} on {named} that would go")


def _names_made(reference: Reference, target: type[Model], newer_than: dt.datetime | None) -> sql.Composable:
    query: sql.Composable = HANGING.format(
        key=sql.Identifier(str(reference.model._meta.pk.column)),
        table=sql.Identifier(reference.table),
        name=sql.Literal(reference.table),
        column=sql.Identifier(reference.column),
        column_name=sql.Literal(reference.column),
        target=sql.Literal(target._meta.db_table),
    )
    if reference.label_column:
        label = sql.Literal(target._meta.label_lower)
        query += OF_LABEL.format(label_column=sql.Identifier(reference.label_column), label=label)
    if newer_than is not None:
        query += NEWER.format(stamp=sql.Identifier(reference.stamp), moment=sql.Literal(newer_than))
    return query


def _lost(model: type[Model], user: User | None) -> Iterator[Obstacle]:
    """Records that would get back a value that names a record which is gone."""
    for column, target in foreign_keys(model):
        query = LOST_REFERENCE.format(
            name=sql.Literal(model._meta.db_table),
            column_name=sql.Literal(column),
            target=sql.Identifier(target._meta.db_table),
        )
        gone = str(target._meta.verbose_name)
        yield from _told(model, _keys(query), user, f"{{rows}} would get back a {gone} that is gone")


def _out_of_reach(model: type[Model], user: User | None) -> Iterator[Obstacle]:
    """Records that this person may not change (any more)."""
    manager: Any = model._default_manager
    if user is None or not hasattr(model, "access"):
        return
    keys = set(_keys(TOUCHED_ROWS.format(name=sql.Literal(model._meta.db_table))))
    allowed = manager.visible_to(user, Verb.CHANGE)
    if not allowed.query.where and not allowed.query.is_empty():
        return
    left = sorted(keys - set(allowed.filter(pk__in=list(keys)).values_list("pk", flat=True)))
    yield from _told(model, left, user, "{rows} {is} not yours to change")


def _told(model: type[Model], keys: Sequence[Any], user: User | None, words: str) -> Iterator[Obstacle]:
    if not keys:
        return
    meta, count = model._meta, len(keys)
    said = {"was": "was", "hangs": "hangs", "is": "is"} if count == 1 else {"was": "were", "hangs": "hang", "is": "are"}
    rows = plural(count, str(meta.verbose_name), str(meta.verbose_name_plural))
    yield Obstacle(words.format(rows=rows, **said), count, _shown(model, keys[:SHOWN], user))


def _shown(model: type[Model], keys: Sequence[Any], user: User | None) -> list[tuple[str, str]]:
    """The first records with their addresses; a part is shown as the record that it is a part of."""
    rule = past_rule(model._meta.label_lower)
    if rule.is_part:
        whole = next(related for column, related in foreign_keys(model) if column == rule.parent)
        manager: Any = model._default_manager
        return _shown(whole, sorted(set(manager.filter(pk__in=keys).values_list(rule.parent, flat=True))), user)
    if not hasattr(model, "access"):
        return []
    manager = model._default_manager
    rows = manager.visible_to(user).filter(pk__in=list(keys)).order_by("pk")
    return [(str(row), row.get_absolute_url() if hasattr(row, "get_absolute_url") else "") for row in rows]


def _keys(query: sql.Composable) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]

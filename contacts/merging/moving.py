"""The rows of one contact moved to another by one statement a key, and back. What each did is kept (`MergedRows`)."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import GeneratedField
from psycopg import sql

from contacts.choices import MergeStep
from contacts.merging.keys import ASIDE, DERIVED, ContactKey, contact_keys
from contacts.models import ContactMerge, MergedRows
from crm.choices import FieldType
from crm.models import CustomField

CUSTOM = "custom."
UNIQUE_SQL = """
SELECT array(SELECT a.attname FROM unnest(i.indkey::int2[]) AS k(number)
  JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number), pg_get_expr(i.indpred, i.indrelid)
FROM pg_index AS i WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND EXISTS (
  SELECT FROM pg_attribute AS a
  WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[]) AND a.attname = %s)
"""
MOVED = sql.SQL("""
WITH moved AS (UPDATE {table} AS t SET {sets} WHERE t.{column} = %(gone)s AND {where} RETURNING t.{key} AS id)
INSERT INTO contacts_mergedrows (merge_id, step, model, "column", ids, rows)
SELECT %(merge)s, 'moved', %(model)s, %(column)s, array_agg(id), '[]' FROM moved HAVING count(*) > 0
RETURNING cardinality(ids)
""")
TAKEN = sql.SQL("""
WITH taken AS (DELETE FROM {table} AS t WHERE {where} RETURNING t.*)
INSERT INTO contacts_mergedrows (merge_id, step, model, "column", ids, rows)
SELECT %(merge)s, 'aside', %(model)s, %(column)s, array_agg({key}), jsonb_agg(to_jsonb(taken) ORDER BY {key})
FROM taken HAVING count(*) > 0 RETURNING cardinality(ids)
""")
CHANGED = sql.SQL("""
INSERT INTO contacts_mergedrows (merge_id, step, model, "column", ids, rows)
SELECT %(merge)s, 'changed', %(model)s, %(column)s, array_agg(t.{key}),
  jsonb_agg(jsonb_build_object({columns}) ORDER BY t.{key})
FROM {table} AS t WHERE {where} HAVING count(*) > 0 RETURNING cardinality(ids)
""")
CUSTOM_MOVED = sql.SQL("""
WITH moved AS (
  UPDATE {table} AS t SET custom = jsonb_set(t.custom, ARRAY[%(name)s], to_jsonb(%(to)s::bigint))
  WHERE t.custom @> jsonb_build_object(%(name)s::text, %(from)s::bigint) AND {where} RETURNING t.id
)
SELECT array_agg(id) FROM moved
""")
FOLLOWED = sql.SQL("UPDATE {table} AS t SET {sets} WHERE t.{column} = %(gone)s AND {where}")
GIVEN_BACK = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = ANY(%s) AND {column} = %s")
CHANGED_BACK = sql.SQL("""
UPDATE {table} AS t SET {sets} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS was
WHERE t.{key} = was.{key} AND {untouched}
""")
IS_FREE = sql.SQL("""
NOT (was.{flag} AND EXISTS (SELECT FROM {table} AS o WHERE {same} AND o.{flag} AND o.{key} <> t.{key}))
""")
BROUGHT_BACK = sql.SQL("""
INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS was
WHERE {whole} ON CONFLICT DO NOTHING
""")


def move(merge: ContactMerge, key: ContactKey) -> int:
    """Move the rows of this key; how many there were to move (those that were taken aside count, too)."""
    take = Statements(merge, key)
    if key.twice == DERIVED:
        return take.aside(take.is_gone)
    count = 0
    if key.other_end:
        count += take.aside(take.names_both())
    twice = take.is_twice()
    if key.twice == ASIDE and twice is not None:
        count += take.aside(sql.SQL("{} AND {}").format(take.is_gone, twice))
        twice = None
    where = take.where if twice is None else sql.SQL("{} AND NOT {}").format(take.where, twice)
    if key.is_ordered or key.yields or key.stamps:
        take.remember(sql.SQL("{} AND {}").format(take.is_gone, where))
    return count + take.moved(where)


def remember_flags(merge: ContactMerge, label: str, flag: str, ids: list[int], value: bool) -> None:
    """Keep that these rows have the flag, or have it not, before it is set otherwise."""
    if ids:
        rows = [{"id": pk, flag: value} for pk in ids]
        MergedRows.objects.create(
            merge=merge, step=MergeStep.CHANGED, model=label, column="contact_id", ids=ids, rows=rows
        )


def move_links(merge: ContactMerge) -> None:
    """The same for custom fields of any model that hold a contact."""
    for label, name in CustomField.objects.filter(type=FieldType.CONTACT).order_by("pk").values_list("model", "key"):
        ids = _link(label, name, merge.gone_id, merge.kept_id, sql.SQL("true"))
        if ids:
            column = f"{CUSTOM}{name}"
            MergedRows.objects.create(merge=merge, step=MergeStep.MOVED, model=label, column=column, ids=ids)


def _link(label: str, name: str, old: int, new: int, where: sql.Composable, **more: Any) -> list[int]:
    table = sql.Identifier(apps.get_model(label)._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(CUSTOM_MOVED.format(table=table, where=where), {"name": name, "from": old, "to": new, **more})
        return list(cursor.fetchone()[0] or [])


def move_back(merge: ContactMerge) -> None:
    """Undo every statement of the merge, the last first. A row that has gone elsewhere since stays where it is."""
    keys = {(key.model, key.column): key for key in contact_keys()}
    for part in merge.parts.order_by("-pk"):
        if part.column.startswith(CUSTOM):
            name = part.column.removeprefix(CUSTOM)
            among = sql.SQL("t.id = ANY(%(ids)s)")
            _link(part.model, name, merge.kept_id, merge.gone_id, among, ids=part.ids)
            continue
        key = keys[part.model, part.column]
        if part.step == MergeStep.ASIDE:
            _bring_back(key, part)
        elif part.step == MergeStep.CHANGED:
            _change_back(key, part, merge)
        elif not key.is_ordered:  # of an ordered pair both ends were kept as a change
            _run(GIVEN_BACK, key, {}, [merge.gone_id, part.ids, merge.kept_id])


def _bring_back(key: ContactKey, part: MergedRows) -> None:
    """But for rows whose own parents (a list, a survey) have been deleted since: they would have gone along."""
    fields: list[Any] = [one for one in key.of._meta.concrete_fields if not isinstance(one, GeneratedField)]
    there: list[sql.Composable] = [sql.SQL("true")]
    for field in fields:
        if field.is_relation and field.remote_field is not None:
            target: Any = field.related_model
            there.append(
                sql.SQL("(was.{0} IS NULL OR EXISTS (SELECT FROM {1} AS o WHERE o.{2} = was.{0}))").format(
                    sql.Identifier(field.column),
                    sql.Identifier(target._meta.db_table),
                    sql.Identifier(target._meta.pk.column),
                )
            )
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    _run(BROUGHT_BACK, key, {"columns": columns, "whole": sql.SQL(" AND ").join(there)}, [json.dumps(part.rows)])


def _change_back(key: ContactKey, part: MergedRows, merge: ContactMerge) -> None:
    """A flag that one row has is given back where no other row has got it since."""
    names = [name for name in part.rows[0] if name != key.key]
    sets = sql.SQL(", ").join(sql.SQL("{0} = was.{0}").format(sql.Identifier(name)) for name in names)
    ends = [sql.Identifier(end) for end in ((key.column, key.other_column) if key.is_ordered else (key.column,))]
    both = sql.SQL("{}, {}").format(sql.Literal(merge.kept_id), sql.Literal(merge.gone_id))
    own = sql.SQL(" OR ").join(sql.SQL("t.{} IN ({})").format(end, both) for end in ends)
    free = [sql.SQL("({})").format(own)]
    for flag in key.yields:
        same = [sql.SQL("o.{0} = t.{0}").format(sql.Identifier(name)) for name in (key.column, *key.among)]
        parts = {"flag": sql.Identifier(flag), "same": sql.SQL(" AND ").join(same)}
        free.append(IS_FREE.format(table=sql.Identifier(key.table), key=sql.Identifier(key.key), **parts))
    untouched = sql.SQL(" AND ").join(free)
    _run(CHANGED_BACK, key, {"sets": sets, "untouched": untouched}, [json.dumps(part.rows)])


def _run(statement: sql.SQL, key: ContactKey, parts: dict[str, sql.Composable], values: list[Any]) -> None:
    names = {"table": sql.Identifier(key.table), "column": sql.Identifier(key.column), "key": sql.Identifier(key.key)}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names, **parts), values)


class Statements:
    """The statements of a merge on the rows of one key; the table is `t`."""

    def __init__(self, merge: ContactMerge, key: ContactKey) -> None:
        self.merge, self.key = merge, key
        self.table, self.column = sql.Identifier(key.table), sql.Identifier(key.column)
        only = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(one)) for name, one in key.where.items()]
        self.where: sql.Composable = sql.SQL(" AND ").join([sql.SQL("true"), *only])
        self.values: dict[str, Any] = {
            "kept": merge.kept_id,
            "gone": merge.gone_id,
            "merge": merge.pk,
            "model": key.model,
        }
        self.values |= {"column": key.column}

    @property
    def is_gone(self) -> sql.Composable:
        return sql.SQL("t.{} = %(gone)s AND {}").format(self.column, self.where)

    def names_both(self) -> sql.Composable:
        """The row would name the same contact at both of its ends."""
        other = sql.Identifier(self.key.other_column)
        return sql.SQL("{} AND t.{} IN (%(kept)s, %(gone)s)").format(self.is_gone, other)

    def is_twice(self) -> sql.Composable | None:
        """The other contact has a row already that is the same as `t`; None where that cannot be."""
        if self.key.is_ordered:
            other = sql.Identifier(self.key.other_column)
            first, second = sorted((self.key.column, self.key.other_column))  # first_id, second_id
            return sql.SQL(
                "EXISTS (SELECT FROM {table} AS k WHERE k.{first} = least(t.{other}, %(kept)s)"
                " AND k.{second} = greatest(t.{other}, %(kept)s))"
            ).format(table=self.table, first=sql.Identifier(first), second=sql.Identifier(second), other=other)
        found = [self._same(columns, only) for columns, only in self._unique()]
        found += [self._there(sql.SQL(f"{words.format('k')} = {words.format('t')}")) for words in self.key.same]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(found)) if found else None

    def _unique(self) -> list[tuple[list[str], str | None]]:
        """The unique indexes that a moved row could be in the way of: further columns, and which rows they are of."""
        with connection.cursor() as cursor:
            cursor.execute(UNIQUE_SQL, [self.key.table, self.key.column])
            rows = cursor.fetchall()
        kept = [(columns, only) for columns, only in rows if not any(flag in (only or "") for flag in self.key.yields)]
        return [([one for one in columns if one != self.key.column], only) for columns, only in kept]

    def _same(self, columns: list[str], only: str | None) -> sql.Composable:
        equal = [sql.SQL("k.{0} = t.{0}").format(sql.Identifier(one)) for one in columns]
        same = self._there(sql.SQL(" AND ").join(equal) if equal else sql.SQL("true"), only)
        if only is None:
            return same
        own = sql.SQL("EXISTS (SELECT FROM (SELECT t.*) AS own WHERE {})").format(sql.SQL(only))
        return sql.SQL("({} AND {})").format(own, same)

    def _there(self, condition: sql.Composable, only: str | None = None) -> sql.Composable:
        rows = sql.SQL("SELECT * FROM {} WHERE {} = %(kept)s AND {} AND {}").format(
            self.table, self.column, self.where, sql.SQL(only or "true")
        )
        return sql.SQL("EXISTS (SELECT FROM ({}) AS k WHERE {})").format(rows, condition)

    def moved(self, where: sql.Composable) -> int:
        sets = sql.SQL("{} = %(kept)s").format(self.column)
        if self.key.is_ordered:
            first, second = (sql.Identifier(one) for one in sorted((self.key.column, self.key.other_column)))
            other = sql.Identifier(self.key.other_column)
            sets = sql.SQL("{} = least(t.{other}, %(kept)s), {} = greatest(t.{other}, %(kept)s)").format(
                first, second, other=other
            )
        for flag in self.key.yields:
            sets = sql.SQL("{}, {} = false").format(sets, sql.Identifier(flag))
        for moment in self.key.stamps:
            sets = sql.SQL("{}, {} = now()").format(sets, sql.Identifier(moment))
        return self._run(MOVED, where=where, sets=sets)

    def follow(self) -> int:
        """Move what came later; nothing is kept of it. How many rows."""
        twice, where = self.is_twice(), self.where
        if twice is not None:
            where = sql.SQL("{} AND NOT {}").format(where, twice)
        if self.key.other_end:
            where = sql.SQL("{} AND NOT ({})").format(where, self.names_both())
        sets = sql.SQL("{} = %(kept)s").format(self.column)
        for flag in self.key.yields:
            sets = sql.SQL("{}, {} = false").format(sets, sql.Identifier(flag))
        parts = {"table": self.table, "sets": sets, "column": self.column, "where": where}
        with connection.cursor() as cursor:
            cursor.execute(FOLLOWED.format(**parts), self.values)
            return int(cursor.rowcount)

    def aside(self, where: sql.Composable) -> int:
        return self._run(TAKEN, where=where)

    def remember(self, where: sql.Composable) -> int:
        """Keep what the columns are that change beside the key, or with it."""
        names = [self.key.key, *self.key.yields, *self.key.stamps]
        if self.key.is_ordered:
            names += [self.key.column, self.key.other_column]
        columns = sql.SQL(", ").join(sql.SQL("{}, t.{}").format(sql.Literal(one), sql.Identifier(one)) for one in names)
        return self._run(CHANGED, where=where, columns=columns)

    def _run(self, statement: sql.SQL, **parts: sql.Composable) -> int:
        whole = statement.format(table=self.table, column=self.column, key=sql.Identifier(self.key.key), **parts)
        with connection.cursor() as cursor:
            cursor.execute(whole, self.values)
            row = cursor.fetchone()
        return int(row[0]) if row else 0

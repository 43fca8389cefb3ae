"""What goes and what stays, worked out in a temporary table that lasts as long as the transaction.

`demo_rows` holds each row that the loader made, and what machines have added to these since (a task of a sequence, a
mail that waits). A row of it `stays` when something real names it: a row that a person, a file, a form, a program or a
letter brought in. What stays keeps what it names itself (an order its customer and its products), and its own parts
(a contact its addresses). What was only changed by people since goes: changing is not making.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, Model
from psycopg import sql

from crm.catalogue import past_rule
from crm.choices import Door
from crm.demo.removing.marks import STAYS, is_reckoned
from crm.importing.taking_back.references import Reference, references_to
from crm.importing.taking_back.rules import house_models
from crm.models import DemoLoad, User
from crm.past.upkeep import kept_models, own_models

BY_PEOPLE = ("actor_id", "author_id", "recorded_by_id", "incoming_id")
"""Columns that say that a row without a history is of a person, or of a letter that came in."""
LETTERS = frozenset({"crm.incomingmail", "crm.importrun", "crm.exportrun"})
PEOPLE = frozenset({"crm.user", "crm.team", "crm.jobrun", "crm.company"})
MOST_ROUNDS = 20
CREATE = """
DROP TABLE IF EXISTS demo_rows;
CREATE TEMP TABLE demo_rows (
  table_name text, row_id bigint, stays boolean NOT NULL DEFAULT false, PRIMARY KEY (table_name, row_id)
) ON COMMIT DROP
"""
FILL = """
INSERT INTO demo_rows SELECT table_name, generate_series(row_id, last_id) FROM crm_rowchange
WHERE operation = 'I' AND door = %s AND request_id = ANY (%s) AND NOT table_name = ANY (%s) ON CONFLICT DO NOTHING
"""
FILL_WINDOW = sql.SQL("""
INSERT INTO demo_rows SELECT {name}, id FROM {table} WHERE id > {first} AND id <= {last} ON CONFLICT DO NOTHING
""")
DROP_GONE = sql.SQL("""
DELETE FROM demo_rows d WHERE d.table_name = {name} AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = d.row_id)
""")
ADD_ALONG = sql.SQL("""
INSERT INTO demo_rows SELECT {name}, t.id FROM {table} t
JOIN demo_rows d ON d.table_name = {target} AND d.row_id = t.{column}
WHERE {label} AND {machine} ON CONFLICT DO NOTHING
""")
MADE_BY_NOBODY = sql.SQL("""coalesce((
  SELECT c.last_id >= t.id AND c.actor_id IS NULL AND c.token_id IS NULL AND c.door IN ('', 'job') FROM crm_rowchange c
  WHERE c.table_name = {name} AND c.operation = 'I' AND c.row_id <= t.id ORDER BY c.row_id DESC LIMIT 1), false)""")
OTHER_IS_DEMO = sql.SQL("""(t.{column} IS NULL OR EXISTS (
  SELECT 1 FROM demo_rows o WHERE o.table_name = {target} AND o.row_id = t.{column}))""")
KEEP_ACTOR = "UPDATE demo_rows SET stays = true WHERE table_name = 'crm_user' AND row_id = %s"
KEEP_NAMED = sql.SQL("""
UPDATE demo_rows d SET stays = true FROM {table} t
WHERE d.table_name = {target} AND d.row_id = t.{column} AND NOT d.stays AND {label} AND {who}
""")
IS_REAL = sql.SQL("NOT EXISTS (SELECT 1 FROM demo_rows o WHERE o.table_name = {name} AND o.row_id = t.{key})")
IS_KEPT = sql.SQL("EXISTS (SELECT 1 FROM demo_rows o WHERE o.table_name = {name} AND o.row_id = t.{key} AND o.stays)")
KEEP_PARTS = sql.SQL("""
UPDATE demo_rows d SET stays = true FROM {table} t
JOIN demo_rows w ON w.table_name = {whole} AND w.row_id = t.{column} AND w.stays
WHERE d.table_name = {name} AND d.row_id = t.id AND NOT d.stays
""")


@dataclass(frozen=True)
class Reason:
    """So many records of the demo stay, because `by` (a kind of record) names them."""

    kind: str
    by: str
    count: int


@dataclass(frozen=True)
class Sorted:
    """By model how many rows go and how many stay, and why the first of those stay."""

    goes: dict[type[Model], int]
    stays: dict[type[Model], int]
    reasons: list[Reason]


def sort_out(*, actor: User | None) -> Sorted:
    """Fill `demo_rows`. Reads everything and changes nothing else; the caller is in a transaction. Who asked stays."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(CREATE)
        _fill(cursor)
        cursor.execute("ANALYZE demo_rows")
        _repeat(cursor, lambda models: list(_along(models)))
        cursor.execute("ANALYZE demo_rows")
        cursor.execute(KEEP_ACTOR, [actor.pk if actor else None])
        reasons = list(_keep_named_by_real(cursor))
        _repeat(cursor, lambda models: [*_kept_by_kept(models), *_parts(models)])
        goes, stays = _counted(cursor)
    return Sorted(goes, stays, reasons)


def _fill(cursor: Any) -> None:
    tables = {model._meta.db_table: model for model in own_models()}
    never = [name for name, model in tables.items() if model._meta.label_lower in STAYS]
    loads = list(DemoLoad.objects.all())
    cursor.execute(FILL, [Door.COMMAND, [load.request_id for load in loads], never])
    for load in loads:
        for name, (first, last) in load.windows.items():
            if name in tables and name not in never:
                cursor.execute(_filled(FILL_WINDOW, tables[name], first=sql.Literal(first), last=sql.Literal(last)))
    for model in _models_in(cursor):
        cursor.execute(_filled(DROP_GONE, model))


def _models_in(cursor: Any) -> list[type[Model]]:
    cursor.execute("SELECT DISTINCT table_name FROM demo_rows")
    names = {name for (name,) in cursor.fetchall()}
    return [model for model in own_models() if model._meta.db_table in names]


def _repeat(cursor: Any, statements: Any) -> None:
    """Until a round changes nothing."""
    for _ in range(MOST_ROUNDS):
        changed = 0
        for statement in statements(_models_in(cursor)):
            cursor.execute(statement)
            changed += cursor.rowcount
        if not changed:
            return


def references(target: type[Model]) -> Iterator[Reference]:
    """What names rows of a model and is held to it by the database, or by a label beside the number."""
    for one in references_to(target):
        fields: Any = one.model._meta.concrete_fields
        field = next(field for field in fields if field.column == one.column)
        is_held = getattr(field, "db_constraint", True) or is_reckoned(one.model)
        if is_held and one.model._meta.label_lower not in STAYS:
            yield one


def _along(models: list[type[Model]]) -> Iterator[sql.Composed]:
    """What machines hung on these."""
    kept = set(kept_models())
    for target in models:
        if target._meta.label_lower in PEOPLE:
            continue
        for one in references(target):
            if is_reckoned(one.model) or one.model._meta.pk.column != "id" or one.label in LETTERS:
                continue
            if one.model in kept and (one.label_column or past_rule(one.label).parent == one.column):
                yield _along_of(one, target, MADE_BY_NOBODY.format(name=sql.Literal(one.table)))
            elif one.model not in kept:
                yield _along_of(one, target, _only_demo(one))


def _along_of(one: Reference, target: type[Model], machine: sql.Composable) -> sql.Composed:
    return _filled(
        ADD_ALONG,
        one.model,
        target=sql.Literal(target._meta.db_table),
        column=sql.Identifier(one.column),
        label=_label_of(one, target),
        machine=machine,
    )


def _only_demo(one: Reference) -> sql.Composable:
    """Whether nobody did it, and everything else that the row names is the demo's, too."""
    parts: list[sql.Composable] = [sql.SQL("true")]
    for field in one.model._meta.concrete_fields:
        if field.column in BY_PEOPLE:
            parts.append(sql.SQL("t.{column} IS NULL").format(column=sql.Identifier(str(field.column))))
        elif isinstance(field, ForeignKey) and _is_whole(field):
            target = sql.Literal(field.related_model._meta.db_table)
            parts.append(OTHER_IS_DEMO.format(column=sql.Identifier(str(field.column)), target=target))
    return sql.SQL(" AND ").join(parts)


def _is_whole(field: ForeignKey) -> bool:
    label = field.related_model._meta.label_lower
    return label not in PEOPLE and label != "crm.mailchannel" and bool(getattr(field, "db_constraint", True))


def _keep_named_by_real(cursor: Any) -> Iterator[Reason]:
    for target in _models_in(cursor):
        for one in references(target):
            if is_reckoned(one.model) or (one.label in ("crm.session", "crm.notice", "crm.formsubmission")):
                continue
            key = sql.Identifier(str(one.model._meta.pk.column))
            cursor.execute(_kept_by(one, target, IS_REAL.format(name=sql.Literal(one.table), key=key)))
            if cursor.rowcount:
                kind, by = str(target._meta.verbose_name_plural), str(one.model._meta.verbose_name_plural)
                yield Reason(kind, by, cursor.rowcount)


def _kept_by_kept(models: list[type[Model]]) -> Iterator[sql.Composed]:
    there = set(models)
    for target in models:
        for one in references(target):
            if one.model in there and one.model._meta.pk.column == "id":
                who = IS_KEPT.format(name=sql.Literal(one.table), key=sql.Identifier("id"))
                yield _kept_by(one, target, who)


def _kept_by(one: Reference, target: type[Model], who: sql.Composable) -> sql.Composed:
    return KEEP_NAMED.format(
        table=sql.Identifier(one.table),
        target=sql.Literal(target._meta.db_table),
        column=sql.Identifier(one.column),
        label=_label_of(one, target),
        who=who,
    )


def _parts(models: list[type[Model]]) -> Iterator[sql.Composed]:
    for model in models:
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and _is_part(model, field):
                whole = sql.Literal(field.related_model._meta.db_table)
                yield _filled(KEEP_PARTS, model, whole=whole, column=sql.Identifier(str(field.column)))


def _is_part(model: type[Model], field: ForeignKey) -> bool:
    """Whether a row makes up the one that the field names: an address a contact, a stage a pipeline."""
    rule, whole = past_rule(model._meta.label_lower), field.related_model._meta.label_lower
    if rule.parent == field.column:
        return rule.is_part or past_rule(whole).is_part
    is_house = model._meta.label_lower in house_models() and whole in house_models()
    return is_house and whole not in PEOPLE


def _counted(cursor: Any) -> tuple[dict[type[Model], int], dict[type[Model], int]]:
    cursor.execute("SELECT table_name, stays, count(*) FROM demo_rows GROUP BY 1, 2")
    counts = {(name, stays): count for name, stays, count in cursor.fetchall()}
    both = [
        {
            model: counts[model._meta.db_table, stays]
            for model in own_models()
            if (model._meta.db_table, stays) in counts
        }
        for stays in (False, True)
    ]
    return both[0], both[1]


def _label_of(one: Reference, target: type[Model]) -> sql.Composable:
    """Where a column beside the number says of which kind of record it is."""
    if not one.label_column:
        return sql.SQL("true")
    label = sql.Literal(target._meta.label_lower)
    return sql.SQL("t.{column} = {label}").format(column=sql.Identifier(one.label_column), label=label)


def _filled(statement: sql.SQL, model: type[Model], **parts: sql.Composable) -> sql.Composed:
    table = str(model._meta.db_table)
    return statement.format(table=sql.Identifier(table), name=sql.Literal(table), **parts)

"""Puts a freshly built table in the place of the old one: readers never wait for the build, and never see half of it.

The new table is filled beside the old one, gets the old one's constraints and indexes, and takes its name under a lock
that is held for a moment. All in the caller's transaction: whatever fails, the old table stays as it was.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from analytics.statements import analyze_table, drop_tables, execute, rows_of

LOCK_WAIT = "100ms"  # readers that come while we wait queue behind us: so never wait long, and ask again
LOCK_PAUSE_SECONDS = 0.2
LOCK_TRIES = 600
INDEX_TEXT = re.compile(r"^CREATE (UNIQUE )?INDEX (?P<name>\S+) ON (ONLY )?\S+ (?P<rest>USING .*)$", re.DOTALL)
COLUMNS_SQL = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
INDEXES_SQL = """
SELECT i.relname, pg_get_indexdef(x.indexrelid), x.indisunique, c.conname, c.contype
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint AS c ON c.conindid = x.indexrelid AND c.conrelid = x.indrelid
WHERE x.indrelid = %s::regclass
ORDER BY i.relname
"""
CHECKS_SQL = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
)


class TableInUse(Exception):
    """Somebody reads the old table in a transaction that does not end, so the new one could not take its place."""


def rebuild(table: str, fill: sql.Composable, advance: Callable[[str], None] = lambda message: None) -> int:
    """Replace the contents of `table` by the rows of the query `fill`; returns how many.

    The query must give the table's columns by name, in any order, with types that can be cast to theirs. For tables
    without a sequence and without foreign keys onto them, named `REBUILT` in the app's catalogue (`past`): the
    application's role must own what it replaces, and `migrate` gives it those. Runs of the same table wait for each
    other. `advance` is told the name of each part of the work.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A table is swapped inside a transaction.")
    new = f"{table}_new"
    hold(table)
    advance("Filling the new table")
    rows = _fill(table, new, fill)
    advance("Building its indexes")
    names = _index(table, new)
    analyze_table(new)
    advance("Taking its place")
    _take_place(table, new, names)
    return rows


def hold(table: str) -> None:
    """Wait until no other run rebuilds this table, and keep others waiting until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rebuild {table}"])


def _fill(table: str, new: str, fill: sql.Composable) -> int:
    """CREATE TABLE AS, which (unlike INSERT) reads in parallel; then the old table's defaults and constraints."""
    columns = rows_of(COLUMNS_SQL, [table])
    cast = sql.SQL(", ").join(
        sql.SQL("{0}::{1} AS {0}").format(sql.Identifier(name), sql.SQL(type_)) for name, type_, _, _ in columns
    )
    make = sql.SQL("CREATE TABLE {} AS SELECT {} FROM ({}) AS fresh").format(sql.Identifier(new), cast, fill)
    rows = execute(make)
    changes = [
        sql.SQL("ALTER {} SET NOT NULL").format(sql.Identifier(name)) for name, _, is_set, _ in columns if is_set
    ]
    changes += [
        sql.SQL("ALTER {} SET DEFAULT {}").format(sql.Identifier(name), sql.SQL(default))
        for name, _, _, default in columns
        if default
    ]
    changes += [
        sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(text))
        for name, text in rows_of(CHECKS_SQL, [table])
    ]
    if changes:
        execute(sql.SQL("ALTER TABLE {} {}").format(sql.Identifier(new), sql.SQL(", ").join(changes)))
    return rows


def _index(table: str, new: str) -> list[tuple[str, str]]:
    """Build the old table's indexes on the new one; pairs of (name for now, name that it takes over)."""
    names = []
    for position, (name, text, is_unique, constraint, kind) in enumerate(rows_of(INDEXES_SQL, [table])):
        found = INDEX_TEXT.match(text)
        if not found:
            raise RuntimeError(f"The index {name} cannot be built anew: {text}")
        for_now = f"{new}_{position}"
        unique = sql.SQL("UNIQUE " if is_unique else "")
        execute(
            sql.SQL("CREATE {}INDEX {} ON {} {}").format(
                unique, sql.Identifier(for_now), sql.Identifier(new), sql.SQL(found["rest"])
            )
        )
        if constraint:
            word = sql.SQL("PRIMARY KEY" if kind == "p" else "UNIQUE")
            execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}").format(
                    sql.Identifier(new), sql.Identifier(for_now), word, sql.Identifier(for_now)
                )
            )
        names.append((for_now, name))
    return names


def _take_place(table: str, new: str, names: Sequence[tuple[str, str]]) -> None:
    """Lock, drop, rename: milliseconds. A long reader of the old table is waited for without holding others up."""
    _lock(table)
    old, fresh = sql.Identifier(table), sql.Identifier(new)
    drop_tables(table)
    execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(fresh, old))
    for for_now, name in names:
        execute(sql.SQL("ALTER INDEX {} RENAME TO {}").format(sql.Identifier(for_now), sql.Identifier(name)))


def _lock(table: str) -> None:
    command = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table))
    for _ in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_WAIT)))
                execute(command)
                execute("SET LOCAL lock_timeout = 0")
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return
    raise TableInUse(f"{table} is being read without a pause; the figures of the last run stay. Try again later.")

"""Entries that come in bulk (opens, clicks, what readers of chips saw) as one line a month: `312 opens in March`.

Each month is found by one step through an index, and counted up to five hundred: a contact with fifty thousand opens
costs no more than one with fifty. What each day of a month brought is counted when somebody opens its line.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.utils import timezone
from psycopg import sql

from crm.database.kept import ANY_KEY, KeptStatement

MOST_COUNTED = 500

# a month belongs to the page on which its newest row lies: where newer ones of it were shown, the next month follows
FOLD_SQL = sql.SQL("""
WITH RECURSIVE months AS (
    SELECT (SELECT {moment} FROM {table} WHERE {owner} = {key} AND {kind} = {value} AND {moment} < {until}
            ORDER BY {moment} DESC LIMIT 1) AS newest, 1 AS number
    UNION ALL
    SELECT (SELECT {moment} FROM {table} WHERE {owner} = {key} AND {kind} = {value}
              AND {moment} < date_trunc('month', newest, {zone})
            ORDER BY {moment} DESC LIMIT 1), number + 1
    FROM months WHERE newest IS NOT NULL AND number < {most}
)
SELECT newest, (SELECT count(*) FROM (
    SELECT 1 FROM {table} WHERE {owner} = {key} AND {kind} = {value} AND {moment} <= newest
      AND {moment} >= date_trunc('month', newest, {zone}) LIMIT {counted}) AS first_rows)
FROM months WHERE newest IS NOT NULL
""")

UNTIL_SQL = sql.SQL("""
CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE {owner} = {key} AND {kind} = {value}
                  AND {moment} >= {before} AND {moment} < {after}) THEN {begin} ELSE {before} END
""")


@dataclass(frozen=True)
class Folded:
    """A month of one kind: its newest moment, and how many there are (`is_capped`: at least so many)."""

    kind: str
    newest: dt.datetime
    count: int
    is_capped: bool


@dataclass(frozen=True)
class Bulk:
    """Where the rows are: a table with the columns of the owner, the kind and the moment."""

    table: str
    owner: str
    kind: str
    moment: str


def folded_months(
    bulk: Bulk, owner_id: int, kinds: tuple[str, ...], before: dt.datetime | None, limit: int
) -> list[Folded]:
    """The newest months of these kinds whose newest row lies before a moment; one query."""
    if before is None:
        rows = _newest_months(bulk, kinds, timezone.get_current_timezone_name(), limit).ask(owner_id)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_months_of_all(bulk, sql.Literal(owner_id), kinds, before, limit))
            rows = cursor.fetchall()
    return [Folded(kind, newest, count, count >= MOST_COUNTED) for kind, newest, count in rows][:limit]


@cache
def _newest_months(bulk: Bulk, kinds: tuple[str, ...], zone: str, limit: int) -> KeptStatement:
    """The question of every page of a record, in the zone that counts now."""
    statement = _months_of_all(bulk, sql.SQL("%s"), kinds, None, limit).as_string(None)
    return KeptStatement(statement, [ANY_KEY] * statement.count("%s"))


def days_of(bulk: Bulk, owner_id: int, kind: str, month: dt.date) -> list[tuple[dt.date, int]]:
    """How many rows of this kind each day of a month brought, the last day first; days without any are left out."""
    query = sql.SQL(
        "SELECT ({moment} AT TIME ZONE %s)::date AS day, count(*) FROM {table} WHERE {owner} = %s AND {kind} = %s"
        " AND {moment} >= %s AND {moment} < %s GROUP BY 1 ORDER BY 1 DESC"
    ).format(**{part: sql.Identifier(getattr(bulk, part)) for part in ("table", "owner", "kind", "moment")})
    zone = timezone.get_current_timezone()
    first = dt.datetime(month.year, month.month, 1, tzinfo=zone)
    after = (first.replace(tzinfo=None) + dt.timedelta(days=32)).replace(day=1, tzinfo=zone)
    with connection.cursor() as cursor:
        cursor.execute(query, [timezone.get_current_timezone_name(), owner_id, kind, first, after])
        return [(day, int(count)) for day, count in cursor.fetchall()]


def _months_of_all(
    bulk: Bulk, owner: sql.Composable, kinds: tuple[str, ...], before: dt.datetime | None, limit: int
) -> sql.Composed:
    months = [_months(bulk, owner, kind, number, before, limit) for number, kind in enumerate(kinds)]
    return sql.SQL(" UNION ALL ").join(months) + sql.SQL(" ORDER BY 2 DESC")


def _months(
    bulk: Bulk, owner: sql.Composable, kind: str, number: int, before: dt.datetime | None, limit: int
) -> sql.Composable:
    names: dict[str, sql.Composable] = {
        "table": sql.Identifier(bulk.table),
        "owner": sql.Identifier(bulk.owner),
        "kind": sql.Identifier(bulk.kind),
        "moment": sql.Identifier(bulk.moment),
        "key": owner,
        "value": sql.Literal(kind),
    }
    rows = FOLD_SQL.format(
        **names,
        until=_until(names, before),
        zone=sql.Literal(timezone.get_current_timezone_name()),
        most=sql.Literal(limit),
        counted=sql.Literal(MOST_COUNTED),
    )
    named = sql.Identifier(f"months_{number}")
    return sql.SQL("SELECT {value} AS kind, * FROM ({rows}) AS {named}").format(
        value=names["value"], rows=rows, named=named
    )


def _until(names: dict[str, sql.Composable], before: dt.datetime | None) -> sql.Composable:
    """Where the first month ends: at the moment, or before its month where a newer row of that month was shown."""
    if before is None:
        return sql.SQL("'infinity'::timestamptz")
    begin = timezone.localtime(before).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (begin + dt.timedelta(days=32)).replace(day=1)
    return UNTIL_SQL.format(**names, before=sql.Literal(before), after=sql.Literal(after), begin=sql.Literal(begin))

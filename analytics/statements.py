"""The one way in which the analysis speaks SQL: a command, rows, and columns in and out as arrays by binary COPY."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection, models
from numpy.typing import NDArray
from psycopg import sql

from crm.database.copying import copying

HEAD = 19  # of binary COPY: signature, flags, length of the extension
ARRAY_HEAD = 20  # dimensions, flags, type, length, lower bound
ROWS_AT_ONCE = 50_000
TEXT_AT_ONCE = 1 << 18
Query = str | sql.Composable
Values = Sequence[Any] | Mapping[str, Any]


def execute(command: Query, values: Values = ()) -> int:
    """Do a command; the number of rows that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(command, values or None)
        return int(cursor.rowcount)


def rows_of(query: Query, values: Values = ()) -> list[tuple[Any, ...]]:
    """All rows of a query: for small results."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def drop_tables(*tables: str) -> None:
    """Drop those that are there."""
    for table in tables:
        execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))


def analyze_table(table: str) -> None:
    """Let the planner know what is in a table that was just filled."""
    execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def day(one: dt.date) -> sql.Composed:
    """A day as a literal of SQL."""
    return sql.SQL("{}::date").format(sql.Literal(one.isoformat()))


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows without a key of their own by COPY: ten thousands of them in the time of a few INSERTs."""
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, copying(cursor, command) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])


def copy_text(table: str, pieces: Iterable[str]) -> None:
    """Write lines in the text format of COPY, for all columns of a table in their order; a piece is a line or many."""
    waiting, size = list[str](), 0
    with (
        connection.cursor() as cursor,
        copying(cursor, sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy,
    ):
        for piece in pieces:
            waiting.append(piece)
            size += len(piece)
            if size > TEXT_AT_ONCE:
                copy.write("".join(waiting))
                waiting, size = [], 0
        copy.write("".join(waiting))


def read_columns(query: sql.Composable, columns: tuple[tuple[str, str], ...]) -> dict[str, NDArray[Any]]:
    """The columns of a query as arrays by name, rows in any order: (name, NumPy type such as `i8`) of each.

    The query gives these columns, of these very types, none of them NULL. PostgreSQL sends each column as one array: a
    client takes ten times as long over a row of its own for each. A field of PostgreSQL ends at 1 GB, which is about
    80 million rows of 8 bytes; a row of all columns ends there, too.
    """
    fields = sql.SQL(", ").join(sql.SQL("array_agg({})").format(sql.Identifier(f"c{n}")) for n in range(len(columns)))
    names = sql.SQL(", ").join(sql.Identifier(f"c{n}") for n in range(len(columns)))
    command = sql.SQL("COPY (SELECT {} FROM ({}) AS made ({})) TO STDOUT (FORMAT binary)").format(fields, query, names)
    with connection.cursor() as cursor, copying(cursor, command) as copy:
        content = b"".join(copy)
    found, at = {}, HEAD + 2
    for name, kind in columns:
        size = int.from_bytes(content[at : at + 4], signed=True)
        at += 4
        found[name] = _array(content, at, size, kind)
        at += max(size, 0)
    return found


def _array(content: bytes, at: int, size: int, kind: str) -> NDArray[Any]:
    """An array of PostgreSQL in its binary form: a head, then a length and a value each. NULL stands for no rows."""
    element = np.dtype([("length", ">i4"), ("value", f">{kind}")])
    if size < 0:
        return np.empty(0, np.dtype(kind))
    has_nulls = int.from_bytes(content[at + 4 : at + 8])
    count, rest = divmod(size - ARRAY_HEAD, element.itemsize)
    if rest or has_nulls:
        raise ValueError("The columns of the query do not have the types that were said, or hold NULL.")
    return np.frombuffer(content, element, count=count, offset=at + ARRAY_HEAD)["value"].astype(np.dtype(kind))


def write_columns(table: str, names: tuple[str, ...], columns: dict[str, NDArray]) -> None:
    """Add rows to a table by binary COPY; `columns` are arrays of the table's very types, NaN standing for itself."""
    kinds = [(name, columns[name].dtype.str[1:]) for name in names]
    fields = [("fields", ">i2")]
    for name, kind in kinds:
        fields += [(f"{name} length", ">i4"), (name, f">{kind}")]
    records = np.zeros(len(columns[names[0]]), np.dtype(fields))
    records["fields"] = len(names)
    for name, kind in kinds:
        records[name], records[f"{name} length"] = columns[name], int(kind[1:])
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, copying(cursor, command) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + b"\0" * 8)
        for start in range(0, len(records), ROWS_AT_ONCE):
            copy.write(records[start : start + ROWS_AT_ONCE].tobytes())
        copy.write(b"\xff\xff")

"""Rows into the database by COPY, from columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import numpy as np
from django.db import connection
from django.db.models import Field, Model

from crm.database.copying import copying
from crm.demo.process import Ints

ROWS_AT_ONCE = 50_000
NULL = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_columns(model: type[Model], columns: Mapping[str, Any], *, count: int | None = None) -> int:
    """Add rows to the model's table; the number of rows.

    `columns`: field name to an array or a sequence of one value per row (None is NULL), or to a single text, number or
    truth that all `count` rows share. Money is given by `money`.
    """
    size = count if count is not None else len(next(iter(columns.values())))
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(_column(model, name)) for name in columns)
    texts = [_texts(values, size) for values in columns.values()]
    lines = map("\t".join, zip(*texts, strict=True))
    with connection.cursor() as cursor, copying(cursor, f"COPY {table} ({names}) FROM STDIN") as copy:
        for block in _blocks(lines):
            copy.write("\n".join(block) + "\n")
    return size


def reserve_ids(model: type[Model], count: int) -> Ints:
    """`count` new ids of the model, rising, that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def next_number(model: type[Model], field: str, prefix: str, first: int) -> int:
    """The number after the highest that `field` holds behind `prefix` (`K100001`); `first` where there is none."""
    quote = connection.ops.quote_name
    column = quote(_column(model, field))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(substr({column}, %s)::bigint) FROM {quote(model._meta.db_table)} WHERE {column} ~ %s",  # noqa: S608
            [len(prefix) + 1, f"^{prefix}[0-9]{{1,15}}$"],
        )
        highest = cursor.fetchone()[0]
    return first if highest is None else max(first, highest + 1)


def money(cents: Ints) -> list[str]:
    """Cents as the text of a decimal number: 1234 is 12.34. Right up to 2 to the power of 53 cents."""
    return list(map(repr, (cents / 100).tolist()))


def nullable(values: Any, known: Any) -> list[str | None]:
    """Numbers or days as texts; None where `known` is false."""
    return [text if is_known else None for text, is_known in zip(_texts(np.asarray(values), 0), known, strict=True)]


def array(values: Iterable[str]) -> str:
    """A PostgreSQL array of texts that need no quotes but those put here."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def _column(model: type[Model], name: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(name)).column)


def _blocks(lines: Iterator[str]) -> Iterator[list[str]]:
    while block := list(islice(lines, ROWS_AT_ONCE)):
        yield block


def _texts(values: Any, size: int) -> Sequence[str]:
    """A column in COPY's text form."""
    if not isinstance(values, np.ndarray):
        return _escaped(values) if isinstance(values, list) else _escaped([_plain(values)]) * size
    if values.dtype.kind == "M":
        is_day = np.datetime_data(values.dtype)[0] == "D"
        texts = np.datetime_as_string(values) if is_day else np.datetime_as_string(values, timezone="UTC")
        return cast("list[str]", texts.tolist())
    if values.dtype.kind == "b":
        return np.where(values, "t", "f").tolist()
    if values.dtype.kind == "i":
        return list(map(str, values.tolist()))
    return _escaped(values.tolist())


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return {True: "t", False: "f"}[value] if isinstance(value, bool) else str(value)


def _escaped(values: Sequence[Any]) -> list[str]:
    texts = [NULL if value is None else value for value in values]
    if any(text is not NULL and ("\\" in text or "\n" in text or "\t" in text) for text in texts):
        return [text if text is NULL else text.translate(ESCAPES) for text in texts]
    return texts

"""Statements that are written once a process, planned once a connection, and asked many times: to put a large question
into SQL takes Django longer than PostgreSQL takes to answer it, to plan it takes PostgreSQL longer than to answer, and
for a page of one record it is the same text each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler
from psycopg.types.numeric import Int8

ModelT = TypeVar("ModelT", bound=Model)
Kept = TypeVar("Kept")

# stand-ins for what differs: of no record (its id, or a key that is a text), and of no day
ANY_KEY, ANY_TEXT = -1_801_439_850, "any text of no record"
ANY_MOMENT = dt.datetime(1801, 4, 3, 9, 8, 5, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)  # for a moment from which all is asked for
OTHER_TEXT, ANY_KEYS = "another text of no record", "any ids of no records"
MOST_KEPT = 500


CASTS = {ANY_KEY: "%s::bigint", ANY_TEXT: "%s::text", ANY_MOMENT: "%s::timestamptz", OTHER_TEXT: "%s::text"}
CASTS[ANY_KEYS] = "%s::bigint[]"


@dataclass(frozen=True)
class KeptStatement:
    """The statement of a query that was made with the stand-ins `ANY_KEY` (or `ANY_TEXT`, and `OTHER_TEXT` beside it;
    or those of `is_one_of_keys`) and `ANY_MOMENT`."""

    statement: str
    parameters: Sequence[Any]

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> KeptStatement:
        """Of a query that asks for values."""
        statement, parameters = rows.query.sql_with_params()
        return cls(statement, parameters)

    def ask(
        self,
        key: int | str | None = None,
        moment: dt.datetime | None = None,
        other: str = "",
        keys: Sequence[int] = (),
    ) -> list[tuple[Any, ...]]:
        """The rows for one record, or for the records `keys`, as PostgreSQL gives them (JSON as text)."""
        number = key if isinstance(key, str) else Int8(key or 0)
        said = {ANY_KEY: number, ANY_TEXT: key, ANY_MOMENT: moment, OTHER_TEXT: other, ANY_KEYS: list(keys)}
        with cast(Any, connection).prepared_cursor() as cursor:
            cursor.execute(self._text, [said[one] for one in self.parameters if _stands_in(one)])
            return list(cursor.fetchall())

    @cached_property
    def _text(self) -> str:
        """The statement with all that never differs written into it."""
        pieces = self.statement.split("%s")
        values = [CASTS[one] if _stands_in(one) else _written(one) for one in self.parameters]
        return pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))


def is_one_of_keys() -> Q:
    """The condition of the records `keys` that a kept statement is asked for."""
    return Q(_IsAny(F("pk"), Value(ANY_KEYS)))


class _IsAny(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def _stands_in(value: Any) -> bool:
    return isinstance(value, Hashable) and value in CASTS


def _written(value: Any) -> str:
    return str(cast(Any, connection.ops).compose_sql("%s", [value])).replace("%", "%%")


class KeptRows(Generic[ModelT]):
    """A query for records that was made with the stand-ins; each reading of it skips the writing of its SQL."""

    def __init__(self, rows: QuerySet[ModelT]) -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(rows.db)
        self._converters: dict[int, Any] | None = None
        try:
            self._kept = KeptStatement(*self._compiler.as_sql())
        except EmptyResultSet:  # nobody may see any of them
            self._rows = rows.none()

    def read(
        self, key: int | str | None = None, moment: dt.datetime | None = None, keys: Sequence[int] = ()
    ) -> list[ModelT]:
        """The records for one key, or for `keys`, with all that is selected and prefetched along."""
        rows = self._rows.all()
        if not rows.query.is_empty():
            compiler = self._asking(key, moment, keys)
            rows.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return list(rows)

    def _asking(self, key: int | str | None, moment: dt.datetime | None, keys: Sequence[int]) -> SQLCompiler:
        """The compiler as it was left by its writing (it knows how to read the columns), for this thread and key."""
        compiler = copy(self._compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *args, **kwargs: [self._kept.ask(key, moment, keys=keys)]
        compiler.get_converters = self._read_as
        return compiler

    def _read_as(self, expressions: Any) -> dict[int, Any]:
        """How its columns are read: the same for every reading, and long to find out."""
        if self._converters is None:
            self._converters = self._compiler.get_converters(expressions)
        return self._converters


class Shelf(dict[Hashable, Kept]):
    """What was made once for each key; emptied where there are too many of them."""

    def get_or_make(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """A key must say all that the made thing depends on: a person's rights by `visible_words`."""
        if key not in self:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[key] = make()
        return self[key]

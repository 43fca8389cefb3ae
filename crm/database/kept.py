"""Statements that are written once a process and asked many times: to put a large question into SQL takes Django longer
than PostgreSQL takes to answer it, and for a page of one record it is the same text each time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# stand-ins for what differs: of no record, and of no day
ANY_KEY, ANY_MOMENT = -1_801_439_850, dt.datetime(1801, 4, 3, 9, 8, 5, tzinfo=dt.UTC)


@dataclass(frozen=True)
class KeptStatement:
    """The statement of a query that was made with the stand-ins `ANY_KEY` and `ANY_MOMENT`."""

    statement: str
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> KeptStatement:
        """Of a query that asks for values."""
        statement, parameters = rows.query.sql_with_params()
        return cls(statement, tuple(parameters))

    def ask(self, key: int, moment: dt.datetime | None = None) -> list[tuple[Any, ...]]:
        """The rows for one record, as PostgreSQL gives them (JSON as text)."""
        parameters = [key if one == ANY_KEY else moment if one == ANY_MOMENT else one for one in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.statement, parameters)
            return cursor.fetchall()

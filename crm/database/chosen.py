"""Statements about many rows at once, and what the planner is to believe of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg import sql


def listed(table: str, ids: Iterable[int]) -> sql.Composed:
    """A query for these keys of a table. The planner counts them; an unnested array counts as two hundred whatever
    there is in it, and sixty thousand of them were walked through once for each row.
    """
    return sql.SQL("SELECT id FROM {} WHERE id = ANY({}::bigint[])").format(
        sql.Identifier(table), sql.Literal(list(ids))
    )


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """For a statement about many rows. Right after these were written the planner may believe their tables empty, and
    loop over them for minutes.
    """
    with transaction.atomic():
        _let_nest("off")
        yield
        _let_nest("on")


def _let_nest(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_nestloop = {how}")

"""Folding, counting anew, and comparing with what the rows add up to."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from crm.kept_sums import statements
from crm.kept_sums.spec import KIND, KeptSums, kept_sums


def fold_all() -> int:
    """Make one row of the rows of each group; the number of tables on which nobody else was at it."""
    return sum(_fold(kept) for kept in kept_sums())


@transaction.atomic
def _fold(kept: KeptSums) -> bool:
    (is_mine,) = _one("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [statements.lock_words(kept)])
    if is_mine:
        _run(statements.fold(kept, schema()))
    return bool(is_mine)


def hold(kept: KeptSums) -> None:
    """Let nobody write to the tables that the sums are of until the transaction ends; wait for who does."""
    _run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [statements.lock_words(kept)])
    for table in kept.tables:
        _run(f"LOCK TABLE {schema()}.{table} IN SHARE ROW EXCLUSIVE MODE")


@transaction.atomic
def recount(kept: KeptSums) -> None:
    """Add everything up anew. Who writes to the tables waits meanwhile: a few seconds for a million rows."""
    hold(kept)
    for command in statements.recounted(kept, schema()):
        _run(command)


def differences(kept: KeptSums) -> list[tuple[Any, ...]]:
    """The groups in which the sums are not what the rows come to: kind, groups, then kept minus counted of each."""
    groups, names = ", ".join((KIND, *kept.groups)), kept.sums
    both = f"SELECT {groups}, {', '.join(names)} FROM {schema()}.{kept.table} UNION ALL " + statements.rows_of(
        kept, list(kept.parts), {}, schema(), sign="-"
    )
    sums = ", ".join(f"sum({name})" for name in names)
    something = " OR ".join(f"sum({name}) <> 0" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {groups}, {sums} FROM ({both}) AS compared GROUP BY {groups} HAVING {something}")
        return cursor.fetchall()


def schema() -> str:
    """The quoted name of the schema in which our tables are."""
    return str(_one("SELECT quote_ident(current_schema())")[0])


def _run(command: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command, values)


def _one(query: str, values: list[Any] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: tuple[Any, ...] = cursor.fetchone()
        return found

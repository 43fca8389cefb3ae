"""Advisory locks of PostgreSQL: who is alive (of a session, on a connection of its own, free the moment its process
dies), and who goes first (of a transaction)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

HELD_SQL = """
SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def side_connection() -> Iterator[BaseDatabaseWrapper]:
    """A second connection to the same database, in autocommit; closed at the end, its locks let go before that.

    A server process notices only a moment later that its client is gone, and holds the locks until then.
    """
    side = connections.create_connection("default")
    side.settings_dict = {**connection.settings_dict, "CONN_MAX_AGE": 0}
    options = dict(side.settings_dict.get("OPTIONS", {}))
    options.pop("pool", None)
    side.settings_dict["OPTIONS"] = options
    try:
        yield side
        if side.connection is not None:
            with side.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        side.close()


def take_lock(side: BaseDatabaseWrapper, kind: int, number: int) -> bool:
    """Hold the lock (`kind`, `number`) for the life of `side`; False when somebody else holds it."""
    with side.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, number])
        return bool(cursor.fetchone()[0])


def locks_held(kind: int) -> list[int]:
    """The numbers of this kind that somebody holds in this database."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_SQL, [kind])
        return [row[0] for row in cursor.fetchall()]


def wait_for_word(kind: int, word: str) -> None:
    """Hold (`kind`, `word`) to the end of the transaction, after whoever holds it: what counts rows by a word before
    it writes one stands in line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [kind, word])

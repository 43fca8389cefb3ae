"""The triggers of kept sums, put there by `migrate`, as the owner of the tables."""

from __future__ import annotations

import hashlib

from django.db import connection, transaction

from crm.kept_sums import statements
from crm.kept_sums.keeping import recount, schema
from crm.kept_sums.spec import KeptSums, kept_sums

MARK_SQL = "SELECT obj_description(to_regprocedure(%s), 'pg_proc')"


def bring_up_to_date() -> None:
    """Put the functions and triggers there where they are not, or not as they should be; then count anew."""
    there = set(connection.introspection.table_names())
    for kept in kept_sums():
        if {kept.table, *kept.tables} <= there and not _is_right(kept):
            _put(kept)


def _is_right(kept: KeptSums) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(MARK_SQL, [f"{schema()}.{statements.function_name(kept, kept.tables[0])}()"])
        return bool(cursor.fetchone()[0] == _mark(kept))


@transaction.atomic
def _put(kept: KeptSums) -> None:
    with connection.cursor() as cursor:
        for table in kept.tables:
            cursor.execute(f"LOCK TABLE {schema()}.{table} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(statements.function_of(kept, table, schema()))
            name = statements.function_name(kept, table)
            for event, transition in statements.EVENTS.items():
                trigger = f"{name}_{event.lower()}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {schema()}.{table}")
                cursor.execute(
                    f"CREATE TRIGGER {trigger} AFTER {event} ON {schema()}.{table} {transition}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION {schema()}.{name}()"
                )
        cursor.execute(statements.recount_function(kept, schema()))
        for setting in kept.settings:
            table, column = setting.split(".")
            trigger = f"{statements.recount_name(kept)}_{column}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {schema()}.{table}")
            cursor.execute(
                f"CREATE TRIGGER {trigger} AFTER INSERT OR DELETE OR UPDATE OF {column} ON {schema()}.{table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {schema()}.{statements.recount_name(kept)}()"
            )
    recount(kept)
    with connection.cursor() as cursor:  # the last word: what was broken off is done again
        name = statements.function_name(kept, kept.tables[0])
        cursor.execute(f"COMMENT ON FUNCTION {schema()}.{name}() IS '{_mark(kept)}'")


def _mark(kept: KeptSums) -> str:
    words = "".join(statements.function_of(kept, table, schema()) for table in kept.tables)
    words += statements.recount_function(kept, schema()) + " ".join(kept.settings)
    return hashlib.sha256(words.encode()).hexdigest()

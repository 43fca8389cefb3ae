"""Makes the views as the code says them, with their comments, and gives them to the role. Done by `migrate`.

A view holds on to the columns it names, so the views go before the tables change and are made anew afterwards. Where
nothing changes they stay: who makes them anew waits for the reports that read them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from crm.warehouse.views import WarehouseView, warehouse_views

SCHEMA = "warehouse"
SAYS = "Read-only views for reports. Made anew with each version:"
READERS = "crm_warehouse"  # those who may read the views are members of this role


def make_way() -> None:
    """Take all views away where migrations are still to be made."""
    if _is_behind():
        _drop()


def bring_up_to_date() -> None:
    """Make the views where they are not, or not as the code says; none while the tables are older than the code."""
    if not _is_behind() and _mark_there() != _mark():
        make_views()


def make_views() -> None:
    """Make all views anew, in one transaction."""
    with transaction.atomic():
        _drop()
        run(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        for view in warehouse_views():
            _make(view)
        give_rights()
        run(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(_mark())))


def give_rights() -> None:
    """Let the readers read, where there are any: this schema and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READERS])
        if cursor.fetchone() is None:
            return
    names = {"schema": sql.Identifier(SCHEMA), "who": sql.Identifier(READERS)}
    run(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {who}").format(**names))
    run(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {who}").format(**names))
    run(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {who}").format(**names))


def _is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _mark() -> str:
    words = repr(list(warehouse_views())) + Path(__file__).read_text()
    return f"{SAYS} {hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _mark_there() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA])
        found: str | None = cursor.fetchone()[0]
    return found


def _drop() -> None:
    run(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))


def _make(view: WarehouseView) -> None:
    place = sql.Identifier(SCHEMA, view.name)
    columns = sql.SQL(",\n  ").join(
        sql.SQL("{}{} AS {}").format(
            sql.SQL(column.expression), sql.SQL(f"::{column.type}" if column.type else ""), sql.Identifier(column.name)
        )
        for column in view.columns
    )
    query: sql.Composable = sql.SQL("SELECT\n  {}\n{}").format(columns, sql.SQL(view.source))
    if view.is_late:
        query = _read_late(view, query)
    # a barrier: no function of a reader's own sees a row that the view leaves out
    run(sql.SQL("CREATE VIEW {} WITH (security_barrier) AS {}").format(place, query))
    run(sql.SQL("COMMENT ON VIEW {} IS {}").format(place, sql.Literal(view.says)))
    for column in view.columns:
        name = sql.Identifier(SCHEMA, view.name, column.name)
        run(sql.SQL("COMMENT ON COLUMN {} IS {}").format(name, sql.Literal(column.says)))


def _read_late(view: WarehouseView, query: sql.Composable) -> sql.Composable:
    function = sql.Identifier(SCHEMA, f"{view.name}_now")
    types = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in view.columns
    )
    with connection.cursor() as cursor:
        body = query.as_string(cursor.connection)
        cursor.execute("SELECT current_schema()")
        tables = cursor.fetchone()[0]
    made = sql.SQL(
        "CREATE FUNCTION {}() RETURNS TABLE ({}) LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000"
        " SET search_path = {}, pg_temp AS {}"
    )
    run(made.format(function, types, sql.Identifier(tables), sql.Literal(body)))
    run(sql.SQL("REVOKE EXECUTE ON FUNCTION {}() FROM PUBLIC").format(function))
    return sql.SQL("SELECT * FROM {}()").format(function)


def run(command: sql.Composable) -> None:
    """Run one command of definition, as whoever the connection is."""
    with connection.cursor() as cursor:
        cursor.execute(command)

"""After the tables, their triggers and the rights of the application's role. Done by `migrate`, as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from crm.administration.site import is_ours
from crm.catalogue import past_rule
from crm.database.owner import app_role
from crm.models import RowChange
from crm.past.trigger import EVENTS

TRIGGERS_SQL = """
SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger AS t
WHERE t.tgrelid = %s::regclass AND t.tgname LIKE 'crm\\_past\\_%%'
"""
TABLES_SQL = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
KEEPS_STATISTICS_FROM = 170000  # the first PostgreSQL with the right MAINTAIN: ANALYZE after a bulk load


def own_models() -> Iterator[type[Model]]:
    """The models of our apps that have a table, with those that join two others."""
    for model in apps.get_models(include_auto_created=True):
        if is_ours(model) and model._meta.managed and not model._meta.proxy:
            yield model


def kept_models() -> list[type[Model]]:
    """The models whose rows the history keeps."""
    return [model for model in own_models() if not past_rule(model._meta.label_lower).exempt]


def bring_up_to_date() -> None:
    """Put the triggers on the tables that are there, take them off those that are exempt, give the rights."""
    there = set(_column(TABLES_SQL))
    if RowChange._meta.db_table not in there:  # migrated back to before the history
        return
    with transaction.atomic():
        for model in own_models():
            if model._meta.db_table in there:
                _see_to_triggers(model)
        role = app_role()
        if role:
            _give_rights(role, there)


def _see_to_triggers(model: type[Model]) -> None:
    table, rule = model._meta.db_table, past_rule(model._meta.label_lower)
    found = dict(_rows(TRIGGERS_SQL, [f'"{table}"']))
    for event, transition in EVENTS.items():
        name = f"crm_past_{event.lower()}"
        words = f"EXECUTE FUNCTION crm_keep_past('{rule.parent}', '{','.join(rule.without)}')"
        is_right = name in found and found[name].endswith(words)
        if name in found and (rule.exempt or not is_right):
            _run(sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(table)))
        if not rule.exempt and not is_right:
            command = "CREATE TRIGGER {} AFTER {} ON {} {} FOR EACH STATEMENT " + words
            parts = (sql.Identifier(name), sql.SQL(event), sql.Identifier(table), sql.SQL(transition))
            _run(sql.SQL(command).format(*parts))


def _give_rights(role: str, there: set[str]) -> None:
    """Everything that pages and jobs need; nothing that alters the past, a trigger, or another's table."""
    schema = sql.Identifier(_column("SELECT current_schema()")[0])
    who = sql.Identifier(role)
    rights = "SELECT, INSERT, UPDATE, DELETE"
    if connection.connection.info.server_version >= KEEPS_STATISTICS_FROM:
        rights += ", MAINTAIN"
    # tables that a run makes anew are made beside the old ones, hence CREATE
    _run(sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(schema, who))
    _run(sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA {} TO {}").format(sql.SQL(rights), schema, who))
    _run(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, who))
    added_to = [model._meta.db_table for model in own_models() if past_rule(model._meta.label_lower).is_added_to]
    for table, rest in (
        *((table, "SELECT, INSERT") for table in added_to if table in there),
        (RowChange._meta.db_table, "SELECT"),
        ("django_migrations", "SELECT"),
    ):
        _run(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), who))
        _run(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rest), sql.Identifier(table), who))
    for model in own_models():
        if past_rule(model._meta.label_lower).rebuilt and model._meta.db_table in there:
            _run(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(model._meta.db_table), who))


def _run(command: str | sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _column(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]

"""What is stored under a custom field: how many records have a value, which values there are, how often."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from crm.customfields.definitions import Definition


def table_of(label: str) -> sql.Identifier:
    return sql.Identifier(apps.get_model(label)._meta.db_table)


def counts_of(label: str, keys: Sequence[str]) -> dict[str, int]:
    """How many records of a model (`contacts.contact`) have a value of each key, in one reading of the table."""
    if not keys:
        return {}
    parts = sql.SQL(", ").join([sql.SQL("count(*) FILTER (WHERE custom ? %s)")] * len(keys))
    with connection.cursor() as cursor:
        query = sql.SQL("SELECT {} FROM {} WHERE custom <> '{{}}'").format(parts, table_of(label))
        cursor.execute(query, list(keys))
        return dict(zip(keys, cursor.fetchone(), strict=True))


def stored_values(label: str, key: str) -> list[tuple[Any, int]]:
    """The distinct values under a key with how many records have each."""
    query = sql.SQL("SELECT (custom -> %s)::text, count(*) FROM {} WHERE custom ? %s GROUP BY 1 ORDER BY 1")
    with connection.cursor() as cursor:
        cursor.execute(query.format(table_of(label)), [key, key])
        return [(json.loads(text), count) for text, count in cursor.fetchall()]


def is_taken(label: str, definition: Definition, value: Any, but: int | None) -> bool:
    """Whether another record than `but` has this value; holds the value until the transaction ends."""
    wanted = json.dumps({definition.key: value}, ensure_ascii=False)
    query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE custom @> %s::jsonb AND id <> %s)").format(table_of(label))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{label} {wanted}"])
        cursor.execute(query, [wanted, but or 0])
        return bool(cursor.fetchone()[0])

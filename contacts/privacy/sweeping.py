"""Names, addresses and numbers of persons out of the row history, the log, and rows that are about others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import sql

from contacts.privacy.tables import Person, PersonalTable, apps_with_personal_data
from crm.catalogue import past_rule

STARS = "***"
SHORTEST = 5
TYPES_SQL = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s
"""
# of rows that are there, of those that hang on the contact, and of those that named the contact once
HISTORY_SQL = sql.SQL("""
UPDATE crm_rowchange SET was = was - %(columns)s::text[]
WHERE table_name = %(table)s AND was IS NOT NULL AND was ?| %(columns)s::text[]
AND (row_id = ANY (%(keys)s::bigint[]) OR ({of_contact}))
""")

REPLACE = sql.SQL("UPDATE {table} SET {name} = {changed}{cast} WHERE {text} LIKE ANY ({patterns})")


def clean_history(table: PersonalTable, keys: list[Any], contacts: list[int]) -> None:
    """Take what was emptied or deleted out of what the rows were before, those that are gone for long included."""
    meta = table.of._meta
    columns = table.columns() or ["id"]
    if past_rule(table.model).exempt or not table.columns():
        return
    own = [one.column for one in meta.concrete_fields if _leads_to_contact(one)]
    if table.model == "contacts.contact":
        own = []
    parts = [sql.SQL("(was ->> {})::bigint = ANY (%(contacts)s::bigint[])").format(sql.Literal(one)) for one in own]
    of_contact = sql.SQL(" OR ").join(parts) if parts else sql.SQL("false")
    values: dict[str, Any] = {"columns": columns, "table": meta.db_table, "keys": keys, "contacts": contacts}
    with connection.cursor() as cursor:
        cursor.execute(HISTORY_SQL.format(of_contact=of_contact), values)


def clean_rows(table: str, keys: list[int], columns: list[str]) -> None:
    """Take columns out of what these rows of a table were before."""
    values: dict[str, Any] = {"columns": columns, "table": table, "keys": keys, "contacts": []}
    with connection.cursor() as cursor:
        cursor.execute(HISTORY_SQL.format(of_contact=sql.SQL("false")), values)


def sweep(persons: Iterable[Person]) -> None:
    """Put stars in place of what these people are called by, in every table that says it can name somebody, and in
    what any row was before. Each table is read once, however many people."""
    words = _words(persons)
    if not words:
        return
    for app in apps_with_personal_data():
        for one in app.swept:
            _replace(one.table, one.columns, words)
    _replace("crm_rowchange", ("was",), words)


def _replace(table: str, columns: tuple[str, ...], words: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TYPES_SQL, [table])
        types = dict(cursor.fetchall())
        for column in columns:
            name, is_json = sql.Identifier(column), types[column] == "jsonb"
            spelt = [json.dumps(word, ensure_ascii=False)[1:-1] for word in words] if is_json else words
            text: sql.Composable = sql.SQL("{}::text").format(name)
            changed = text
            for word in spelt:
                changed = sql.SQL("replace({}, {}, {})").format(changed, sql.Literal(word), sql.Literal(STARS))
            statement = REPLACE.format(
                table=sql.Identifier(table),
                name=name,
                changed=changed,
                cast=sql.SQL("::jsonb" if is_json else ""),
                text=text,
                patterns=sql.Literal([f"%{_escaped(word)}%" for word in spelt]),
            )
            cursor.execute(statement)


def _words(persons: Iterable[Person]) -> list[str]:
    """The longest first, so that no part of one is left; as they are spelt, and folded as search texts hold them."""
    found = [word for person in persons for word in (*person.addresses, *person.names)]
    long_enough = [word for word in dict.fromkeys(found) if len(word) >= SHORTEST]
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_fold(w) FROM unnest(%s::text[]) AS w", [long_enough])
        folded = [row[0] for row in cursor.fetchall()]
    lower = [word.lower() for word in long_enough]
    return sorted({*long_enough, *lower, *folded}, key=lambda word: (-len(word), word))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _leads_to_contact(field: Any) -> bool:
    """A key to contacts, or the plain number of one."""
    related = getattr(field, "related_model", None)
    return field.column == "contact_id" or (related is not None and related._meta.label_lower == "contacts.contact")

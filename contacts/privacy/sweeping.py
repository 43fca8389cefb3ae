"""Names, addresses and numbers of persons out of the row history, the log, and rows that are about others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from contacts.keeping import refresh_search
from contacts.privacy.finding import keys_with
from contacts.privacy.tables import Person, PersonalTable, apps_with_personal_data
from contacts.privacy.words import Words, words_of
from crm.catalogue import past_rule

HISTORY = "crm_rowchange"
CHUNK = 500
ALL = sql.SQL("true")
TYPES_SQL = """
SELECT column_name, CASE data_type WHEN 'ARRAY' THEN 'text[]' ELSE data_type END FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s
"""
# of rows that are there, of those that hang on the contact, and of those that named the contact once
OWN_SQL = sql.SQL("""
SELECT id FROM crm_rowchange WHERE table_name = %(table)s AND was IS NOT NULL
AND (row_id = ANY (%(keys)s::bigint[]) OR ({of_contact})) AND ({which})
""")
CLEAN_SQL = """
UPDATE crm_rowchange SET was = was - %(columns)s::text[]
WHERE id = ANY (%(ids)s::bigint[]) AND was ?| %(columns)s::text[]
"""
FIND_SQL = sql.SQL("SELECT {key} FROM {table} WHERE ({likes}) AND ({which})")
READ_SQL = sql.SQL("SELECT {key}, {texts} FROM {table} WHERE {key} = ANY (%s) ORDER BY {key} FOR NO KEY UPDATE")
WRITE_SQL = sql.SQL("UPDATE {table} SET {changes} FROM unnest({arrays}) AS n ({names}) WHERE {table}.{key} = n.k")


def since(mark: str) -> sql.Composable:
    """The condition that a row was written by no older transaction than this one: cheap, and no row of before."""
    return sql.SQL("age(xmin) <= age({}::xid)").format(sql.Literal(mark)) if mark else ALL


def history_of(table: PersonalTable, keys: list[Any], contacts: list[int], mark: str = "") -> list[int]:
    """The keys of what these rows of a table were before, and the rows of the contacts that are gone for long; with a
    `mark`, of what was written since."""
    if past_rule(table.model).exempt:
        return []
    of_contact, values = _of_contacts(table, contacts)
    return _found(of_contact, values | {"table": table.of._meta.db_table, "keys": keys}, since(mark))


def clean_history(table: PersonalTable, ids: list[int]) -> None:
    """Take what was emptied or deleted out of these rows of the history."""
    if ids and (columns := table.columns()):
        _clean(ids, columns)


def clean_rows(table: str, keys: list[int], columns: list[str]) -> None:
    """Take columns out of what these rows of a table were before."""
    _clean(_found(sql.SQL("false"), {"table": table, "keys": keys}), columns)


def _found(of_contact: sql.Composable, values: dict[str, Any], which: sql.Composable = ALL) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(OWN_SQL.format(of_contact=of_contact, which=which), values)
        return [row[0] for row in cursor.fetchall()]


def _clean(ids: list[int], columns: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLEAN_SQL, {"ids": ids, "columns": columns})


def sweep(persons: list[Person], own: list[int], mark: str = "") -> None:
    """Put stars in place of what these people are called by, in every table that says it can name somebody, and in
    what any row was before. Each table is read once, however many people. A single name, which others have too, goes
    out of their `own` rows of the history alone. With a `mark`, what was written since is looked through."""
    everywhere, own_only = words_of(persons)
    if everywhere is not None:
        for app in apps_with_personal_data():
            for one in app.swept:
                _replace(one.table, one.columns, everywhere, since(mark))
        _replace(HISTORY, ("was",), everywhere, since(mark))
    if own_only is not None:
        _replace(HISTORY, ("was",), own_only, sql.SQL("id = ANY ({}::bigint[])").format(sql.Literal(own)))


def _of_contacts(table: PersonalTable, contacts: list[int]) -> tuple[sql.Composable, dict[str, Any]]:
    """The condition that a row of the history hung on one of the contacts; by the index where they are its parent."""
    if table.model == "contacts.contact":
        return sql.SQL("false"), {}
    parent = past_rule(table.model).parent
    columns = [one.column for one in table.of._meta.concrete_fields if _leads_to_contact(one)]
    parts: list[sql.Composable] = [
        sql.SQL("parent_id = ANY (%(contacts)s::bigint[])")
        if column == parent
        else sql.SQL("(was ->> {})::bigint = ANY (%(contacts)s::bigint[])").format(sql.Literal(column))
        for column in columns
    ]
    return (sql.SQL(" OR ").join(parts), {"contacts": contacts}) if parts else (sql.SQL("false"), {})


def _replace(
    table: str,
    columns: tuple[str, ...],
    words: Words,
    which: sql.Composable = ALL,
) -> None:
    """Star the words in the columns of one table, read once for rows that may have one; then row by row in Python,
    which knows words of all languages, and JSON."""
    model = next(one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table)
    key = str(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(TYPES_SQL, [table])
        types = dict(cursor.fetchall())
        names = {"table": sql.Identifier(table), "key": sql.Identifier(key)}
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
        keys = _with_words(columns, words, which, texts, names)
        changes = sql.SQL(", ").join(
            sql.SQL("{} = n.{}::{}").format(sql.Identifier(one), sql.Identifier(f"c{at}"), sql.SQL(types[one]))
            for at, one in enumerate(columns)
        )
        casts = [types[key], *("text" for _ in columns)]
        arrays = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(cast)) for cast in casts)
        heads = sql.SQL(", ").join([sql.SQL("k"), *(sql.Identifier(f"c{at}") for at in range(len(columns)))])
        read = READ_SQL.format(texts=texts, **names)
        write = WRITE_SQL.format(changes=changes, arrays=arrays, names=heads, **names)
        is_json = [types[column] == "jsonb" for column in columns]
        for start in range(0, len(keys), CHUNK):
            cursor.execute(read, [keys[start : start + CHUNK]])
            changed = list(_changed(cursor.fetchall(), words, is_json))
            if changed:
                cursor.execute(write, [list(one) for one in zip(*changed, strict=True)])
                if table == "contacts_contact":
                    refresh_search([row[0] for row in changed])


def _with_words(
    columns: tuple[str, ...], words: Words, which: sql.Composable, texts: sql.Composable, names: dict[str, Any]
) -> list[Any]:
    """The keys of the rows that may have one of the words, in order."""
    found: set[Any] = set()
    if streamed := words.streamed:
        found.update(keys_with(streamed, which=which, texts=texts, **names))
    if words.likes:
        likes = sql.SQL(" OR ").join(
            sql.SQL("{}::text LIKE ANY (%(likes)s)").format(sql.Identifier(column)) for column in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(FIND_SQL.format(likes=likes, which=which, **names), {"likes": words.likes})
            found.update(row[0] for row in cursor.fetchall())
    return sorted(found)


def _changed(rows: list[tuple[Any, ...]], words: Words, is_json: list[bool]) -> Iterator[tuple[Any, ...]]:
    """The rows in which a word was, with stars."""
    for key, *texts in rows:
        new = [
            text if text is None else words.starred_json(text) if as_json else words.starred(text)
            for text, as_json in zip(texts, is_json, strict=True)
        ]
        if new != texts:
            yield key, *new


def _leads_to_contact(field: Any) -> bool:
    """A key to contacts, or the plain number of one."""
    related = getattr(field, "related_model", None)
    return field.column == "contact_id" or (related is not None and related._meta.label_lower == "contacts.contact")

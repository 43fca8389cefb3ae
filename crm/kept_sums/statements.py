"""The SQL of kept sums: what rows add, the trigger functions, folding, counting anew. All of it is our own text."""

from __future__ import annotations

from crm.kept_sums.spec import IS_FOLDED, KEY, KIND, KeptSums, Part

AFTER, BEFORE = "after_rows", "before_rows"
EVENTS = {
    "INSERT": f"REFERENCING NEW TABLE AS {AFTER}",
    "UPDATE": f"REFERENCING OLD TABLE AS {BEFORE} NEW TABLE AS {AFTER}",
    "DELETE": f"REFERENCING OLD TABLE AS {BEFORE}",
    "TRUNCATE": "",
}
# A plan is kept for the whole session, for however many rows: only look-ups by key suit both one row and a million.
FUNCTION = """
CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $body$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        {emptied}
    ELSIF TG_OP = 'INSERT' THEN
        {held_after}
        {inserted}
    ELSIF TG_OP = 'DELETE' THEN
        {held_before}
        {deleted}
    ELSIF EXISTS (SELECT FROM after_rows) THEN
        {held_before}
        {held_after}
        {updated}
    END IF;
    RETURN NULL;
END
$body$
"""
HELD = """
PERFORM FROM {schema}.{whole} AS w WHERE w.id IN (SELECT r.{column} FROM {rows} AS r) ORDER BY w.id FOR NO KEY UPDATE;
"""
RECOUNT_FUNCTION = """
CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    {locked}
    {counted}
    RETURN NULL;
END
$body$
"""
APPENDED = """
INSERT INTO {table} ({columns})
SELECT {groups}, {sums}, hash_record_extended(ROW({groups}), 0), {is_folded} FROM ({rows}) AS added
GROUP BY {groups} HAVING {something}
"""
# all rows of each group that has got new ones; of two groups with one key both are folded
FOLDED = """
WITH gone AS (
    DELETE FROM {table} AS t USING (SELECT DISTINCT key FROM {table} WHERE NOT is_folded) AS u
    WHERE t.key = u.key RETURNING t.*
)
INSERT INTO {table} ({columns})
SELECT {groups}, {sums}, key, true FROM gone GROUP BY {groups}, key HAVING {something}
"""


def recount_name(kept: KeptSums) -> str:
    return f"crm_recount_{kept.table}"


def recount_function(kept: KeptSums, schema: str) -> str:
    """The trigger function of the settings."""
    return RECOUNT_FUNCTION.format(
        schema=schema,
        name=recount_name(kept),
        lock=f"hashtextextended('{lock_words(kept)}', 0)",
        locked="".join(f"LOCK TABLE {schema}.{table} IN SHARE ROW EXCLUSIVE MODE; " for table in kept.tables),
        counted="".join(f"{command}; " for command in recounted(kept, schema)),
    )


def lock_words(kept: KeptSums) -> str:
    return f"sums {kept.table}"


def recounted(kept: KeptSums, schema: str) -> tuple[str, str]:
    """Everything away, and added up anew."""
    rows = rows_of(kept, list(kept.parts), {}, schema)
    return f"DELETE FROM {schema}.{kept.table}", append(kept, rows, schema, is_folded=True)


def function_name(kept: KeptSums, table: str) -> str:
    return f"crm_sums_{kept.table}_of_{table}"


def function_of(kept: KeptSums, table: str, schema: str) -> str:
    """The trigger function of one of the tables."""
    plus, minus = ({table: rows} for rows in (AFTER, BEFORE))
    parts = [part for part in kept.parts if f"{{{table}}}" in part.rows]
    added = rows_of(kept, parts, plus, schema)
    taken = rows_of(kept, parts, minus, schema, sign="-")
    whole = kept.tables[0]
    held = {
        f"held_{name}": HELD.format(schema=schema, whole=whole, column=kept.parents[table], rows=f"{name}_rows")
        if table != whole
        else ""
        for name in ("before", "after")
    }
    return FUNCTION.format(
        schema=schema,
        name=function_name(kept, table),
        emptied=f"DELETE FROM {schema}.{kept.table};" if table == whole else "NULL;",
        inserted=append(kept, added, schema) + ";",
        deleted=append(kept, taken, schema) + ";",
        updated=append(kept, f"{added} UNION ALL {taken}", schema) + ";",
        **held,
    )


def rows_of(kept: KeptSums, parts: list[Part], tables: dict[str, str], schema: str, sign: str = "") -> str:
    """What rows add, not grouped yet; `tables` has the names of the relations that stand for some tables."""
    places = {table: tables.get(table, f"{schema}.{table}") for table in kept.tables}
    return " UNION ALL ".join(_selected(kept, part, places, sign) for part in parts)


def _selected(kept: KeptSums, part: Part, places: dict[str, str], sign: str) -> str:
    types = kept.types
    groups = [f"({part.groups.get(name, 'NULL')})::{types[name]} AS {name}" for name in kept.groups]
    sums = [f"{sign}({part.sums.get(name, '0')})::{types[name]} AS {name}" for name in kept.sums]
    return (
        f"SELECT '{part.kind}'::{types[KIND]} AS {KIND}, {', '.join([*groups, *sums])}"
        f" FROM {part.rows.format_map(places)} WHERE {part.where}"
    )


def append(kept: KeptSums, rows: str, schema: str, *, is_folded: bool = False) -> str:
    return APPENDED.format(
        table=f"{schema}.{kept.table}",
        rows=rows,
        is_folded=str(is_folded).lower(),
        **_columns(kept),
    )


def fold(kept: KeptSums, schema: str) -> str:
    return FOLDED.format(table=f"{schema}.{kept.table}", **_columns(kept))


def _columns(kept: KeptSums) -> dict[str, str]:
    groups = ", ".join((KIND, *kept.groups))
    return {
        "columns": ", ".join((KIND, *kept.groups, *kept.sums, KEY, IS_FOLDED)),
        "groups": groups,
        "sums": ", ".join(f"sum({name})" for name in kept.sums),
        "something": " OR ".join(f"sum({name}) <> 0" for name in kept.sums),
    }

"""The temporary table that rows are copied into before they are merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

from crm.importing.errors import RowFault
from crm.importing.kinds import ImportKind
from crm.importing.mapping import Source
from crm.importing.tables import Chunk
from crm.importing.values import Bad, Converter

ROWS = "import_rows"
REJECTS = "import_rejects"


def create_staging(cursor: Any, kind: ImportKind) -> None:
    """Empty temporary tables for the rows of this kind and for those that the merge refuses."""
    cursor.execute(f"DROP TABLE IF EXISTS {ROWS}, {REJECTS}")
    columns = ["row_no bigint", "line bigint"]
    columns += [f"{spec.name} {spec.postgres_type}" for spec in kind.fields]
    cursor.execute(f"CREATE TEMP TABLE {ROWS} ({', '.join(columns)}) ON COMMIT DROP")
    cursor.execute(f"CREATE TEMP TABLE {REJECTS} (row_no bigint, field text, reason text) ON COMMIT DROP")


def refresh_statistics(cursor: Any, tables: Sequence[str]) -> None:
    """Lets the planner look at tables that grew much since it did: just filled, they would be taken for empty and
    joined row by row."""
    cursor.execute(
        """
        SELECT relname FROM pg_class, LATERAL (SELECT pg_relation_size(oid) / 8192 AS pages) size
        WHERE relname = ANY(%s) AND pages > 5 AND (reltuples < pages OR relpages * 2 < pages)
        """,
        [list(tables)],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"ANALYZE {name}")


def copy_statement(sources: Sequence[Source]) -> str:
    names = ["row_no", "line", *(source.field.name for source in sources)]
    return f"COPY {ROWS} ({', '.join(names)}) FROM STDIN"


def stage_chunk(chunk: Chunk, sources: Sequence[Source], converters: Sequence[Converter]) -> tuple[str, list[RowFault]]:
    """The good rows as COPY text, and the faults of the others."""
    columns: list[list[str]] = []
    faults: dict[int, list[tuple[str, str]]] = {}
    for source, converter in zip(sources, converters, strict=True):
        values = list(map(converter.__getitem__, source.texts(chunk.rows, chunk.numbers)))
        if converter.has_bad:
            for position, value in enumerate(values):
                if value.__class__ is Bad:
                    faults.setdefault(position, []).append((source.label, value))
        columns.append(values)
    heads = [list(map(str, chunk.numbers)), list(map(str, chunk.lines))]
    rows: Iterable[str] = map("\t".join, zip(*heads, *columns, strict=True))
    if faults:
        rows = compress(rows, (position not in faults for position in range(len(chunk.rows))))
    text = "\n".join(rows)
    return (text + "\n" if text else ""), [fault_of(chunk, position, found) for position, found in faults.items()]


def fault_of(chunk: Chunk, position: int, found: Sequence[tuple[str, str]]) -> RowFault:
    """One fault of a row: the first column at fault, and the reasons of all."""
    (column, reason), others = found[0], found[1:]
    reasons = [str(reason), *(f'column "{label}": {text}' for label, text in others)]
    row = tuple(chunk.rows[position])
    return RowFault(chunk.numbers[position], chunk.lines[position], column, "; ".join(reasons), row)

"""Small files for the tests of the import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm.importing.engine import ImportResult, import_file
from crm.importing.errors import RowFault
from crm.importing.mapping import ImportOptions
from crm.importing.reading import open_table
from crm.importing.tables import ReadOptions, Row

DATA = Path(__file__).resolve().parents[1] / "data"


def written(folder: Path, content: str | bytes, name: str = "table") -> Path:
    """A file with this content; its name says nothing."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **options: Any) -> tuple[tuple[str, ...], list[Row], list[RowFault]]:
    """Columns, rows and faults of a file."""
    table = open_table(path, ReadOptions(**options))
    chunks = list(table.chunks())
    rows = [row for chunk in chunks for row in chunk.rows]
    return table.columns, rows, [fault for chunk in chunks for fault in chunk.faults]


def read_text(folder: Path, content: str | bytes, **options: Any) -> tuple[tuple[str, ...], list[Row], list[RowFault]]:
    return read(written(folder, content), **options)


def numbered_rows(path: Path) -> list[tuple[int, int]]:
    """(number, line) of each usable row."""
    return [pair for c in open_table(path).chunks() for pair in zip(c.numbers, c.lines, strict=True)]


def brought_in(kind: str, path: Path, mapped: Sequence[str] = (), **options: Any) -> ImportResult:
    """Imports a file as the system; `mapped` are `column=field` pairs."""
    from crm.catalogue import import_kinds  # noqa: PLC0415 - needs Django

    pairs = tuple((text.rpartition("=")[0], text.rpartition("=")[2]) for text in mapped)
    actor = options.pop("actor", None)
    return import_file(actor=actor, kind=import_kinds()[kind], path=path, options=ImportOptions(map=pairs, **options))


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, rejected)."""
    return result.counts.created, result.counts.updated, result.counts.unchanged, result.rejected

"""A table as the engine sees it: named columns, and chunks of rows that all have a cell for each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from crm.importing.errors import RowFault

Row = Sequence[str]
MAX_COLUMNS = 16_384


@dataclass(frozen=True)
class ReadOptions:
    """What a person says about the file; None is: judge by the content. `known` are folded names of fields."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    known: Collection[str] = ()


@dataclass(slots=True)
class Chunk:
    """Rows that have a cell for each column, with their numbers and lines, and the rows that cannot be used."""

    numbers: Sequence[int]
    lines: Sequence[int]
    rows: list[Row]
    faults: list[RowFault] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.faults)


class Table(Protocol):
    """A file opened as a table; `chunks` reads it from the start each time it is called, in constant memory."""

    columns: tuple[str, ...]

    @property
    def description(self) -> str: ...

    def chunks(self) -> Iterator[Chunk]: ...


def names_columns(table: Table) -> bool:
    """Whether the file itself says what its columns are called."""
    return bool(getattr(table, "has_header", True))


def sample_rows(table: Table, count: int) -> list[Row]:
    """The first usable rows of a table."""
    return list(islice((row for chunk in table.chunks() for row in chunk.rows), count))


class ChunkBuilder:
    """Sorts rows into usable and faulty ones and numbers both, so that `#row` does not move when a row is bad."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.width = len(columns)
        self.number = 0

    def build(self, lines: Sequence[int], rows: list[Row], faults: Sequence[RowFault] = ()) -> Chunk:
        """A chunk of these rows; blank rows are left out, rows of another width become faults."""
        if not faults and set(map(len, rows)) == {self.width} and all(map(any, rows)):
            start = self.number + 1
            self.number += len(rows)
            return Chunk(range(start, self.number + 1), lines, rows)
        return self._build_slowly(lines, rows, faults)

    def _build_slowly(self, lines: Sequence[int], rows: list[Row], faults: Sequence[RowFault]) -> Chunk:
        pending = sorted(faults, key=lambda fault: fault.line, reverse=True)
        chunk = Chunk([], [], [])
        for line, row in zip(lines, rows, strict=True):
            while pending and pending[-1].line <= line:
                self._add_fault(chunk, pending.pop())
            if any(row):
                self._add_row(chunk, line, row)
        while pending:
            self._add_fault(chunk, pending.pop())
        return chunk

    def _add_row(self, chunk: Chunk, line: int, row: Row) -> None:
        if len(row) > self.width and not any(row[self.width :]):
            row = row[: self.width]
        if len(row) != self.width:
            self._add_fault(chunk, self._width_fault(line, row))
            return
        self.number += 1
        chunk.numbers.append(self.number)  # type: ignore[attr-defined]
        chunk.lines.append(line)  # type: ignore[attr-defined]
        chunk.rows.append(row)

    def _add_fault(self, chunk: Chunk, fault: RowFault) -> None:
        self.number += 1
        chunk.faults.append(RowFault(self.number, fault.line, fault.column, fault.reason, fault.cells))

    def _width_fault(self, line: int, row: Row) -> RowFault:
        cells = tuple(row)
        if len(row) < self.width:
            reason = f"the row ends early: {len(row)} of {self.width} cells; nothing stands in this column"
            return RowFault(0, line, self.columns[len(row)], reason, cells)
        extra = row[self.width]
        reason = (
            f"{len(row)} cells, but there are {self.width} columns; “{extra[:40]}” has no column (a missing quote?)"
        )
        return RowFault(0, line, self.columns[-1], reason, cells)

"""A cell in quotation marks that goes on for longer than any cell may: passed over, and refused once.

A stray quotation mark costs its own row alone, because the lines below it are rows again. Where most of them are none,
the mark was meant: then they are the cell, however many millions they are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from crm.importing.dialects import Dialect
from crm.importing.errors import RowFault

BELIEVED_AFTER = 50
"""So many rows of the right width, one below the other, are rows again."""


class EndlessCell:
    """What is known of one while its lines go by; `is_open` says whether lines end inside quotation marks."""

    def __init__(
        self, dialect: Dialect, columns: Sequence[str], first: str, number: int, is_open: Callable[[list[str]], bool]
    ) -> None:
        self.dialect, self.columns, self.first, self.number, self.is_open = dialect, columns, first, number, is_open
        self.count = 0
        self.is_closed = False
        self.kept: list[str] = []  # rows, it may be: behind those that were passed over

    def is_meant(self, below: Sequence[str]) -> bool:
        """Whether the quotation mark was meant: fewer than half of the lines below it are rows."""
        return sum(map(self._is_row, below)) * 2 < len(below)

    def pass_over(self, lines: list[str]) -> list[str] | None:
        """The lines behind the cell, to be read as rows; None while it goes on."""
        for at, line in enumerate(lines):
            if self._closes(line):
                self.count += len(self.kept) + 1
                self.kept, self.is_closed = [], True
                return lines[at + 1 :]
            if self._is_row(line):
                self.kept.append(line)
                if len(self.kept) == BELIEVED_AFTER:
                    return self.kept + lines[at + 1 :]
            else:
                self.count += len(self.kept) + 1
                self.kept = []
        return None

    def end(self) -> RowFault:
        """At the end of the file: what was kept was no rows either."""
        self.count += len(self.kept)
        self.kept = []
        return self.fault()

    def fault(self) -> RowFault:
        """The one fault of all these lines."""
        column = self.columns[min(self._cells_before, len(self.columns) - 1)]
        if self.is_closed:
            reason = f"a cell in quotation marks goes on for {self.count:,} more lines: no cell may be as long"
        else:
            reason = f"a quotation mark is opened here and not closed; the {self.count:,} lines below it are no rows"
        return RowFault(0, self.number, column, reason, (self.first[:200],))

    @property
    def _cells_before(self) -> int:
        try:
            return max(len(next(iter(self.dialect.reader([self.first])), [])) - 1, 0)
        except csv.Error:
            return 0

    def _is_row(self, line: str) -> bool:
        """It stands alone as a row of the right width."""
        if '"' not in line:
            return bool(line.strip()) and line.count(self.dialect.delimiter) + 1 == len(self.columns)
        if line.count(self.dialect.delimiter) + 1 < len(self.columns):
            return False
        return self._width(line) == len(self.columns) and not self.is_open([line])

    def _closes(self, line: str) -> bool:
        """Read as the rest of the cell, it ends the cell and its row."""
        marks = line.count('"')
        if not marks or (marks % 2 == 0 and self.dialect.escape is None):  # doubled ones, or opened again
            return False
        inside = f'"{line}'
        return self._width(inside) == len(self.columns) - self._cells_before and not self.is_open([inside])

    def _width(self, line: str) -> int:
        try:
            found = list(self.dialect.reader([line], strict=True))
        except csv.Error:
            return 0
        return len(found[0]) if len(found) == 1 else 0

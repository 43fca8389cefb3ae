"""The file of rejected rows: the cells as they came, then line, column and reason; mended, it can be imported."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from crm.exporting.csv import escape_formula
from crm.importing.encodings import BROKEN, NO_RESULT
from crm.importing.errors import RowFault
from crm.importing.tables import Table

REASON_COLUMNS = ("rejected_line", "rejected_column", "rejected_because")
CELL_LIMIT = 10_000
MAX_EXAMPLES = 20
AMOUNT = re.compile(r"[+-][\d.,\s]*\d\s*[€$£%]?")


class RejectedRows:
    """Writes rejected rows to a CSV file, made with the first of them, and keeps some as examples."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns
        self.count = 0
        self.examples: list[str] = []
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the file, so that it can be read."""
        if self._stream is not None:
            self._stream.close()

    def write(self, faults: Iterable[RowFault]) -> None:
        for fault in faults:
            if self._stream is None:
                self._open()
            self.count += 1
            if len(self.examples) < MAX_EXAMPLES:
                self.examples.append(fault.sentence())
            cells = [clean_cell(cell) for cell in fault.cells[: len(self.columns)]]
            cells += [""] * (len(self.columns) - len(cells))
            self._writer.writerow([*cells, fault.line, clean_cell(fault.column), clean_cell(fault.reason)])

    def _open(self) -> None:
        self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow([*map(clean_cell, self.columns), *REASON_COLUMNS])


def clean_cell(text: str) -> str:
    """A cell that can be written as UTF-8 and opened in a spreadsheet: broken bytes shown, monsters shortened, and an
    apostrophe before what would run there (a text that came with one keeps it, an amount needs none)."""
    text = "" if text == NO_RESULT else text
    text = text.replace(BROKEN, "�").replace("\x00", "␀").encode("utf-8", "replace").decode()
    if not text.startswith("'") and not AMOUNT.fullmatch(text):
        text = escape_formula(text)
    return text if len(text) <= CELL_LIMIT else f"{text[:CELL_LIMIT]}… ({len(text):,} characters)"


def faults_of_rows(table: Table, reasons: Mapping[int, tuple[str, str]]) -> Iterable[RowFault]:
    """Reads the table again for the cells of the rows with these numbers; reasons are (column, reason)."""
    left = len(reasons)
    for chunk in table.chunks():
        for number, line, row in zip(chunk.numbers, chunk.lines, chunk.rows, strict=True):
            if number in reasons:
                column, reason = reasons[number]
                yield RowFault(number, line, column, reason, tuple(row))
                left -= 1
        if not left:
            return

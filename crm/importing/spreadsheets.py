"""Excel workbooks (.xlsx): the first sheet that has rows, read as a stream."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm.importing.dialects import column_names, has_header
from crm.importing.errors import UnreadableFile
from crm.importing.tables import MAX_COLUMNS, Chunk, ChunkBuilder, ReadOptions, Row

MAX_UNPACKED = 1 << 30
MAX_SHARED_STRINGS = 150 << 20
CHUNK_ROWS = 5_000
BROKEN_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    SyntaxError,
    OSError,
    AttributeError,
)
"""What openpyxl raises for files that only look like workbooks."""


class SpreadsheetTable:
    """The first sheet with rows of an Excel workbook."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        check_size(path)
        first = list(islice(((line, row) for line, row in self._rows() if any(row)), 200))
        if not first:
            raise UnreadableFile("The workbook is empty: there is no row in its sheets.")
        if len(first[0][1]) > MAX_COLUMNS:
            raise UnreadableFile(f"The sheet has {len(first[0][1]):,} columns; at most {MAX_COLUMNS:,} can be read.")
        rows = [trim_row(row) for _, row in first]
        self.has_header = has_header(rows, options.known) if options.header is None else options.header
        width = max(len(row) for row in rows)
        names = [*rows[0], *[""] * (width - len(rows[0]))] if self.has_header else [""] * width
        self.first_line = first[0][0]
        self.columns = column_names(names)

    @property
    def description(self) -> str:
        header = f"names in row {self.first_line}" if self.has_header else "no row of names"
        return f"Excel workbook, {header}"

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number in the sheet, cells as texts) of the first sheet that has any."""
        try:
            with warnings.catch_warnings(), self.path.open("rb") as stream:
                warnings.simplefilter("ignore")
                book = load_workbook(stream, read_only=True, data_only=True)
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                    found = False
                    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                        found = found or any(cell is not None for cell in row)
                        yield line, [cell_text(cell) for cell in row]
                    if found:
                        return
        except BROKEN_WORKBOOK as error:
            raise UnreadableFile(
                "The workbook is broken. Open it in Excel, save it again, or save it as CSV."
            ) from error

    def chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder(self.columns)
        width = len(self.columns)
        rows = ((line, row) for line, row in self._rows() if line > self.first_line or not self.has_header)
        while block := list(islice(rows, CHUNK_ROWS)):
            cells: list[Row] = [pad_row(row, width) for _, row in block]
            yield builder.build([line for line, _ in block], cells)


def check_size(path: Path) -> None:
    """Refuses a workbook that unpacks to more than a machine should hold: the usual zip bomb."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    shared = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or shared > MAX_SHARED_STRINGS:
        raise UnreadableFile("Unpacked, this workbook is too large to be read. Save the sheet as CSV and import that.")


def trim_row(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def pad_row(row: list[str], width: int) -> list[str]:
    """A sheet has no ragged rows: cells that were never filled are empty."""
    row = trim_row(row)
    return row + [""] * (width - len(row))


def cell_text(value: Any) -> str:
    """A cell as people would type it: dates in ISO form, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time.min else value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)

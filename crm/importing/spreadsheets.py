"""Excel workbooks (.xlsx): the sheet that is asked for, else the first that has a table, read as a stream."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from crm.importing.containers import is_gzip, open_archive
from crm.importing.dialects import column_names, has_header, title_rows
from crm.importing.encodings import NO_RESULT
from crm.importing.errors import RowFault, UnreadableFile
from crm.importing.reading import MAX_CELL
from crm.importing.surroundings import Surroundings
from crm.importing.tables import MAX_COLUMNS, Chunk, ChunkBuilder, ReadOptions, Row
from crm.importing.workbooks import Book, Sheet, ShortRuns, Texts, streamed_parts

MAX_UNPACKED = 4 << 30
"""As of any other file. A full sheet of twelve columns has 600 MB."""
MAX_OTHERS = 100 << 20
"""Of parts that are read as a whole: formats, relations, and whatever else a workbook brings along."""
CHUNK_ROWS = 5_000
CHUNK_CELLS = 1_000_000
LAST_ROW = 1 << 20
SHOWN_SHEETS = 8
LOOKED_AT = 200
"""Rows of a sheet by which it is told whether it has a table."""
NARROW = 2_000
"""Columns up to which it does not matter how many of them are empty."""
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
    """A sheet of an Excel workbook: the one that is asked for, else the first that is seen and has a table."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.texts: Texts | None = None
        self.wanted, self.sheet = options.sheet, ""
        self.sheets: Sequence[Sheet] = ()
        check_size(path)
        first = list(islice(self._rows(), LOOKED_AT))
        if not first:
            where = f"sheet “{options.sheet}”" if options.sheet else "its sheets"
            raise UnreadableFile(f"The workbook is empty: there is no row in {where}.")
        if long_cell(first[0][1]) is not None:
            raise UnreadableFile(f"Row {first[0][0]:,} holds a cell that is longer than {MAX_CELL:,} characters.")
        first = [pair for pair in first if long_cell(pair[1]) is None]
        first = first[title_rows(first, options.known) :]
        rows = [row for _, row in first]
        self.has_header = has_header(rows, options.known) if options.header is None else options.header
        width = max(len(row) for row in rows)
        names = [*rows[0], *[""] * (width - len(rows[0]))] if self.has_header else [""] * width
        self.first_line = first[0][0]
        self.columns = column_names(names)
        self.surroundings = Surroundings(self.columns, has_names=self.has_header, first_line=self.first_line)

    @property
    def description(self) -> str:
        header = f"names in row {self.first_line}" if self.has_header else "no row of names"
        packed = "gzip, " if is_gzip(self.path) else ""
        return f"{packed}Excel workbook{self._which}, {header}"

    @property
    def _which(self) -> str:
        """The sheet that is read, and those that are not; nothing where there is one alone."""
        others = [
            f"“{one.title}”{' (hidden)' if one.is_hidden else ''}" for one in self.sheets if one.title != self.sheet
        ]
        if not others:
            return ""
        more = f" and {len(others) - SHOWN_SHEETS} more" if len(others) > SHOWN_SHEETS else ""
        return f", sheet “{self.sheet}” (not read: {', '.join(others[:SHOWN_SHEETS])}{more})"

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number in the sheet, cells up to the last that holds something) of the rows that hold something, in the
        sheet that is read."""
        for line, cells in sheet_read(self.path, self):
            held = {column: text for column, value in cells.items() if (text := cell_text(value))}
            if held:
                yield line, [held.get(column, "") for column in range(1, max(held) + 1)]

    def chunks(self) -> Iterator[Chunk]:
        return self.surroundings.told_apart(self._chunks)

    def _chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder(self.columns)
        width = len(self.columns)
        size = max(1, min(CHUNK_ROWS, CHUNK_CELLS // width))
        start = self.first_line + 1 if self.has_header else self.first_line
        rows = ((line, row) for line, row in self._rows() if line >= start)
        while block := list(islice(rows, size)):
            faults = [self._long_fault(line, row, at) for line, row in block if (at := long_cell(row)) is not None]
            if faults:
                block = [(line, row) for line, row in block if long_cell(row) is None]
            cells: list[Row] = [pad_row(row, width) for _, row in block]
            yield builder.build([line for line, _ in block], cells, faults)

    def _long_fault(self, line: int, row: list[str], position: int) -> RowFault:
        column = self.columns[min(position, len(self.columns) - 1)]
        reason = f"a cell is longer than {MAX_CELL:,} characters"
        return RowFault(0, line, column, reason, tuple(cell[:200] for cell in row))


def sheet_read(path: Path, table: SpreadsheetTable) -> Iterator[tuple[int, dict[int, Any]]]:
    """(row number, the values of the cells that hold something by their column) of the sheet that is asked for, else of
    the first with a table: two rows of two cells; of the first with any row where none has that. The `table` keeps the
    texts that cells share for the next time: they are read once, which takes as long as the rows. Raises UnreadableFile
    where no sheet is called as the one that is asked for."""
    with _opened(path, table) as book:
        sheet = _sheet_to_read(book, table.wanted)
        table.sheets = tuple(book.sheets)
        if sheet is not None:
            table.sheet = sheet.title
            yield from sheet_cells(book, sheet)


def sheets_of(path: Path) -> list[Sheet]:
    """The sheets of a workbook; none of one that cannot be opened."""
    try:
        check_size(path)
        with _said_where_broken(), open_archive(path) as stream, closing(Book(stream, Texts(None))) as book:
            return list(book.sheets)
    except UnreadableFile:
        return []


def valued_sheets(path: Path) -> Iterator[tuple[Sheet, Iterator[list[Any]]]]:
    """All sheets, each with its rows; each value as the workbook has it (a day, a number, a text). The rows of one are
    read before the next one is asked for."""
    with _opened(path) as book:
        for sheet in book.sheets:
            yield sheet, _valued_rows(book, sheet)


def _valued_rows(book: Book, sheet: Sheet) -> Iterator[list[Any]]:
    with _said_where_broken():
        for _, cells in sheet_cells(book, sheet):
            yield [None if (value := cells.get(at)) == NO_RESULT else value for at in range(1, max(cells) + 1)]


@contextmanager
def _opened(path: Path, table: SpreadsheetTable | None = None) -> Iterator[Book]:
    with _said_where_broken(), warnings.catch_warnings(), open_archive(path) as stream:
        warnings.simplefilter("ignore")
        with closing(Book(stream, table.texts if table else None)) as book:
            if table is not None:
                table.texts = book.texts
            yield book


@contextmanager
def _said_where_broken() -> Iterator[None]:
    try:
        yield
    except UnreadableFile:
        raise
    except BROKEN_WORKBOOK as error:
        raise UnreadableFile("The workbook is broken. Open it in Excel, save it again, or save it as CSV.") from error


def _sheet_to_read(book: Book, wanted: str | None) -> Sheet | None:
    """Hidden sheets come after those that people see."""
    if wanted:
        return _sheet_named(book, wanted)
    with_rows = None
    for sheet in sorted(book.sheets, key=lambda one: one.is_hidden):
        rows = [cells for _, cells in islice(sheet_cells(book, sheet), LOOKED_AT)]
        if sum(len(cells) > 1 for cells in rows) > 1:
            return sheet
        with_rows = with_rows or (sheet if rows else None)
    return with_rows


def _sheet_named(book: Book, wanted: str) -> Sheet:
    for same in (str, str.casefold):
        for sheet in book.sheets:
            if same(sheet.title).strip() == same(wanted).strip():
                return sheet
    names = ", ".join(f"“{sheet.title}”" for sheet in book.sheets[:40])
    raise UnreadableFile(f"The workbook has no sheet “{wanted}”. Its sheets are: {names}.")


def sheet_cells(book: Book, sheet: Sheet) -> Iterator[tuple[int, dict[int, Any]]]:
    """Rows of a sheet that hold something. Only cells that are there are looked at, as a sheet that was formatted to
    its last corner has 17 thousand million others. Raises UnreadableFile for a sheet that reaches too far."""
    reach = Reach()
    last = 0
    with book.archive.open(sheet.path) as source:
        for line, cells in book.rows(ShortRuns(source)):
            held = {cell["column"]: cell["value"] for cell in cells if cell["value"] not in (None, "")}
            if held and line > last:
                reach.check(line, held)
                last = line
                yield line, held


class Reach:
    """Refuses a sheet with a cell so far out that most columns before it are empty."""

    def __init__(self) -> None:
        self.used: set[int] = set()

    def check(self, line: int, columns: Collection[int]) -> None:
        """Raises UnreadableFile. `columns` are those of row `line` that hold something, counted from 1."""
        width = max(columns)
        if width > MAX_COLUMNS:
            raise UnreadableFile(f"The sheet has {width:,} columns; at most {MAX_COLUMNS:,} can be read.")
        if width > NARROW:
            self.used.update(columns)
        if line > LAST_ROW or (width > NARROW and len(self.used) * 2 < width):
            cell = f"{get_column_letter(width)}{line}"
            raise UnreadableFile(
                f"The sheet reaches to cell {cell}; delete the empty rows and columns and save it again."
            )


def long_cell(row: Sequence[str]) -> int | None:
    """The position of a cell that is longer than a cell may be."""
    if len(max(row, key=len)) <= MAX_CELL:
        return None
    return next(position for position, cell in enumerate(row) if len(cell) > MAX_CELL)


def check_size(path: Path) -> None:
    """Refuses a workbook that unpacks to more than anybody waits for, or in parts that are held whole to more than a
    machine should hold: the usual zip bombs. What an archive says of its sizes, Python's reader keeps to."""
    with open_archive(path) as stream, zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        streamed = streamed_parts(archive, MAX_OTHERS)
    others = sum(entry.file_size for entry in entries if entry.filename not in streamed)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or others > MAX_OTHERS:
        raise UnreadableFile("Unpacked, this workbook is too large to be read. Save the sheet as CSV and import that.")


def pad_row(row: list[str], width: int) -> list[str]:
    """A sheet has no ragged rows: cells that were never filled are empty."""
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

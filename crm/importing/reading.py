"""Opens a file as a table: its content decides the form, never its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from crm.importing.containers import Form, form_of, is_gzip
from crm.importing.dialects import DELIMITER_NAMES, Dialect, column_names, dialect_of, has_header
from crm.importing.encodings import encoding_of, known_encoding
from crm.importing.endless import EndlessCell
from crm.importing.errors import RowFault, UnreadableFile
from crm.importing.jsonlines import JsonLinesTable
from crm.importing.lines import line_blocks, text_blocks
from crm.importing.surroundings import Surroundings
from crm.importing.tables import MAX_COLUMNS, Chunk, ChunkBuilder, ReadOptions, Row, Table

MAX_CELL = 2_000_000
MAX_ROW_LINES = 1_000
SAMPLE_CHARACTERS = 262_144
csv.field_size_limit(MAX_CELL)


def open_table(path: Path, options: ReadOptions | None = None) -> Table:
    """The file as a table. Raises UnreadableFile with a sentence when it is none."""
    options = options or ReadOptions()
    form = form_of(path)
    if form is Form.SPREADSHEET:
        from crm.importing.spreadsheets import SpreadsheetTable  # noqa: PLC0415 - slow to load, seldom needed

        return SpreadsheetTable(path, options)
    encoding = known_encoding(options.encoding) if options.encoding else encoding_of(path)
    if form is Form.JSON_LINES:
        return JsonLinesTable(path, encoding)
    if form is Form.VCARDS:
        from crm.importing.vcards.table import VCardTable  # noqa: PLC0415 - it reads by what stands here

        return VCardTable(path, encoding)
    return DelimitedTable(path, encoding, options)


def sheet_choices(path: Path) -> list[tuple[str, str]]:
    """The sheets of a workbook of several, each with what to call it; none of any other file."""
    try:
        if form_of(path) is not Form.SPREADSHEET:
            return []
    except UnreadableFile:
        return []
    from crm.importing.spreadsheets import sheets_of  # noqa: PLC0415 - slow to load, seldom needed

    sheets = sheets_of(path)
    if len(sheets) < 2:
        return []
    return [(one.title, f"{one.title} (hidden)" if one.is_hidden else one.title) for one in sheets]


def sample_text(path: Path, encoding: str) -> str:
    """The first whole lines of the content (of the first 256 K characters)."""
    text = ""
    for block in text_blocks(path, encoding):
        text += block
        if len(text) >= SAMPLE_CHARACTERS:
            break
    if len(text) <= SAMPLE_CHARACTERS:
        return text
    cut = max(text.rfind(mark, 0, SAMPLE_CHARACTERS) for mark in "\r\n") + 1
    return text[: cut or SAMPLE_CHARACTERS]


class DelimitedTable:
    """A text of delimited cells: CSV and its relatives."""

    def __init__(self, path: Path, encoding: str, options: ReadOptions) -> None:
        self.path = path
        self.encoding = encoding
        text = sample_text(path, encoding)
        self.dialect = dialect_of(text, options.delimiter, options.known)
        self.first_line, rows = self._first_rows(text)
        if not rows:
            raise UnreadableFile("The file is empty: there is no row in it.")
        if len(rows[0]) > MAX_COLUMNS:
            raise UnreadableFile(f"The table has {len(rows[0]):,} columns; at most {MAX_COLUMNS:,} can be read.")
        self.has_header = has_header(rows, options.known) if options.header is None else options.header
        self.columns = column_names(rows[0] if self.has_header else ["" for _ in rows[0]])
        self.surroundings = Surroundings(self.columns, has_names=self.has_header, first_line=self.first_line)

    @property
    def description(self) -> str:
        """`CSV, comma, utf-8, names in line 1`: what was taken for granted, for the person to check."""
        delimiter = DELIMITER_NAMES.get(self.dialect.delimiter, repr(self.dialect.delimiter))
        header = f"names in line {self.first_line}" if self.has_header else "no line of names"
        packed = "gzip, " if is_gzip(self.path) else ""
        return f"{packed}{delimiter} between cells, {self.encoding.removesuffix('-sig')}, {header}"

    def _first_rows(self, text: str) -> tuple[int, list[list[str]]]:
        """The line of the first row that is not blank, and the rows of the sample from it on."""
        lines = io.StringIO(text, newline="").readlines()[self.dialect.skip :]
        reader = self.dialect.reader(lines)
        first, rows = 0, []
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    rows.append(row)
                    first = first or self.dialect.skip + reader.line_num
                if len(rows) > 200:
                    break
        except csv.Error:
            if not rows:
                raise UnreadableFile(f"No row can be read: a cell is longer than {MAX_CELL:,} characters.") from None
        return first, rows

    def chunks(self) -> Iterator[Chunk]:
        """Rows below the names, a block of text at a time."""
        return self.surroundings.told_apart(self._chunks)

    def _chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder(self.columns)
        splitter = RowSplitter(self.dialect, self.columns)
        skip = self.first_line if self.has_header else self.dialect.skip
        for lines in line_blocks(self.path, self.encoding):
            skipped = min(skip, len(lines))
            skip -= skipped
            splitter.line += skipped
            yield builder.build(*splitter.split(lines[skipped:]))
        yield builder.build(*splitter.finish())


class RowSplitter:
    """Cuts physical lines into rows, and finds where a quotation mark was opened and never closed.

    A row that runs over several lines is believed when a strict reading of just these lines gives it with the right
    number of cells. Otherwise its first line is a fault and reading goes on with the next one, so that one stray
    quotation mark costs one row and not the rest of the file. A cell that is longer than any may be is one fault, too.
    """

    def __init__(self, dialect: Dialect, columns: Sequence[str]) -> None:
        self.dialect = dialect
        self.columns = columns
        self.line = 0
        self.open_lines: list[str] = []
        self.endless: EndlessCell | None = None

    def split(self, lines: list[str]) -> tuple[Sequence[int], list[Row], list[RowFault]]:
        """Line numbers, rows and faults of these lines; an open row at their end waits for the next call."""
        if self.endless is not None:
            return self._go_on(self.endless, lines)
        lines, self.open_lines = self.open_lines + lines, []
        start = self.line
        rows = self._split_plainly(lines)
        if rows is not None:
            self.line += len(lines)
            return range(start + 1, start + 1 + len(lines)), rows, []
        return self._split_carefully(lines, at_end=False)

    def finish(self) -> tuple[Sequence[int], list[Row], list[RowFault]]:
        """What is left at the end of the file."""
        if self.endless is not None:
            return [], [], [self.endless.end()]
        lines, self.open_lines = self.open_lines, []
        return self._split_carefully(lines, at_end=True)

    def _split_plainly(self, lines: list[str]) -> list[Row] | None:
        """All rows when every line is one; None when some row runs over several lines or cannot be read."""
        try:
            rows: list[Row] = list(self.dialect.reader(lines))
        except csv.Error:
            return None
        if len(rows) != len(lines) or (lines and self._is_open(lines[-1:])):
            return None
        return rows

    def _split_carefully(self, lines: list[str], *, at_end: bool) -> tuple[list[int], list[Row], list[RowFault]]:
        numbers: list[int] = []
        rows: list[Row] = []
        faults: list[RowFault] = []
        at = 0
        while at < len(lines):
            at = self._read_from(lines, at, numbers, rows)
            if at >= len(lines):
                break
            if not at_end and self._may_go_on(lines, at):
                self.open_lines = lines[at:]
                break
            endless = self._endless_from(lines, at)
            if endless is not None:
                more = self._go_on(endless, lines[at + 1 :], at_end=at_end)
                return [*numbers, *more[0]], [*rows, *more[1]], [*faults, *more[2]]
            faults.append(self._quote_fault(lines[at], self.line + at + 1))
            at += 1
        self.line += min(at, len(lines))
        return numbers, rows, faults

    def _endless_from(self, lines: list[str], at: int) -> EndlessCell | None:
        """The cell that is opened in line `at`, where it is too long for any and was meant; else None."""
        rest = lines[at:]
        if not (_is_too_long(rest) and self._is_open(rest)):
            return None
        cell = EndlessCell(self.dialect, self.columns, lines[at], self.line + at + 1, self._is_open)
        return cell if cell.is_meant(rest[1 : MAX_ROW_LINES + 1]) else None

    def _go_on(
        self, endless: EndlessCell, lines: list[str], *, at_end: bool = False
    ) -> tuple[list[int], list[Row], list[RowFault]]:
        """Passes over the lines of an endless cell, and reads what stands behind it."""
        rest = endless.pass_over(lines)
        if rest is None:
            self.endless = None if at_end else endless
            return [], [], [endless.end()] if at_end else []
        self.endless = None
        self.line = endless.number + endless.count
        numbers, rows, faults = self._split_carefully(rest, at_end=at_end)
        return numbers, rows, [endless.fault(), *faults]

    def _read_from(self, lines: list[str], at: int, numbers: list[int], rows: list[Row]) -> int:
        """Reads rows from line `at` on; returns the first line that starts no believable row."""
        rest = iter(lines)
        rest.__setstate__(at)  # type: ignore[attr-defined]
        reader = self.dialect.reader(rest)
        done = at
        try:
            for row in reader:
                end = at + reader.line_num
                if (end - done > 1 or end == len(lines)) and not self._is_whole(lines[done:end], end - done > 1):
                    return done
                numbers.append(self.line + done + 1)
                rows.append(row)
                done = end
        except csv.Error:
            return done
        return done

    def _is_whole(self, lines: list[str], several: bool) -> bool:
        """A strict reading of these lines gives exactly one row (of the right width, when they are several)."""
        if not several:
            return not self._is_open(lines)
        try:
            found = list(self.dialect.reader(lines, strict=True))
        except csv.Error:
            return False
        return len(found) == 1 and len(found[0]) == len(self.columns)

    def _is_open(self, lines: list[str]) -> bool:
        """The last cell of these lines is still inside quotation marks."""
        if '"' not in lines[0] and len(lines) == 1:
            return False
        probe = "\ue000end\ue000"
        try:
            found = list(self.dialect.reader([*lines, probe]))
        except csv.Error:
            return True
        return not found or found[-1] != [probe]

    def _may_go_on(self, lines: list[str], at: int) -> bool:
        """The row from line `at` on is open at the end of the block and short enough to be a real one."""
        rest = lines[at:]
        return not _is_too_long(rest) and self._is_open(rest)

    def _quote_fault(self, line: str, number: int) -> RowFault:
        try:
            cells: list[str] = next(iter(self.dialect.reader([line])), [])
        except csv.Error:
            return RowFault(0, number, "", f"a cell is longer than {MAX_CELL:,} characters", (line[:200],))
        column = self.columns[min(len(cells), len(self.columns)) - 1]
        return RowFault(0, number, column, "a quotation mark is opened here and not closed", tuple(cells))


def _is_too_long(lines: Sequence[str]) -> bool:
    """Longer than a row may be."""
    return len(lines) > MAX_ROW_LINES or sum(map(len, lines)) > MAX_CELL

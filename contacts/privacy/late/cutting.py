"""A table without the lines of some people: read and written a record at a time, every other byte as it was."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TextIO

from contacts.privacy.late.sought import Sought
from crm.foreign.tables import write_sheets
from crm.importing.containers import Form, form_of, is_gzip, open_bytes, read_head
from crm.importing.dialects import Dialect, fold_name
from crm.importing.encodings import encoding_of
from crm.importing.errors import UnreadableFile
from crm.importing.reading import DelimitedTable
from crm.importing.tables import ReadOptions

LONGEST_LINE = 4_000_000
MOST_LINES = 1_000
"""Of one record in quotation marks; a longer one is a stray mark, and each of its lines stands alone."""
BROKEN = (UnreadableFile, UnicodeError, EOFError, zlib.error, gzip.BadGzipFile, csv.Error)


def count_lines(path: Path, sought: Sought, id_columns: frozenset[str]) -> Counter[int] | None:
    """How many records name somebody, by whose they are. None where the content is no table that can be read; what
    keeps us from the file (it is not there, a disk that fails) is raised. `id_columns`, folded, hold external ids of
    contacts."""
    try:
        return _cut(path, None, sought, id_columns)
    except BROKEN as error:
        if (fault := _fault_of_disk(error)) is not None:
            raise fault from error
        return None


def write_without(path: Path, target: Path, sought: Sought, id_columns: frozenset[str]) -> Counter[int]:
    """Write the file to `target` without the records that name somebody, and count these; nothing is left there where
    it cannot be written."""
    try:
        return _cut(path, target, sought, id_columns)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _fault_of_disk(error: BaseException | None) -> OSError | None:
    """What the system said, where that is behind it; a place that cannot be in the file is of a broken archive."""
    while error is not None:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            return error
        error = error.__cause__ or error.__context__
    return None


def _cut(path: Path, target: Path | None, sought: Sought, id_columns: frozenset[str]) -> Counter[int]:
    form = form_of(path)
    if form is Form.SPREADSHEET:
        return _workbook(path, target, sought, id_columns)
    return _text(path, target, sought, id_columns, form)


def _text(path: Path, target: Path | None, sought: Sought, id_columns: frozenset[str], form: Form) -> Counter[int]:
    encoding = encoding_of(path)
    wide = encoding.startswith(("utf-16", "utf-32"))
    if encoding == "utf-8-sig" and not read_head(path).startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8"
    errors = "surrogatepass" if wide else "surrogateescape"
    dialect, width, places = Dialect(), 0, list[int]()
    if form is Form.DELIMITED:
        table = DelimitedTable(path, encoding_of(path), ReadOptions())
        dialect, width = table.dialect, len(table.columns)
        places = [at for at, name in enumerate(table.columns) if fold_name(name) in id_columns]
    found: Counter[int] = Counter()
    with ExitStack() as stack:
        source = stack.enter_context(open_bytes(path))
        lines = stack.enter_context(io.TextIOWrapper(source, encoding, errors, newline=""))
        out: TextIO | None = None
        if target is not None:
            into: Any = stack.enter_context(gzip.GzipFile(target, "wb") if is_gzip(path) else target.open("wb"))
            out = stack.enter_context(io.TextIOWrapper(into, encoding, errors, newline=""))
        for record in _rows(lines, dialect, width) if form is Form.DELIMITED else _records(lines, form):
            named = sought.named_in(_as_read(record, form))
            if places and sought.ids:
                named |= sought.known_as(_cells(record, dialect, places))
            if named:
                found.update(named)
            elif out is not None:
                out.write(record)
    return found


def _records(lines: TextIO, form: Form) -> Iterator[str]:
    """Lines, or those that belong together: a card."""
    held: list[str] = []
    while line := lines.readline(LONGEST_LINE):
        held.append(line)
        if form is not Form.VCARDS or line.strip().upper() == "END:VCARD":
            yield "".join(held)
        elif len(held) > MOST_LINES:
            yield from held
        else:
            continue
        held = []
    if held:
        yield "".join(held)


def _rows(lines: TextIO, dialect: Dialect, width: int) -> Iterator[str]:
    """Rows of a table as they stand there. A mark opens a cell at its start alone. Several lines are one row where a
    strict reading gives just that, with as many cells as the table has columns; else each of them stands alone."""
    waiting: deque[str] = deque()
    held: list[str] = []

    def one_by_one() -> Iterator[str]:
        while len(held) <= MOST_LINES and (line := waiting.popleft() if waiting else lines.readline(LONGEST_LINE)):
            held.append(line)
            yield line

    while True:
        held.clear()
        with suppress(csv.Error):  # a cell that is too long: its lines are taken one by one
            next(dialect.reader(one_by_one()), None)
        if not held:
            return
        if len(held) > 1 and not _is_one_row(held, dialect, width):
            waiting.extendleft(reversed(held[1:]))
            del held[1:]
        yield "".join(held)


def _is_one_row(lines: list[str], dialect: Dialect, width: int) -> bool:
    try:
        rows = list(dialect.reader(lines, strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == width


def _as_read(record: str, form: Form) -> str:
    """What a record says: without the folds of a card, and the escapes of JSON."""
    if form is Form.VCARDS:
        return record.replace("\r\n ", "").replace("\n ", "").replace("\r\n\t", "").replace("\n\t", "")
    if form is Form.JSON_LINES and "\\" in record:
        try:
            return json.dumps(json.loads(record), ensure_ascii=False)
        except ValueError:
            return record
    return record


def _cells(record: str, dialect: Dialect, places: Iterable[int]) -> list[str]:
    try:
        rows = list(dialect.reader(io.StringIO(record, newline="")))
    except csv.Error:
        return []  # a cell that is longer than any: an import refuses the row
    return [row[at] for row in rows for at in places if at < len(row)]


def _workbook(path: Path, target: Path | None, sought: Sought, id_columns: frozenset[str]) -> Counter[int]:
    """The sheets with what remains of their rows: any of them may be the one that an import reads. A sheet that is
    called by who is sought gets another name."""
    from crm.importing import spreadsheets  # noqa: PLC0415 - slow to load

    spreadsheets.check_size(path)
    found: Counter[int] = Counter()

    def places_in(title: str) -> list[int]:
        try:
            columns = spreadsheets.SpreadsheetTable(path, ReadOptions(sheet=title)).columns
        except UnreadableFile as error:
            if error.__cause__ is not None:
                raise
            return []  # no table: it has no column of ids
        return [at for at, name in enumerate(columns) if fold_name(name) in id_columns]

    def kept(title: str, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        places = places_in(title) if id_columns and sought.ids else []
        for row in rows:
            texts = [spreadsheets.cell_text(value) for value in row]
            named = sought.named_in("\n".join(texts))
            if places and sought.ids:
                named |= sought.known_as(texts[at] for at in places if at < len(texts))
            if named:
                found.update(named)
            else:
                yield row

    def sheets() -> Iterator[tuple[str, bool, Iterable[list[Any]]]]:
        for number, (sheet, rows) in enumerate(spreadsheets.valued_sheets(path), start=1):
            named = sought.named_in(sheet.title)
            found.update(named)
            yield f"Sheet {number}" if named else sheet.title, sheet.is_hidden, kept(sheet.title, rows)

    if target is None:
        for _, _, rows in sheets():
            deque(rows, maxlen=0)
    else:
        with target.open("wb") as stream:
            write_sheets(stream, sheets())
    return found

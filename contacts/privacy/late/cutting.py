"""A table without the lines of some people: read and written a record at a time, every other byte as it was."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from contacts.privacy.late.sought import Sought
from crm.foreign.tables import write_workbook
from crm.importing.containers import Form, form_of, is_gzip, open_bytes, read_head
from crm.importing.dialects import Dialect, fold_name
from crm.importing.encodings import encoding_of
from crm.importing.errors import UnreadableFile
from crm.importing.reading import DelimitedTable
from crm.importing.tables import ReadOptions

LONGEST_LINE = 4_000_000
MOST_LINES = 1_000
"""Of one record in quotation marks; a longer one is a stray mark, and each of its lines stands alone."""
UNREADABLE = (UnreadableFile, UnicodeError, EOFError, OSError, csv.Error)


def cut(path: Path, target: Path, sought: Sought, id_columns: frozenset[str]) -> Counter[int] | None:
    """Write the file without the records that name somebody, and count these by whose they are; nothing is left at
    `target` where there are none. None where the file cannot be read. `id_columns`, folded, hold external ids of
    contacts."""
    try:
        form = form_of(path)
        found = _workbook(path, target, sought, id_columns) if form is Form.SPREADSHEET else None
        if found is None:
            found = _text(path, target, sought, id_columns, form)
    except UNREADABLE:
        target.unlink(missing_ok=True)
        return None
    if not found:
        target.unlink(missing_ok=True)
    return found


def _text(path: Path, target: Path, sought: Sought, id_columns: frozenset[str], form: Form) -> Counter[int]:
    encoding = encoding_of(path)
    wide = encoding.startswith(("utf-16", "utf-32"))
    if encoding == "utf-8-sig" and not read_head(path).startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8"
    errors = "surrogatepass" if wide else "surrogateescape"
    dialect, places = Dialect(), list[int]()
    if form is Form.DELIMITED:
        table = DelimitedTable(path, encoding_of(path), ReadOptions())
        dialect = table.dialect
        places = [at for at, name in enumerate(table.columns) if fold_name(name) in id_columns]
    found: Counter[int] = Counter()
    with ExitStack() as stack:
        source = stack.enter_context(open_bytes(path))
        into: Any = stack.enter_context(gzip.GzipFile(target, "wb") if is_gzip(path) else target.open("wb"))
        lines = stack.enter_context(io.TextIOWrapper(source, encoding, errors, newline=""))
        out = stack.enter_context(io.TextIOWrapper(into, encoding, errors, newline=""))
        for record in _records(lines, form):
            named = sought.named_in(_as_read(record, form))
            if places and sought.ids:
                named |= sought.known_as(_cells(record, dialect, places))
            if named:
                found.update(named)
            else:
                out.write(record)
    return found


def _records(lines: TextIO, form: Form) -> Iterator[str]:
    """Lines, or those that belong together: a row with line breaks in quotation marks, a card."""
    held: list[str] = []
    odd = False
    while line := lines.readline(LONGEST_LINE):
        held.append(line)
        if form is Form.VCARDS:
            is_whole = line.strip().upper() == "END:VCARD"
        elif form is Form.DELIMITED:
            odd ^= line.count('"') % 2 == 1
            is_whole = not odd
        else:
            is_whole = True
        if is_whole:
            yield "".join(held)
        elif len(held) > MOST_LINES:
            yield from held
        else:
            continue
        held, odd = [], False
    if odd:
        yield from held
    elif held:
        yield "".join(held)


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
    rows = list(dialect.reader(io.StringIO(record, newline="")))
    return [row[at] for row in rows for at in places if at < len(row)]


def _workbook(path: Path, target: Path, sought: Sought, id_columns: frozenset[str]) -> Counter[int]:
    """The sheet that an import reads, as a workbook of its own; other sheets, which nobody reads, stay behind."""
    from crm.importing.spreadsheets import SpreadsheetTable, cell_text, valued_rows  # noqa: PLC0415 - slow to load

    table = SpreadsheetTable(path, ReadOptions())
    places = [at for at, name in enumerate(table.columns) if fold_name(name) in id_columns]
    found: Counter[int] = Counter()

    def kept() -> Iterator[list[Any]]:
        for row in valued_rows(path):
            texts = [cell_text(value) for value in row]
            named = sought.named_in("\n".join(texts))
            if places and sought.ids:
                named |= sought.known_as(texts[at] for at in places if at < len(texts))
            if named:
                found.update(named)
            else:
                yield row

    with target.open("wb") as stream:
        write_workbook(stream, kept())
    return found

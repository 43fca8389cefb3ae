"""Which delimiter, quoting and header a delimited text has, judged from its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.importing.encodings import NO_RESULT
from crm.importing.errors import storable

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SAMPLE_LINES = 200
MOST_TITLE_LINES = 20
TITLE_AGREEMENT = 0.9
LONGEST_NAME = 120
_VALUE = re.compile(
    r"""^[\s(+-]*[$€£¥]?[\d.,'\s]*\d[\d.,'\s]*%?\)?$   # a number
      | ^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T\s].*)?$     # a date
      | ^[^@\s]+@[^@\s]+\.[^@\s]+$                       # an e-mail address
      | ^(true|false)$""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart. `skip` is the number of lines before the table (Excel's `sep=;` line, a title)."""

    delimiter: str = ","
    escape: str | None = None
    skip: int = 0

    def reader(self, lines: Iterable[str], strict: bool = False) -> Reader:
        """A csv reader of these lines; blanks after a delimiter are not part of a cell."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=self.delimiter != "\t",
            strict=strict,
        )


def dialect_of(text: str, delimiter: str | None = None, known: Collection[str] = ()) -> Dialect:
    """The dialect of a text that starts with `text`; `delimiter` is taken as given, `known` are names of columns."""
    lines = io.StringIO(text, newline="").readlines()
    skip = 0
    if lines and (named := re.match(r'^"?sep=(.)"?\s*$', lines[0])):
        delimiter, skip = delimiter or named[1], 1
    sample = lines[skip : skip + SAMPLE_LINES]
    escape = _escape_of(sample)
    marks = (delimiter,) if delimiter else DELIMITERS
    above = {mark: _lines_above(sample, Dialect(mark, escape), known) for mark in marks}
    best = max(marks, key=lambda mark: _agreement(sample[above[mark] :], Dialect(mark, escape)))
    return Dialect(best, escape, skip + above[best])


def title_rows(rows: Sequence[tuple[int, Sequence[str]]], known: Collection[str]) -> int:
    """How many of these rows (line, cells; none is blank) are a title above the table: of one cell each, parted from
    it by an empty line or by names of columns that are known. 0 where the table begins at once."""
    last = 0
    for at, (line, row) in enumerate(rows[: MOST_TITLE_LINES + 1]):
        cells = [fold_name(cell) for cell in row if cell.strip()]
        names_known = any(cell in known for cell in cells)
        if len(cells) > 1:
            return at if at and (names_known or line - last > 1) else 0
        if names_known:
            return 0
        last = line
    return 0


def _lines_above(lines: Sequence[str], dialect: Dialect, known: Collection[str]) -> int:
    """How many lines stand above a table whose rows agree."""
    try:
        head = [(line, row) for line, text in enumerate(lines, start=1) for row in dialect.reader([text])]
    except csv.Error:
        return 0
    head = [(line, row) for line, row in head if any(cell.strip() for cell in row)]
    if not (above := title_rows(head, known)):
        return 0
    at = head[above][0] - 1
    return at if _agreement(lines[at:], dialect) > TITLE_AGREEMENT else 0


def _escape_of(lines: Sequence[str]) -> str | None:
    r"""A backslash when quotes are written `\"`: a strict reading succeeds with it and fails without it."""
    if not any('\\"' in line for line in lines):
        return None
    for delimiter in DELIMITERS:
        if _is_strict(lines, Dialect(delimiter)):
            return None
    return "\\" if any(_is_strict(lines, Dialect(delimiter, "\\")) for delimiter in DELIMITERS) else None


def _is_strict(lines: Sequence[str], dialect: Dialect) -> bool:
    """Whether the lines follow the dialect to the letter and have several cells."""
    try:
        rows = list(dialect.reader(lines, strict=True))
    except csv.Error:
        return False
    return bool(rows) and len(rows[0]) > 1


def _agreement(lines: Sequence[str], dialect: Dialect) -> float:
    """How well the rows agree on the number of cells of the first row; 0 when that is one."""
    try:
        widths = [len(row) for row in dialect.reader(lines) if row]
    except csv.Error:
        return 0.0
    if not widths or widths[0] < 2:
        return 0.0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return agreeing + min(widths[0], 50) / 1000


def has_header(rows: Sequence[Sequence[str]], known: Collection[str] = ()) -> bool:
    """Whether the first row names the columns. `known` are names that certainly are column names. Further rows that are
    the first one over again are the names on another page."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if any(fold_name(cell) in known for cell in first if cell):
        return True
    if any(_VALUE.match(cell) for cell in first):
        return False
    if len(rows) == 1 or _typed_below(rows):
        return True
    repeated = Counter(cell for cell in first if cell)
    if any(count > 1 for count in repeated.values()):
        return False
    below = rows[1:] if len(repeated) < 2 else [row for row in rows[1:] if [cell.strip() for cell in row] != first]
    return bool(below) and not _seen_below(first, below)


def _typed_below(rows: Sequence[Sequence[str]]) -> bool:
    """Some column holds numbers, dates or addresses below the first row."""
    for column in range(len(rows[0])):
        below = [row[column].strip() for row in rows[1:] if column < len(row) and row[column].strip()]
        if below and sum(bool(_VALUE.match(cell)) for cell in below) > len(below) / 2:
            return True
    return False


def _seen_below(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """A text of the first row comes again in its own column, so it is a value."""
    return any(
        column < len(row) and cell and row[column].strip() == cell for row in rows for column, cell in enumerate(first)
    )


def fold_name(name: str) -> str:
    """A column's or field's name for comparing: `Customer-ID ` and `customer_id` are the same."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", spaced.casefold()).strip("_")


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names for columns: trimmed; empty ones by their position; the second of two equal ones gets `(2)`."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        text = "" if cell == NO_RESULT else storable(cell.replace("\x00", ""))
        name = " ".join(text.split())[:LONGEST_NAME].strip() or f"column {position}"
        taken, count = name, 1
        while taken in names:
            count += 1
            taken = f"{name} ({count})"
        names.append(taken)
    return tuple(names)

"""CSV line by line. A text that a spreadsheet would run as a formula gets an apostrophe; import takes it off again."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - the full-width ones run too
PLAIN_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?$")
BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 500


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[Any]], *, for_spreadsheet: bool = True) -> Iterator[str]:
    """The rows as CSV text, some hundred lines at a time; with a byte order mark, by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    lines: list[str] = [BYTE_ORDER_MARK] if for_spreadsheet else []
    for row in rows:
        lines.append(writer.writerow([written(value) for value in row]))
        if len(lines) >= LINES_AT_ONCE:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def written(value: Any) -> str:
    """A value as it stands in the file: ISO dates, plain decimals, texts that cannot run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return escape_formula(str(value))


def escape_formula(text: str) -> str:
    """`=1+1` -> `'=1+1`; numbers such as `-12.50` stay as they are. A text that has such an apostrophe of its own gets
    another, so that import, which takes one off, gives it back as it was."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) and not PLAIN_NUMBER.match(text) else text

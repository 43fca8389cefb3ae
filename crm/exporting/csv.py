"""CSV line by line. A text that a spreadsheet would run as a formula gets an apostrophe; import takes it off again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - the full-width ones run too
PLAIN_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?$")
LOOKED_AT = frozenset((*FORMULA_STARTS, "'"))
BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 500


def csv_lines(rows: Iterable[Sequence[Any]], *, for_spreadsheet: bool = True) -> Iterator[str]:
    """The rows as CSV text, some hundred lines at a time; with a byte order mark, by which spreadsheets know UTF-8."""
    left, mark = iter(rows), BYTE_ORDER_MARK if for_spreadsheet else ""
    while some := list(islice(left, LINES_AT_ONCE)):
        text = io.StringIO()
        # most cells are texts that stand as they are: to call a function for each would take half of the time
        csv.writer(text).writerows(
            [one if type(one) is str and one[:1] not in LOOKED_AT else written(one) for one in row] for row in some
        )
        yield mark + text.getvalue()
        mark = ""


def written(value: Any) -> str:
    """A value as it stands in the file: ISO dates, plain decimals, lists with commas, texts that cannot run."""
    write = WRITERS.get(type(value))
    if write is None:  # of a kind of its own
        write = next((one for kind, one in WRITERS.items() if isinstance(value, kind)), _text)
    return write(value)


def _text(value: Any) -> str:
    return escape_formula(str(value))


def _list(values: Iterable[Any]) -> str:
    return escape_formula(", ".join(map(str, values)))


def escape_formula(text: str) -> str:
    """`=1+1` -> `'=1+1`; numbers such as `-12.50` stay as they are. A text that has such an apostrophe of its own gets
    another, so that import, which takes one off, gives it back as it was."""
    if text[1:].isdecimal() and text[0] in "+-" and text.isascii():
        return text
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) and not PLAIN_NUMBER.match(text) else text


def keep_apostrophe(text: str) -> str:
    """For forms in which nothing runs: a text that import would take an apostrophe off gets another one."""
    if text[:1] == "'" and text.lstrip("'").startswith(FORMULA_STARTS) and not PLAIN_NUMBER.match(text[1:]):
        return f"'{text}"
    return text


WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    NoneType: lambda nothing: "",
    dt.datetime: dt.datetime.isoformat,
    dt.date: dt.date.isoformat,
    Decimal: "{:f}".format,
    bool: lambda is_true: "yes" if is_true else "no",
    list: _list,
    tuple: _list,
}

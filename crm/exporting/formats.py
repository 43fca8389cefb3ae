"""The forms of a file that a table leaves in. Each writer takes the names of the columns, their headings and the rows,
and gives pieces of the file; memory stays the same for any number of rows.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from crm.company import current_company
from crm.exporting.csv import csv_lines, keep_apostrophe

Rows = Iterable[Sequence[Any]]
Writer = Callable[[Sequence[str], Sequence[str], Rows], Iterator[str] | Iterator[bytes]]
BLOCK = 1 << 16
LINES_AT_ONCE = 500


@dataclass(frozen=True)
class Format:
    """`name` is its word in an address and the end of the file's name; `most` rows go into one file, if any limit is.

    `write(names, headings, rows)` gives the file: names are those of fields, headings what people call them.
    """

    name: str
    label: str
    content_type: str
    write: Writer
    most: int | None = None


def _csv(names: Sequence[str], headings: Sequence[str], rows: Rows) -> Iterator[str]:
    return csv_lines(chain([headings], rows))


def _json_lines(names: Sequence[str], headings: Sequence[str], rows: Rows) -> Iterator[str]:
    """An object a line, its keys the names of the fields; what is empty is left out."""
    left = iter(rows)
    while some := list(islice(left, LINES_AT_ONCE)):
        yield "".join(f"{_json_object(names, row)}\n" for row in some)


def _json_object(names: Sequence[str], row: Sequence[Any]) -> str:
    said = {name: _json_value(one) for name, one in zip(names, row, strict=True) if one not in (None, "")}
    return json.dumps(said, ensure_ascii=False)


def _json_value(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else _decimal(value)
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    return keep_apostrophe(str(value))


def _decimal(value: Decimal) -> float | str:
    """A number where no digit is lost by it, else a text."""
    return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"


def _workbook(names: Sequence[str], headings: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """A workbook can only be sent once it is whole: it is written into a file of its own first."""
    from crm.foreign.tables import write_workbook  # noqa: PLC0415 - slow to load, seldom needed

    with tempfile.TemporaryFile(prefix="crm-export-") as file:
        write_workbook(file, chain([headings], map(_as_imported, rows)))
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _as_imported(row: Sequence[Any]) -> list[Any]:
    """Lists as one text; what import would take an apostrophe off gets another; a workbook's times bear no zone, and
    are read as those of the company."""
    return [_in_workbook(one) for one in row]


def _in_workbook(value: Any) -> Any:
    if isinstance(value, str):
        return keep_apostrophe(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(current_company().zone)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


CSV = Format("csv", "CSV", "text/csv; charset=utf-8", _csv)
WORKBOOK = Format(
    "xlsx",
    "Excel workbook",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _workbook,
    most=200_000,
)
JSON_LINES = Format("jsonl", "JSON lines", "application/jsonl; charset=utf-8", _json_lines)
FORMATS = (CSV, WORKBOOK, JSON_LINES)


def format_called(name: str, formats: Sequence[Format] = FORMATS) -> Format | None:
    """The format of this name; CSV where none is said."""
    return next((one for one in formats if one.name == (name or CSV.name)), None)

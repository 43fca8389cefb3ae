"""Excel workbooks as others open them: texts are texts there, whatever they begin with. (CSV: `crm.exporting.csv`.)"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm.exporting.csv import FORMULA_STARTS

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
NOT_IN_TITLES = re.compile(r"[\\*?:/\[\]]")
MAX_DIGITS = 15
"""Excel computes in binary; a number of more digits is written as a text, so that none is lost."""


class TooLargeForExcel(Exception):
    """The table has more rows than a sheet can hold; the message is a sentence."""


def write_workbook(stream: IO[bytes], rows: Iterable[Sequence[Any]], title: str = "Table") -> int:
    """Write the rows (the first of them the names of the columns) as a workbook of one sheet; returns their number.

    Numbers, dates and days are what they are; times lose their zone, so bring them in the company's. A text that begins
    as a formula does is marked as a text (Excel's quotation mark), which the import does not see. Raises
    TooLargeForExcel.
    """
    book = Workbook(write_only=True)
    count = _add_sheet(book, title, rows)
    book.save(stream)
    return count


def write_sheets(stream: IO[bytes], sheets: Iterable[tuple[str, bool, Iterable[Sequence[Any]]]]) -> None:
    """Write (title, is hidden, rows) as the sheets of one workbook, as `write_workbook` writes one. A workbook has a
    sheet that is seen: of hidden ones alone the first is shown."""
    book = Workbook(write_only=True)
    for title, is_hidden, rows in sheets:
        _add_sheet(book, title, rows)
        book.worksheets[-1].sheet_state = "hidden" if is_hidden else "visible"
    if not any(sheet.sheet_state == "visible" for sheet in book.worksheets):
        book.worksheets[0].sheet_state = "visible"
    book.save(stream)


def _add_sheet(book: Any, title: str, rows: Iterable[Sequence[Any]]) -> int:
    sheet = book.create_sheet(NOT_IN_TITLES.sub("_", title)[:31])
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise TooLargeForExcel("A sheet of Excel holds 1,048,576 rows; please export this as CSV.")
        sheet.append([_cell(sheet, value) for value in row])
    return count


def _cell(sheet: Any, value: Any) -> Any:
    """The value as openpyxl wants it: a cell of its own only where the kind must be said."""
    value = _excel_value(value)
    if not isinstance(value, str) or not value.startswith((*FORMULA_STARTS, "'", "#")):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # openpyxl would make a formula of =, an error of #N/A
    cell.quotePrefix = True
    return cell


def _excel_value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
        return value if len(number.normalize().as_tuple().digits) <= MAX_DIGITS else f"{number:f}"
    if isinstance(value, float):
        return value if value - value == 0 else None  # neither infinite nor undefined
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, (dt.date, dt.time)):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("�", str(value))[:MAX_TEXT]

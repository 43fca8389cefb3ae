"""Excel workbooks: read as a stream, refused when they are broken or bombs."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
from openpyxl import Workbook

from crm.importing.errors import UnreadableFile
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

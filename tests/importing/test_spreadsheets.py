"""Excel workbooks: read as a stream, refused when they are broken or bombs."""

from __future__ import annotations

import datetime as dt
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from crm.importing.errors import UnreadableFile
from crm.importing.reading import MAX_CELL, open_table
from crm.importing.spreadsheets import MAX_OTHERS, MAX_UNPACKED, valued_sheets
from crm.importing.workbooks import MOST_PARTS
from tests.importing.tables import numbered_rows, read

TEXTS_PART = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/>' % SHARED_STRINGS.encode()


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


def test_of_several_sheets_the_first_with_a_table_is_read_and_said(tmp_path):
    book = Workbook()
    book.active["A1"] = "Prepared for the office"
    book.create_sheet("Total")["B2"] = "of all"
    table = book.create_sheet("Customers 2026")
    table.merge_cells("A1:D1")
    table["A1"] = "Customer list, North"
    for row in ([], ["id", "name", "", None], [1, "Mia Berg"], [2, "Jan de Vries"]):
        table.append(row)
    book.create_sheet("Old").append(["id", "name"])
    book.save(tmp_path / "book")
    said = open_table(tmp_path / "book").description
    assert said == "Excel workbook, sheet “Customers 2026” (not read: “Sheet”, “Total”, “Old”), names in row 3"
    columns, rows, faults = read(tmp_path / "book")
    assert (columns, [list(row) for row in rows], faults) == (
        ("id", "name"), [["1", "Mia Berg"], ["2", "Jan de Vries"]], [],
    )  # fmt: skip


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


@pytest.mark.parametrize(
    ("part", "size"), [("xl/worksheets/sheet1.xml", MAX_UNPACKED), ("xl/styles.xml", MAX_OTHERS + 1)]
)
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, part, size):
    path = tmp_path / "book"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr(part, "<x/>")
        archive.filelist[-1].file_size = size  # as its directory says
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


def with_sheet(path, pieces, strings=None):
    """The workbook with this XML as its first sheet, and as its shared texts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if strings and b"sharedStrings" not in parts["[Content_Types].xml"]:
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", TEXTS_PART + b"</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if name not in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml" if strings else ""):
                archive.writestr(name, content)
        for name, some in (("xl/worksheets/sheet1.xml", pieces), ("xl/sharedStrings.xml", strings)):
            if some is not None:
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(f'<x xmlns="{SHEET_MAIN_NS}">'.encode())
                    for piece in some:
                        entry.write(piece.encode())
                    entry.write(b"</x>")
    return path


def rows_of(count):
    yield "<sheetData>"
    for row in range(1, count + 1):
        yield (
            f'<row r="{row}" ht="15"><c r="A{row}" t="s"><v>{row - 1}</v></c>'
            f'<c r="B{row}" t="s"><v>{count + row - 1}</v></c></row>'
        )
    yield "</sheetData>"


def test_rows_and_texts_are_held_one_at_a_time(tmp_path):
    """Four times as many rows with as many texts take no more memory than their numbers."""
    base = workbook(tmp_path, [["id", "name"]])

    def peak(count):
        path = with_sheet(
            base, rows_of(count), (f"<si><t>a text of the number {n:,}</t></si>" for n in range(2 * count))
        )
        tracemalloc.start()
        rows = sum(1 for _, held in valued_sheets(path) for _ in held)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == count
        return top

    small, large = peak(1_000), peak(4_000)
    assert large < small + (1 << 18)


def test_shared_texts_with_runs_and_how_they_are_spoken(tmp_path):
    strings = ["<si><t>id</t></si><si><t>name</t></si>", "<si><r><t>Ma</t></r><r><t>ri</t></r><rPh><t>x</t></rPh></si>"]
    cells = ["<sheetData><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"]
    cells += ["<row><c><v>7</v></c><c t='s'><v>2</v></c></row></sheetData>"]
    assert read(with_sheet(workbook(tmp_path, [["id"]]), cells, strings))[:2] == (("id", "name"), [["7", "Mari"]])


@pytest.mark.parametrize("filling", ["<y/>", "<c><v>1</v></c>"])
def test_a_row_of_more_parts_than_it_can_have_is_refused(tmp_path, filling):
    pieces = ["<sheetData><row>", *[filling * 1_000] * (MOST_PARTS // 1_000 + 1), "</row></sheetData>"]
    with pytest.raises(UnreadableFile, match="more parts than it can have"):
        read(with_sheet(workbook(tmp_path, [["id"]]), pieces))


@pytest.mark.parametrize("piece", ["x" * (1 << 20), "x" * (1 << 20) + "</t></r><r><t>"])
def test_a_monstrous_shared_text_is_not_held(tmp_path, piece):
    """Of one text without end the head alone is read; one of many runs is refused."""
    strings = ["<si><t>id</t></si><si><r><t>", *[piece] * 200, "</t></r></si>"]
    cells = ["<sheetData><row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row></sheetData>"]
    path = with_sheet(workbook(tmp_path, [["id"]]), cells, strings)
    tracemalloc.start()
    try:
        faults = read(path)[2]
        assert ("</r>" in piece, len(faults)) == (False, 1)
    except UnreadableFile as error:
        assert "</r>" in piece
        assert "longer than any can be" in str(error)
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert top < 200 << 20


def test_a_workbook_that_calls_its_main_part_a_sheet_is_measured_as_what_it_is(tmp_path):
    path = workbook(tmp_path, [["id"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet9.xml"] = parts["xl/workbook.xml"]
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b'PartName="/xl/workbook.xml"', b'PartName="/xl/worksheets/sheet9.xml"'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.getinfo("xl/worksheets/sheet9.xml").file_size = MAX_OTHERS + 1
    with pytest.raises(UnreadableFile, match="too large"):
        read(path)


def test_a_text_that_is_not_there_makes_the_workbook_a_broken_one(tmp_path):
    cells = ["<sheetData><row><c t='s'><v>9</v></c></row></sheetData>"]
    with pytest.raises(UnreadableFile, match="broken"):
        read(with_sheet(workbook(tmp_path, [["id"]]), cells, ["<si><t>id</t></si>"]))

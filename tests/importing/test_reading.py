"""What a file is, is told by its content; what cannot be read is said in a sentence with line and column."""

from __future__ import annotations

import gzip
import random

import pytest

from crm.importing.errors import UnreadableFile
from crm.importing.lines import MAX_LINE
from crm.importing.reading import open_table
from crm.importing.tables import ReadOptions
from tests.importing.tables import numbered_rows, read_text, written


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ("a,b\n1,2\n", ("a", "b"), [["1", "2"]]),
        ("a;b\n1,5;2\n", ("a", "b"), [["1,5", "2"]]),
        ("a\tb\n1\t\n", ("a", "b"), [["1", ""]]),
        ("a|b\r\n1|2\r\n", ("a", "b"), [["1", "2"]]),
        ("a,b\r1,2\r", ("a", "b"), [["1", "2"]]),
        ("sep=;\na;b\n1;2\n", ("a", "b"), [["1", "2"]]),
        (' a , "b" \n1, "x, y"\n', ("a", "b"), [["1", "x, y"]]),
        ("a, a ,,a\n1,2,3,4\n", ("a", "a (2)", "column 3", "a (3)"), [["1", "2", "3", "4"]]),
        ("1,2\n3,4\n", ("column 1", "column 2"), [["1", "2"], ["3", "4"]]),
        ('a,b\n"x \\"y\\" z",1\n', ("a", "b"), [['x "y" z', "1"]]),
        ("a,b\n\n1,2\n\n,\n3,4", ("a", "b"), [["1", "2"], ["3", "4"]]),
        ("a,b\n1,2,,\n", ("a", "b"), [["1", "2"]]),
        ("Customers of 2026\nas of today\n\nid;name\n1;A, B\n2;C, D\n", ("id", "name"), [["1", "A, B"], ["2", "C, D"]]),
        ("Customers,,\n,,\nid,name,city\n1,A,B\n", ("id", "name", "city"), [["1", "A", "B"]]),
        ("name\n\nAnna\nBert\n", ("name",), [["Anna"], ["Bert"]]),
        (
            '{"a": 1.50, "b": {"c": true}}\n{"a": "x", "d": [1, 2]}\n',
            ("a", "b.c", "d"),
            [["1.50", "true", ""], ["x", "", "1, 2"]],
        ),
    ],
)
def test_a_table_of_any_form_is_read(tmp_path, content, columns, rows):
    found = read_text(tmp_path, content)
    assert (found[0], [list(row) for row in found[1]], found[2]) == (columns, rows, [])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_letters_are_right_in_each_encoding(tmp_path, encoding):
    content = "id,name\n" + "1,Müller\n2,José\n3,Zoë Brontë\n"
    assert [row[1] for row in read_text(tmp_path, content.encode(encoding))[1]] == ["Müller", "José", "Zoë Brontë"]


def test_a_cyrillic_file_is_known_by_its_letters(tmp_path):
    content = "id,name\n" + "1,Иван Петров\n2,Анна Смирнова\n" * 5
    assert read_text(tmp_path, content.encode("cp1251"))[1][0] == ["1", "Иван Петров"]


def test_central_european_letters_are_known_by_where_they_stand(tmp_path):
    content = "id,name\n1,Małgorzata Zając\n2,Łukasz Pawełczyk\n3,Grażyna Wójcik\n"
    assert read_text(tmp_path, content.encode("cp1250"))[1][1] == ["2", "Łukasz Pawełczyk"]
    spanish = "id,name\n1,¿Qué? 20 m³\n2,£20 José\n"
    assert read_text(tmp_path, spanish.encode("cp1252"))[1][0] == ["1", "¿Qué? 20 m³"]


def test_a_title_is_no_row_where_known_names_stand_below_it(tmp_path):
    path = written(tmp_path, "Customers of 2026\nexternal_id,name\n1,A\n2,B\n")
    table = open_table(path, ReadOptions(known=frozenset({"external_id", "name"})))
    assert table.columns == ("external_id", "name")
    assert table.description == "comma between cells, utf-8, names in line 2"
    (chunk, *_) = table.chunks()
    assert (list(chunk.numbers), list(chunk.lines)) == ([1, 2], [3, 4])


def test_a_stray_byte_does_not_turn_a_utf8_file_into_another(tmp_path):
    content = "id,name\n1,Müller\n2,José\n".encode() + b"3,Fran\xe7ois\n"
    assert [row[1] for row in read_text(tmp_path, content)[1]] == ["Müller", "José", "Fran\udcffois"]


def test_gzip_is_unpacked(tmp_path):
    assert read_text(tmp_path, gzip.compress(b"a,b\n1,2\n"))[1] == [["1", "2"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (random.Random(1).randbytes(5000), "binary"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table>", "HTML"),
        (b"PK\x03\x04nonsense", "broken"),
        (gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:40], "broken"),
        (gzip.compress(b"a" * 20_000_000, mtime=0), "Line 1 is longer"),
        (gzip.compress(b"a," * 20_000, mtime=0), "20,001 columns"),
        (b"{nonsense\n", "whole JSON object"),
        (b'[ {"a": 1},\n{"a": 2}]', "one JSON list"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, content, words):
    with pytest.raises(UnreadableFile, match=words):
        read_text(tmp_path, content)


def test_rows_of_another_width_are_faults_with_line_and_column(tmp_path):
    _, rows, faults = read_text(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    assert rows == [["1", "2", "3"], ["10", "11", "12"]]
    assert [(fault.number, fault.line, fault.column) for fault in faults] == [(2, 3, "c"), (3, 4, "c")]
    assert "2 of 3 cells" in faults[0].sentence()


def test_one_unclosed_quote_costs_one_row(tmp_path):
    content = 'a,b,c\n1,x,y\n2,"oops,y\n3,"q",z\n4,w,"two\nlines"\n' + "5,e,f\n" * 3000
    _, rows, faults = read_text(tmp_path, content)
    assert len(rows) == 3003 and rows[2] == ["4", "w", "two\nlines"]
    assert [fault.sentence() for fault in faults] == [
        'line 3, column "b": a quotation mark is opened here and not closed'
    ]


@pytest.mark.parametrize("line", ["some words, of a letter\n", 'words with ""marks"" in them\n'])
def test_a_quoted_cell_of_very_many_lines_is_refused_once_and_what_stands_behind_it_is_read(tmp_path, line):
    long = line * 100_000
    content = f'a,b,c\n1,x,y\n2,"{long}end",z\n3,"q",z\n4,w,"two\nlines"\n'
    _, rows, faults = read_text(tmp_path, content)
    assert rows == [["1", "x", "y"], ["3", "q", "z"], ["4", "w", "two\nlines"]]
    assert [fault.sentence() for fault in faults] == [
        'line 3, column "b": a cell in quotation marks goes on for 100,000 more lines: no cell may be as long'
    ]
    never = f'a,b,c\n1,x,y\n2,"{long}' + "3,e,f\n" * 3000
    _, rows, faults = read_text(tmp_path, never)
    assert (len(rows), rows[-1]) == (3001, ["3", "e", "f"])
    assert [fault.line for fault in faults] == [3]
    assert "is opened here and not closed; the 99,999 lines below it are no rows" in faults[0].reason
    _, rows, faults = read_text(tmp_path, f'a,b,c\n1,x,y\n2,"{long}')
    assert (len(rows), len(faults), faults[0].line) == (1, 1, 3)


def test_an_unclosed_quote_in_the_last_line_is_found(tmp_path):
    _, rows, faults = read_text(tmp_path, 'a,b\n1,x\n2,"oops')
    assert (rows, [fault.line for fault in faults]) == ([["1", "x"]], [3])


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    path = written(tmp_path, 'a,b\n1,"x\n\ny"\n\n2,z\n3\n4,"u\r\nv"\n5,w\n')
    assert numbered_rows(path) == [(1, 2), (2, 6), (4, 8), (5, 10)]


def test_quoted_lines_across_blocks_are_one_row(tmp_path):
    cell = "line\n" * 300
    content = "a,b\n" + f'1,"{cell}"\n' * 900
    _, rows, faults = read_text(tmp_path, content)
    assert (len(rows), faults, rows[-1][1]) == (900, [], cell)


def test_a_cell_of_a_million_characters_is_read(tmp_path):
    _, rows, faults = read_text(tmp_path, "a,b\n1," + "x" * 1_000_000 + "\n2,y\n")
    assert ([len(row[1]) for row in rows], faults) == ([1_000_000, 1], [])


def test_a_cell_of_five_million_characters_is_a_fault(tmp_path):
    _, rows, faults = read_text(tmp_path, "a,b\n1," + "x" * 5_000_000 + "\n2,y\n")
    assert (rows, [fault.line for fault in faults]) == ([["2", "y"]], [2])


def test_two_thousand_columns_are_read(tmp_path):
    columns, rows, _ = read_text(tmp_path, ",".join(f"c{n}" for n in range(2000)) + "\n" + ",".join("1" * 2000) + "\n")
    assert (len(columns), len(rows)) == (2000, 1)


def test_known_names_make_a_header_of_a_row_of_figures(tmp_path):
    content = "2019,2020\n5,6\n"
    assert read_text(tmp_path, content)[0] == ("column 1", "column 2")
    assert read_text(tmp_path, content, known={"2019"})[0] == ("2019", "2020")
    assert read_text(tmp_path, "a,b\nc,d\n", header=False)[1] == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize("mark", ["", '"'])
def test_an_endless_line_costs_its_row_and_not_the_file(tmp_path, mark):
    text = f"id,name,city\n1,{mark}{'x' * (MAX_LINE + (3 << 20))}{mark},Ghent\n2,Mia,Lier\n3,Jan,Lier\n"
    _, rows, faults = read_text(tmp_path, text)
    assert rows == [["2", "Mia", "Lier"], ["3", "Jan", "Lier"]]
    assert [(fault.line, fault.reason) for fault in faults] == [(2, "a cell is longer than 2,000,000 characters")]
    with pytest.raises(UnreadableFile, match="Line 1 is longer"):
        read_text(tmp_path, "x" * (MAX_LINE + (3 << 20)))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="an archive in an archive"):
        read_text(tmp_path, gzip.compress(gzip.compress(b"id,name\n1,Mia\n")))

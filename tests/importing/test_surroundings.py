"""Sums, notes and repeated names around a table are no records, and no record is taken for one of them."""

from __future__ import annotations

import csv

import pytest
from openpyxl import Workbook

from contacts.models import Contact
from crm.catalogue import import_kinds
from crm.company import current_company
from crm.importing.mapping import ImportOptions
from crm.importing.preview import preview_import
from crm.importing.surroundings import END_ROWS
from tests.importing.tables import brought_in, counts, numbered_rows, read_text, written

HEAD = "id,name,city,revenue\n"
ROWS = "1,Mia Berg,Ghent,100\n2,Jan Vos,Lier,250.50\n"


def left_out(folder, text, **options):
    return [fault.sentence() for fault in read_text(folder, text, **options)[2]]


@pytest.mark.parametrize(
    "row",
    [
        "Total,,,350.50",
        "TOTAL:,,,",
        ",Total,,351",
        "Summe,,,350.5",
        ",,Somme,350.50 €",
        "Grand total,,,999",
        "Total 2,,,",
        "Total: EUR 350.50,,,",
        "Total,2,,",
        "Total,,,175.25",
        "Итого,,,1",
        "合計,,,12",
    ],
)
def test_a_sum_at_the_end_is_left_out_and_said(tmp_path, row):
    (said,) = left_out(tmp_path, HEAD + ROWS + row + "\n")
    assert said.startswith("line 4, column")
    assert said.endswith("looks like a sum of the rows above, not like a record; if it is one, fill in more of it")


@pytest.mark.parametrize(
    "row",
    [
        "Total Ltd,,,350.50",
        "TOTAL LTD,,,350.50",
        "3,Total,,350.50",
        "Total,,Paris,350.50",
        "Total,,,214550",
        "Sum,Ting Wong,,",
        "Summers,,,350.50",
        "Totalis GmbH,,,",
        "3,,,",
        "Total,soon,,350.50",
        pytest.param("Total,2,,99999", id="as many as rows, and a figure of its own"),
        "Created Spaces Ltd,,,",
        "*17,,,",
        pytest.param(f"Total 1{' ' * 100_000}x,,,350.50", id="a long word"),
        pytest.param(f"Total,{'1' * 100_000},,350.50", id="a long number"),
    ],
)
def test_who_is_called_like_a_sum_is_a_record(tmp_path, row):
    assert left_out(tmp_path, HEAD + ROWS + row + "\n") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("name,is_customer,revenue\nMia,1,100\nJan,0,200\nAda,1,5\nTotal,1,99999\n", id="flags"),
        pytest.param("name,opened,revenue\nMia,0,100\nJan,0,200\nTotal,0,99999\n", id="noughts"),
        pytest.param("name,phone\nMia,0123456\nJan,0123457\nTotal,0123459\n", id="numbers that are alike"),
        pytest.param("name,postal_code,revenue\nMia,9000,1\nJan,9000,7\nTotal,9000,5000\n", id="the same number"),
        pytest.param("product,quantity,amount\nChair,2,20\nTotal,1,5\n", id="one above"),
    ],
)
def test_a_number_that_is_met_by_chance_makes_no_sum(tmp_path, text):
    assert left_out(tmp_path, text) == []


def test_sums_count_at_the_end_alone_and_never_without_rows_above(tmp_path):
    assert left_out(tmp_path, HEAD + "Total,,,350.50\n" + ROWS) == []
    assert left_out(tmp_path, HEAD + "Total,,,350.50\n") == []
    assert left_out(tmp_path, "name\nMia\nTotal\n", known=frozenset({"name"})) == []


def test_what_stands_around_a_sum_is_left_out_with_it(tmp_path):
    text = HEAD + ROWS + "-----,-----,-----,-----\nTotal,,,350.50\n,,,\n* before tax,,,\nSource: the ledger,,,\n"
    reasons = [fault.reason for fault in read_text(tmp_path, text)[2]]
    assert [reason.partition("” ")[0] for reason in reasons] == [
        "a line that ends the table, not a record", "“Total", "“* before tax", "“Source: the ledger",
    ]  # fmt: skip
    assert numbered_rows(written(tmp_path, text)) == [(1, 2), (2, 3)]


def test_a_note_that_stands_apart_is_left_out_and_a_bare_id_is_not(tmp_path):
    assert len(left_out(tmp_path, HEAD + ROWS + "\nAll figures before tax,,,\n")) == 1
    assert left_out(tmp_path, HEAD + ROWS + "All figures before tax,,,\n") == []
    assert left_out(tmp_path, HEAD + ROWS + "\nK-17,,,\n") == []
    assert left_out(tmp_path, 'id,note,x\n1,"two\nlines",\n2 b,,\n') == []


@pytest.mark.parametrize("end", ["\n\n", "\r\r\n"])
def test_blank_lines_between_the_rows_make_no_notes(tmp_path, end):
    people = ["name,email,phone", "Mia Berg,mia@x.example,", *(f"Jan Vos {n},," for n in range(30))]
    assert left_out(tmp_path, end.join(people) + end) == []
    assert left_out(tmp_path, end.join(people[:3])) == []
    parts = "1,Mia,5\n2,Jan,\n\n3,Ada,6\n4,Kim,\n\nBo Lund,,\n"
    assert left_out(tmp_path, "name,city,revenue\n" + parts) == []
    (said,) = left_out(tmp_path, HEAD + ROWS + "3,early\nAda Lund,,,\n")
    assert "the row ends early" in said, "what cannot be read is no blank line"


def test_the_names_of_the_columns_once_more_are_left_out(tmp_path):
    text = HEAD + "1,Mia Berg,Ghent,100\n" + HEAD + "2,name,Lier,7\n"
    assert left_out(tmp_path, text) == ["line 3: the names of the columns once more, not a record"]
    assert left_out(tmp_path, "name\nMia\nname\nJan\n", known=frozenset({"name"})) == []
    assert left_out(tmp_path, text, header=False) == []
    twice = "id,Phone,,Phone\n1,5,,\nid,Phone,,Phone\n2,,,6\n"
    assert left_out(tmp_path, twice) == ["line 3: the names of the columns once more, not a record"]
    words = "Person,Town\nMia,Ghent\nPerson,Town\nJan,Lier\n"
    assert left_out(tmp_path, words) == ["line 3: the names of the columns once more, not a record"]
    assert left_out(tmp_path, "Mia,Ghent\nMia,Lier\nMia,Ghent\n") == [], "no names: a value comes again"


def test_a_sum_below_many_blocks_of_a_large_file_is_found_and_adds_up_all_of_them(tmp_path):
    lines = "".join(f"{n},Person {n},Ghent,{n % 7}\n" for n in range(60_000))
    total = sum(n % 7 for n in range(60_000))
    assert len(left_out(tmp_path, f"{HEAD}{lines}Total,,,{total}\n")) == 1
    assert left_out(tmp_path, f"{HEAD}{lines}Total,,,{total // 2}\n") == []


def test_more_sums_than_any_table_ends_with_are_records(tmp_path):
    assert len(left_out(tmp_path, HEAD + ROWS + "Grand total,,,1\n" * (END_ROWS + 5))) == END_ROWS


@pytest.mark.django_db
def test_a_workbook_with_a_sum_and_a_note_gives_its_contacts_alone(tmp_path):
    book = Workbook()
    for row in (
        ["external_id", "name", "revenue"], ["c1", "Mia Berg", 100], ["c2", "Total Energies", 200.5],
        [], ["Total", None, 300.5], [], ["Exported on 3 May 2026 by the shop"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "book")
    kind, options = import_kinds()["contacts"], ImportOptions()
    seen = preview_import(kind, tmp_path / "book", options, current_company().zone)
    assert (seen.checked, seen.fault_count, [fault.line for fault in seen.faults]) == (4, 2, [5, 7])
    result = brought_in("contacts", tmp_path / "book")
    assert counts(result) == (2, 0, 0, 2)
    assert set(Contact.objects.values_list("name", flat=True)) == {"Mia Berg", "Total Energies"}


@pytest.mark.django_db
def test_the_file_of_left_out_rows_gives_them_only_once_mended(tmp_path):
    path = written(tmp_path, "external_id,name,revenue\nc1,Mia Berg,100\nc2,Jan Vos,200\nTotal,,300\n")
    rejected = brought_in("contacts", path).rejected_path
    again = brought_in("contacts", rejected)
    assert counts(again) == (0, 0, 0, 1)
    again.rejected_path.unlink()
    with rejected.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[1][:4] == ["Total", "", "300", "4"]
    rows[1][1] = "Total of Ghent"
    with rejected.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert counts(brought_in("contacts", rejected)) == (1, 0, 0, 0)
    rejected.unlink()
    assert Contact.objects.get(external_id="Total").name == "Total of Ghent"

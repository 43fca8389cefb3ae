"""A workbook of several sheets: which is read, and how another one is chosen, in the wizard and by command."""

from __future__ import annotations

import gzip
import io

import pytest
from django.core.management import CommandError
from openpyxl import Workbook

from contacts.models import Contact
from crm.choices import Role
from crm.importing.reading import open_table, sheet_choices
from crm.jobs import run_job
from crm.models import ImportMapping, ImportRun, User
from tests.importing.tables import brought_in, counts, read, written
from tests.importing.test_command import import_data
from tests.importing.test_wizard import brought, sent, signed_in

NOT_READ = "(not read: “Cover”, “Partners”, “Drafts” (hidden))"


def book_of(hidden_first: bool = False) -> Workbook:
    book = Workbook()
    book.active.title = "Cover"
    book.active["A1"] = "For the office"
    if hidden_first:
        drafts = book.create_sheet("Drafts")
    for title, rows in {
        "Customers": [["external_id", "name"], ["c1", "Mia Berg"]],
        "Partners": [["external_id", "Company", "city"], ["p1", "Rot & Blau", "Ulm"], ["p2", "Weiß KG", "Linz"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    drafts = drafts if hidden_first else book.create_sheet("Drafts")
    drafts.sheet_state = "hidden"
    for row in (["external_id", "name"], ["d1", "Nobody"]):
        drafts.append(row)
    return book


def content(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def saved(folder, book):
    path = folder / "book"
    book.save(path)
    return path


def test_a_hidden_sheet_is_read_only_where_no_other_has_a_table_or_it_is_asked_for(tmp_path):
    path = saved(tmp_path, book_of(hidden_first=True))
    assert read(path)[1] == [["c1", "Mia Berg"]]
    assert read(path, sheet="drafts ")[1] == [["d1", "Nobody"]]
    book = book_of(hidden_first=True)
    del book["Customers"], book["Partners"]
    assert read(saved(tmp_path, book))[1] == [["d1", "Nobody"]]


@pytest.mark.django_db
def test_the_command_reads_the_sheet_that_it_is_told(tmp_path):
    path = saved(tmp_path, book_of())
    said = import_data("organizations", path, "--sheet", "Partners", "--map", "Company=name")
    assert "sheet “Partners” (not read: “Cover”, “Customers”, “Drafts” (hidden))" in said
    assert set(Contact.objects.values_list("external_id", flat=True)) == {"p1", "p2"}
    assert counts(brought_in("contacts", path)) == (1, 0, 0, 0)
    with pytest.raises(CommandError, match=r"no sheet “Prices”\. Its sheets are: “Cover”, “Customers”, “Partners”"):
        import_data("contacts", path, "--sheet", "Prices")
    with pytest.raises(CommandError, match="No column feeds"):
        import_data("contacts", path, "--sheet", "Cover")


@pytest.mark.django_db
def test_another_sheet_is_chosen_in_the_wizard_and_comes_in(tmp_path):
    client = signed_in(Role.MARKETER)
    run = brought(client, content(book_of()), name="book.xlsx")
    page = client.get(run.get_absolute_url()).content.decode()
    assert NOT_READ in page
    assert 'name="sheet"' in page and ">Drafts (hidden)</option>" in page
    assert dict(run.options["map"]) == {"external_id": "external_id", "name": "name"}
    answer = client.post(run.get_absolute_url(), sent(["external_id", "name"], sheet="Partners"))
    page = answer.content.decode()
    assert "Import 2 rows" in page and "Weiß KG" in page
    run.refresh_from_db()
    assert (run.options["sheet"], dict(run.options["map"])) == ("Partners", {"external_id": "external_id"})
    client.post(run.get_absolute_url(), sent(["external_id", "name", "city"], sheet="Partners"))
    started = client.post(f"{run.get_absolute_url()}start/", {})
    assert started.status_code == 302
    run.refresh_from_db()
    run_job(run.job.pk)
    assert set(Contact.objects.values_list("name", flat=True)) == {"Rot & Blau", "Weiß KG"}

    again = brought(client, content(book_of()), name="next.xlsx")
    assert (again.options["sheet"], dict(again.options["map"])["Company"]) == ("Partners", "name"), "as the one before"
    mapping = ImportMapping.objects.get(actor=User.objects.get(), kind="contacts")
    ImportMapping.objects.update(name="Partners of the month")
    path = written(tmp_path, content(book_of()))
    assert '"unchanged": 2' in import_data("contacts", path, "--mapping", "Partners of the month", "--json")
    said = import_data("contacts", path, "--mapping", "Partners of the month", "--sheet", "Customers")
    assert "sheet “Customers”" in said and "1 created" in said

    client.post(again.get_absolute_url(), sent(["external_id", "name"], sheet="Customers"))
    client.post(again.get_absolute_url(), sent(["external_id", "name"], sheet="Partners"))
    client.post(f"{again.get_absolute_url()}mapping/", {"mapping": str(mapping.pk)})
    again.refresh_from_db()
    assert (again.options["sheet"], dict(again.options["map"])["Company"]) == ("Partners", "name")
    client.post(f"{again.get_absolute_url()}mapping/", {"mapping": ""})
    assert ImportRun.objects.get(pk=again.pk).options["sheet"] == "Partners"


@pytest.mark.django_db
def test_a_sheet_without_a_table_says_so_and_another_can_be_chosen():
    client = signed_in(Role.MARKETER)
    book = book_of()
    book.create_sheet("Blank")
    run = brought(client, content(book), name="book.xlsx")
    page = client.post(run.get_absolute_url(), sent(["external_id", "name"], sheet="Blank")).content.decode()
    assert "there is no row in sheet “Blank”" in page
    assert '<option value="Blank" selected>' in page
    page = client.post(run.get_absolute_url(), sent([], sheet="")).content.decode()
    assert "Import 1 row" in page


@pytest.mark.django_db
def test_a_file_of_one_sheet_asks_for_none():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"external_id,name\nc1,Mia Berg\n")
    assert 'name="sheet"' not in client.get(run.get_absolute_url()).content.decode()


def test_a_workbook_in_gzip_is_read_as_one(tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress(content(book_of())))
    assert read(path)[:2] == (("external_id", "name"), [["c1", "Mia Berg"]])
    assert open_table(path).description.startswith("gzip, Excel workbook, sheet “Customers”")
    assert [name for name, _ in sheet_choices(path)] == ["Cover", "Customers", "Partners", "Drafts"]


@pytest.mark.django_db
def test_a_formula_without_its_result_keeps_its_row_out_and_says_what_to_do(tmp_path):
    book = Workbook()
    rows = [["external_id", "name", "revenue"], ["f1", "Mia", "=1+1"], ["f2", "Jan", 7], ["Total", None, "=SUM(C2:C3)"]]
    for row in rows:
        book.active.append(row)
    result = brought_in("contacts", saved(tmp_path, book))
    assert counts(result) == (1, 0, 0, 2)
    formula, total = sorted(result.examples)
    assert formula.startswith('line 2, column "revenue": a formula stands here without its result')
    assert total.startswith('line 4, column "external_id": “Total” looks like a sum')
    result.rejected_path.unlink()
    book.active["C2"] = 3
    assert counts(brought_in("contacts", saved(tmp_path, book))) == (1, 0, 1, 1)


@pytest.mark.django_db
def test_formulas_without_results_are_shown_as_empty_names_and_samples():
    client = signed_in(Role.MARKETER)
    book = Workbook()
    for row in (["external_id", "name", "=1+1"], ["f1", "Mia Berg", "=1+1"], ["f2", "Jan Vos", "=C2"]):
        book.active.append(row)
    run = brought(client, content(book), name="book.xlsx")
    page = client.get(run.get_absolute_url())
    assert page.status_code == 200
    assert "column 3" in page.content.decode() and "�" not in page.content.decode()

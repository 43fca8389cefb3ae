"""Tables out of the house: what import read comes back as it was, and nothing runs in a spreadsheet."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from contacts.choices import PointKind
from contacts.models import Address, Contact, ContactPoint
from crm.catalogue import export_kinds, import_kinds
from crm.choices import Role
from crm.exporting.csv import csv_lines, escape_formula, written
from crm.exporting.streams import reading_all
from crm.models import Company, LogEntry, Team, User
from orders.models import Order, OrderLine, Product

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC)


def exported(kind: str, folder: Path, *words: str) -> list[dict[str, str]]:
    """The rows that `export_data` writes."""
    path = folder / f"{kind}.csv"
    call_command("export_data", kind, "--output", str(path), *words, verbosity=0)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def house() -> Contact:
    """An organization with a person, everything filled in, and an order of two lines."""
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "time_zone": "Europe/Berlin"})
    owner = User.objects.create_user("rep@crm.example", name="Rep", team=Team.objects.create(name="North"))
    firm = Contact.objects.create(
        kind="organization", external_id="ORG1", name='=HYPERLINK("x")', markets=["business", "international"],
        tags=["vip", "fair 2026"], industry="Logistics", employees=12, revenue=Decimal("1500000.50"),
        website="crm.example", source="fair", list_kind="response", created_on=dt.date(2020, 2, 29), owner=owner,
    )  # fmt: skip
    person = Contact.objects.create(
        external_id="P1", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", organization=firm,
        birthday=dt.date(1980, 1, 2),
    )  # fmt: skip
    for kind, value, is_primary in (
        (PointKind.EMAIL, "zoe@crm.example", True),
        (PointKind.EMAIL, "other@crm.example", False),
        (PointKind.PHONE, "+49 30 1234567", True),
    ):
        ContactPoint.objects.create(
            contact=person, kind=kind, value=value, normalised=value.replace(" ", ""), is_primary=is_primary
        )
    Address.objects.create(
        contact=person, street="Hauptstraße 1\nHof", postal_code="04109", city="Leipzig", country="DE"
    )
    frame = Product.objects.create(external_id="F1", name="Frame, oak", family="Frames", unit_price=Decimal("9.9"))
    order = Order.objects.create(
        number="2026/7", contact=person, partner=firm, ordered_at=MOMENT, ordered_on=dt.date(2026, 3, 29),
        channel="web", currency="EUR", amount=Decimal("14.70"),
    )  # fmt: skip
    OrderLine.objects.create(order=order, position=1, product=frame, quantity=2, unit_price="9.9", amount="19.8")
    OrderLine.objects.create(order=order, position=2, quantity=-1, amount="-5.1", discount="0.5")
    return person


@pytest.mark.parametrize("kind", ["contacts", "organizations", "products", "orders"])
def test_an_export_has_the_names_that_import_reads(kind):
    known = [field.name for field in import_kinds()[kind].fields]
    assert set(export_kinds()[kind].columns) <= set(known)
    assert {field.name for field in import_kinds()[kind].fields if field.required} <= set(export_kinds()[kind].columns)


def test_contacts_come_out_as_they_are(house, tmp_path):
    firm, person = exported("contacts", tmp_path)
    assert firm["name"] == '\'=HYPERLINK("x")'
    assert (firm["market"], firm["tags"], firm["revenue"]) == ("business, international", "vip, fair 2026", "1500000.5")
    assert (firm["owner_email"], firm["created_on"]) == ("rep@crm.example", "2020-02-29")
    assert (person["organization"], person["email"], person["phone"]) == ("ORG1", "zoe@crm.example", "'+49 30 1234567")
    assert (person["street"], person["postal_code"], person["employees"]) == ("Hauptstraße 1\nHof", "04109", "")
    assert [row["external_id"] for row in exported("organizations", tmp_path)] == ["ORG1"]


def test_orders_come_out_a_row_a_line_in_the_time_of_the_company(house, tmp_path):
    sold, returned = exported("orders", tmp_path)
    assert (sold["order_id"], sold["line_number"], sold["ordered_at"]) == ("2026/7", "1", "2026-03-29T00:30:00+01:00")
    assert (sold["quantity"], sold["unit_price"], sold["amount"], sold["product_external_id"]) == (
        "2",
        "9.9",
        "19.8",
        "F1",
    )
    assert (returned["quantity"], returned["amount"], returned["discount"]) == ("-1", "-5.1", "0.5")
    assert (returned["contact_external_id"], returned["partner_external_id"]) == ("P1", "ORG1")
    assert exported("orders", tmp_path, "--as-of", "2026-03-28") == []


def test_import_of_an_export_changes_nothing(house, tmp_path, capsys):
    for kind in ("organizations", "contacts", "products"):
        exported(kind, tmp_path)
        before = exported("contacts", tmp_path)
        call_command("import_data", kind, str(tmp_path / f"{kind}.csv"), "--json")
        said = capsys.readouterr().out
        assert ('"created": 0, "updated": 0' in said, '"rejected": 0' in said) == (True, True), (kind, said)
        assert exported("contacts", tmp_path) == before


def test_the_columns_come_as_asked(house, tmp_path):
    rows = exported("products", tmp_path, "--columns", "name,external_id")
    assert [list(row.items()) for row in rows] == [[("name", "Frame, oak"), ("external_id", "F1")]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "There is no kind “nothing”. The kinds are: contacts, organizations"),
        (["products", "--columns", "name,colour"], "There is no column “colour”. The columns are: external_id, name"),
        (["contacts", "--as-of", "2026-01-01"], "there is no --as-of for them"),
        (["orders", "--as-of", "yesterday"], "“yesterday” is not a day"),
        (["customer_scores"], "Nobody is scored yet"),
        (["contacts", "--user", "nobody@crm.example"], "Nobody here has the e-mail address"),
        (["contacts", "--output", "/no/such/folder/file.csv"], "cannot be written: No such file or directory."),
    ],
)
def test_what_cannot_be_given_is_said_in_a_sentence(words, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("export_data", *words)
    assert sentence in str(refusal.value)


def test_a_refused_export_leaves_no_file(tmp_path):
    with pytest.raises(CommandError):
        exported("customer_scores", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_person_exports_what_is_theirs_to_export(house, tmp_path):
    assert len(exported("contacts", tmp_path, "--user", "rep@crm.example")) == 1
    User.objects.create_user("agent@crm.example", name="Agent", role=Role.AGENT)
    with pytest.raises(CommandError, match="Agent may not export contacts"):
        exported("contacts", tmp_path, "--user", "agent@crm.example")


def test_an_export_is_logged(house, tmp_path):
    exported("contacts", tmp_path)
    assert LogEntry.objects.get(verb="export").summary == "Exported 2 rows of contacts"


def test_to_the_terminal_without_a_mark(house, capsys):
    call_command("export_data", "products", "--columns", "name")
    assert capsys.readouterr().out.splitlines() == ["name", '"Frame, oak"']


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+49 30", "'+49 30"), ("-x", "'-x"), ("\tx", "'\tx"),
        ("-12.50", "-12.50"), ("+3", "+3"), ("plain", "plain"), ("'=1", "''=1"), ("", ""),
    ],
)  # fmt: skip
def test_a_text_that_would_run_gets_an_apostrophe(text, safe):
    assert escape_formula(text) == safe


def test_values_are_written_plainly():
    values = [None, True, Decimal("1E+2"), dt.date(2026, 1, 2), "a\nb"]
    assert [written(value) for value in values] == ["", "yes", "100", "2026-01-02", "a\nb"]


def test_many_rows_pass_a_few_at_a_time():
    taken = []

    def rows():
        for number in range(5_000):
            taken.append(number)
            yield [number]

    first = next(iter(csv_lines(rows())))
    assert first.startswith("\ufeff0\r\n")
    assert len(taken) <= 500
    assert len(list(csv.reader(io.StringIO("".join(csv_lines([[1], [2]])))))) == 2


def test_reading_all_rows_has_longer_than_a_page():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        with reading_all():
            cursor.execute("SELECT pg_sleep(0.2)")

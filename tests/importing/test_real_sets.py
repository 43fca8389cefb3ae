"""Real files, whole or cut: in once, in again, and what stands in the tables afterwards."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from contacts.models import Address, Contact
from orders.models import Order, OrderLine, Product
from tests.importing.tables import DATA, brought_in, counts

pytestmark = pytest.mark.django_db

CDNOW = ["customer_id=contact_external_id", "date=ordered_at", "cds=quantity"]
RETAIL = [
    "InvoiceNo=order_id", "StockCode=product_external_id", "Quantity=quantity", "InvoiceDate=ordered_at",
    "UnitPrice=unit_price", "CustomerID=contact_external_id",
]  # fmt: skip
FEBRL = [
    "rec_id=external_id", "given_name=first_name", "surname=last_name", "postcode=postal_code", "suburb=city",
    "state=region", "date_of_birth=birthday",
]  # fmt: skip


def test_cdnow_comes_in_once():
    path = DATA / "cdnow_sample_transactions.csv"
    result = brought_in("orders", path, CDNOW)
    assert (counts(result), result.created_related) == ((6919, 0, 0, 0), 2357)
    assert Order.objects.aggregate(total=Sum("amount"))["total"] == Decimal("244091.94")
    assert Order.objects.filter(is_purchase=True).count() == 6919
    assert counts(brought_in("orders", path, CDNOW)) == (0, 0, 6919, 0)


def test_online_retail_comes_in_once():
    path = DATA / "online_retail_4000.csv.gz"
    assert counts(brought_in("orders", path, RETAIL)) == (4000, 0, 0, 0)
    lines = OrderLine.objects.count()
    before = list(Order.objects.order_by("pk").values())
    assert counts(brought_in("orders", path, RETAIL)) == (0, 0, 4000, 0)
    assert (OrderLine.objects.count(), list(Order.objects.order_by("pk").values())) == (lines, before)
    assert Order.objects.filter(is_purchase=False, amount__lt=0).exists()


def test_telco_customers_come_in_and_what_is_not_mapped_stays_out():
    path = DATA / "telco_churn.csv"
    assert counts(brought_in("contacts", path, ["customerID=external_id"])) == (7043, 0, 0, 0)
    assert counts(brought_in("contacts", path, ["customerID=external_id"])) == (0, 0, 7043, 0)


def test_febrl_persons_come_in_but_for_impossible_birthdays():
    path, streets = DATA / "febrl1.csv", {"street": "{street_number} {address_1} {address_2}"}
    result = brought_in("contacts", path, FEBRL, templates=streets)
    assert counts(result) == (997, 0, 0, 3)
    assert result.examples[0] == 'line 146, column "date_of_birth": “19371233” is not a date'
    result.rejected_path.unlink()
    person = Contact.objects.get(external_id="rec-122-org")
    assert (person.name, str(person.birthday)) == ("lachlan berry", "1999-02-19")
    assert Address.objects.get(contact=person).street == "69 giblin street killarney"


def test_accounts_and_products_come_in():
    mapped = [
        "account=external_id",
        "account=name",
        "sector=industry",
        "office_location=country",
        "subsidiary_of=parent_external_id",
    ]
    result = brought_in("organizations", DATA / "accounts.csv", mapped)
    assert (counts(result), result.created_related) == ((85, 0, 0, 0), 0)
    bluth = Contact.objects.get(external_id="Bluth Company")
    assert (bluth.parent.name, bluth.kind, bluth.employees) == ("Acme Corporation", "organization", 3027)
    assert set(Address.objects.filter(country__in=["US", "KE", "Philipines"]).values_list("country", flat=True)) == {
        "US", "KE", "Philipines",
    }  # fmt: skip
    mapped = ["product=external_id", "product=name", "series=family", "sales_price=unit_price"]
    assert counts(brought_in("products", DATA / "products.csv", mapped)) == (7, 0, 0, 0)
    assert Product.objects.get(name="GTK 500").unit_price == 26768


def test_naughty_names_are_stored_and_come_in_again_unchanged(tmp_path):
    words = [word for word in json.loads((DATA / "naughty_strings.json").read_text()) if word.strip()]
    path = tmp_path / "names.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "n"], *([f"N{place}", word] for place, word in enumerate(words))])
    result = brought_in("contacts", path, ["id=external_id", "n=name"])
    assert counts(result) == (len(words), 0, 0, 0)
    stored = dict(Contact.objects.values_list("external_id", "name"))
    changed = [word for place, word in enumerate(words) if stored[f"N{place}"].lstrip("'") != word.strip().lstrip("'")]
    assert changed == []
    assert counts(brought_in("contacts", path, ["id=external_id", "n=name"])) == (0, 0, len(words), 0)


def test_the_number_of_statements_does_not_grow_with_the_rows(tmp_path):
    lines = (DATA / "cdnow_sample_transactions.csv").read_text().splitlines(keepends=True)
    numbers = []
    for count in (20, 2000):
        path = tmp_path / f"{count}.csv"
        path.write_text("".join(lines[: count + 1]))
        with CaptureQueriesContext(connection) as captured:
            brought_in("orders", path, CDNOW)
        numbers.append(sum(not query["sql"].startswith("ANALYZE") for query in captured))
    assert numbers[0] == numbers[1]


def test_the_planner_sees_what_an_import_has_filled(tmp_path):
    """A table that was counted while all its rows were gone would be taken for empty all through the import."""
    Contact.objects.bulk_create(Contact(name=f"Gone {number}") for number in range(2_000))
    Contact.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_contact")
        assert brought_in("orders", DATA / "cdnow_sample_transactions.csv", CDNOW).counts.related["contacts"] > 2_000
        cursor.execute("EXPLAIN (FORMAT json) SELECT 1 FROM contacts_contact")
        assert cursor.fetchone()[0][0]["Plan"]["Plan Rows"] > 1_000

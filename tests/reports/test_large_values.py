"""Numbers beyond all measure, and limits that hold for each currency by itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.choices import Role
from crm.models import ExchangeRate
from crm.reports.asking import MOST_COLUMNS
from pipeline.models import Deal
from tests import factories as make
from tests.reports.test_odd_values import built, of_custom

pytestmark = pytest.mark.django_db
SIZE = {"subject": "contacts.contact", "row1": "kind"}


@pytest.fixture
def client(db) -> Client:
    make.make_company()
    ExchangeRate.objects.create(currency="USD", valid_from="2020-01-01", rate=Decimal("0.9"))
    return make.signed_in(make.make_user(Role.MANAGER))


def deal(**fields: Any) -> None:
    made = make.make_deal()
    Deal.objects.filter(pk=made.pk).update(**fields)


def test_a_column_counts_once_however_many_currencies_it_has(client) -> None:
    months = [dt.date(2024 + place // 12, place % 12 + 1, 1) for place in range(MOST_COLUMNS + 2)]
    for month in months:
        for currency in ("EUR", "USD"):
            deal(expected_on=month, currency=currency, amount=10)
    asked = {"subject": "pipeline.deal", "column": "expected_on", "measure1": "sum:amount"}
    result = built(client, **asked)
    heads = [head.label for head in result.heads if head.is_figure][:-1]
    assert heads == [f"{month:%b %Y}" for month in months[2:]]
    assert any(f"The {MOST_COLUMNS} latest columns are shown" in note for note in result.notes)


def test_the_limit_is_of_each_currency(client) -> None:
    for place in range(12):
        deal(source=f"s{place}", currency="EUR", amount=1000 + place)
        deal(source=f"s{place}", currency="USD", amount=1 + place)
    result = built(
        client, subject="pipeline.deal", row1="source", measure1="sum:amount", sort="-m1", limit="10",
    )  # fmt: skip
    shown = [(row.keys[0].text, row.keys[1].text) for row in result.rows]
    assert shown == [(f"s{place}", currency) for currency in ("EUR", "USD") for place in range(11, 1, -1)]
    assert any("20 of 24 lines (a group has one for each currency)" in note for note in result.notes)


def test_a_huge_number_is_summed_and_is_a_band_without_a_link(client) -> None:
    of_custom("number", 10**22, 5)
    result = built(client, **SIZE, measure1="sum:custom_odd", measure2="median:custom_odd")
    assert [one.value for one in result.totals[0].figures] == [10**22 + 5, pytest.approx(5e21)]
    bands = built(client, subject="contacts.contact", row1="custom_odd", row1_by="1", measure1="count")
    assert [bool(row.keys[0].url) for row in bands.rows] == [True, False]


def test_a_number_that_cannot_be_read_stops_the_report_with_a_sentence(client) -> None:
    of_custom("number", 5)
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE contacts_contact SET custom = '{"odd": 1e400}' WHERE custom ? 'odd'""")
    page = client.get("/reports/build/", {**SIZE, "measure1": "median:custom_odd"})
    assert page.status_code == 200
    assert "cannot be read as a number" in page.content.decode()

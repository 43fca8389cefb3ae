"""Values that nobody meant to type, and fields that hold an empty text, take no report down and lead to their rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact
from crm.choices import Role
from crm.customfields.specs import DAY
from crm.models import CustomField
from crm.reports.results import Result
from pipeline.models import Deal
from tests import factories as make

pytestmark = pytest.mark.django_db
PERIODS = ("day", "week", "month", "quarter", "year")


@pytest.fixture
def client(db) -> Client:
    make.make_company()
    return make.signed_in(make.make_user(Role.MANAGER))


def built(client: Client, **asked: str) -> Result:
    page = client.get("/reports/build/", asked)
    assert page.status_code == 200
    result: Result = page.context["result"]
    return result


def listed(client: Client, url: str) -> int:
    table: Any = client.get(url).context["table"]
    return len(table.rows)


def of_custom(kind: str, *values: Any) -> None:
    CustomField.objects.create(model="contacts.contact", key="odd", label="Odd", type=kind)
    for value in values:
        Contact.objects.filter(pk=make.make_contact().pk).update(custom={"odd": value})


@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize("odd", ["0001-01-01", "0202-05-01", "1890-01-01", "9998-12-31", "9999-12-31"])
def test_a_mistyped_day_is_a_group_without_a_link(client, odd: str, by: str) -> None:
    for day in ("2026-05-01", odd):
        Deal.objects.filter(pk=make.make_deal().pk).update(expected_on=day)
    result = built(client, subject="pipeline.deal", row1="expected_on", row1_by=by)
    links = {row.keys[0].text: row.keys[0].url for row in result.rows}
    assert len(links) == 2
    assert sorted(map(bool, links.values())) == [False, True]
    assert listed(client, max(links.values())) == 1
    assert len(result.chart["names"]) == 2


@pytest.mark.parametrize("odd", ["0202-05-01", "9999-12-31"])
def test_a_column_of_a_mistyped_day_leads_nowhere_and_the_others_to_their_rows(client, odd: str) -> None:
    for day in ("2026-05-01", odd):
        Deal.objects.filter(pk=make.make_deal(source="web").pk).update(expected_on=day)
    result = built(client, subject="pipeline.deal", row1="source", column="expected_on", measure1="count")
    assert sorted(bool(one.url) for one in result.rows[0].figures) == [False, True, True]
    assert [listed(client, one.url) for one in result.rows[0].figures if one.url] == [1, 2]


def test_a_custom_day_that_never_was_counts_as_none(client) -> None:
    of_custom("date", "2026-02-28", "2026-02-31", "0202-05-01", "2025-02-29", "0000-01-01", "no day", 5)
    result = built(client, subject="contacts.contact", row1="custom_odd", row1_by="month")
    assert {row.keys[0].text: row.figures[0].value for row in result.rows} == {"May 202": 1, "Feb 2026": 1, "–": 5}


def test_the_days_that_a_report_reads_are_those_of_the_calendar() -> None:
    for year in (0, 1, 4, 100, 400, 1900, 1996, 2000, 2024, 2025, 2026, 2028, 2100, 9999):
        for month in range(14):
            for day in range(33):
                said = f"{year:04}-{month:02}-{day:02}"
                assert bool(re.search(DAY, said)) == _is_day(said), said
    assert not re.search(DAY, "2026-2-01")


def _is_day(said: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(said))
    except ValueError:
        return False


def test_answers_without_a_group_are_under_the_dash_and_lead_to_their_rows(client) -> None:
    contact = make.make_contact()
    for score in (10, 9, 2, None):
        make.make_response(contact, score)
    result = built(client, subject="feedback.response", row1="group", measure1="count")
    found = {row.keys[0].text: row.figures[0] for row in result.rows}
    assert found["–"].value == 1
    assert listed(client, found["–"].url) == 1
    assert sum(one.value for one in found.values()) == 4
    filled = json.dumps({"version": 1, "where": {"field": "group", "op": "not_empty"}})
    assert sum(row.figures[0].value for row in built(
        client, subject="feedback.response", row1="group", measure1="count", filter=filled).rows) == 3  # fmt: skip

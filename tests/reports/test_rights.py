"""Reports give nobody more than their lists: rows out of sight, hidden fields, files, reports of others."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from crm.choices import FieldRight, Role
from crm.models import AccessRule, FieldRule, LogEntry, SavedReport, User
from crm.reports.definitions import Asked, Definition, asked_by
from crm.reports.offering import ready_for
from crm.reports.reading import Report
from crm.reports.results import result_of
from crm.reports.subjects import all_ready, all_subjects
from tests import factories as make

pytestmark = pytest.mark.django_db
OF_CONTACTS = {"subject": "contacts.contact"}


def hide(field: str, role: str = Role.REP) -> None:
    model, _, name = field.rpartition(".")
    FieldRule.objects.create(role=role, model=model, field=name, right=FieldRight.HIDDEN)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def ben(db) -> User:
    """A rep who sees the contacts of their team."""
    make.make_company()
    return make.make_user(Role.REP, name="Ben", team=make.make_team())


def figures(user: User, **asked: Any) -> list[list[Any]]:
    result = result_of(Report(asked_by(asked), user))
    return [[*(one.text for one in row.keys), *(one.value for one in row.figures)] for row in result.rows]


def test_a_report_counts_only_the_rows_that_the_person_may_see(ben):
    make.make_user(Role.ADMIN)
    make.make_contact(owner=ben, team=ben.team, source="fair", revenue=Decimal(5))
    make.make_contact(team=make.make_team(), source="fair", revenue=Decimal(100))
    make.make_contact(team=make.make_team(), source="secret", revenue=Decimal(100))
    asked = OF_CONTACTS | {"row1": "source", "measure1": "count", "measure2": "sum:turnover"}
    assert figures(ben, **asked) == [["fair", 1, Decimal(5)]]
    assert len(figures(make.make_user(Role.MANAGER), **asked)) == 2


def test_a_person_who_may_not_open_the_list_gets_no_report_of_it(ben):
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="view", scope="none")
    make.make_contact(owner=ben)
    report = Report(Definition("contacts.contact", (Asked("source"),)), fresh(ben))
    assert result_of(report).rows == ()
    assert report.problems == [
        "This report is about a list that is not here for you: it is gone, or you may not open it."
    ]
    page = make.signed_in(ben).get("/reports/build/", OF_CONTACTS)
    assert page.context["result"] is None
    assert "contacts.contact" not in {value: label for value, label, _ in page.context["builder"].subjects}


@pytest.mark.parametrize(
    "asked",
    [
        {"row1": "turnover"}, {"column": "turnover"}, {"measure1": "sum:turnover"}, {"measure1": "median:turnover"},
        {"filter": json.dumps({"version": 1, "where": {"field": "turnover", "op": "over", "value": 1}})},
    ],
)  # fmt: skip
def test_a_hidden_field_is_not_offered_and_not_usable_by_its_address(ben, asked):
    make.make_contact(owner=ben, team=ben.team, revenue=Decimal(1000))
    hide("contacts.contact.revenue")
    user = fresh(ben)
    report = Report(asked_by(OF_CONTACTS | asked), user)
    assert "turnover" not in report.groupings
    assert not [word for word in report.offered if "turnover" in word]
    page = make.signed_in(user).get("/reports/build/", OF_CONTACTS | asked)
    assert len(page.context["problems"]) == 1
    assert "turnover" in page.context["problems"][0]
    assert page.context["result"] is None
    assert "1,000" not in page.content.decode()
    refused = make.signed_in(user).get("/reports/file/", OF_CONTACTS | asked)
    assert refused.status_code == 400


def test_a_shared_report_that_names_a_hidden_field_says_so_and_shows_nothing_of_it(ben):
    make.make_contact(owner=ben, team=ben.team, revenue=Decimal(4321))
    asked = OF_CONTACTS | {"row1": "kind", "measure1": "sum:turnover"}
    report = SavedReport.objects.create(name="Turnover", definition=asked, role=Role.REP)
    client = make.signed_in(ben)
    assert "4,321" in client.get(report.get_absolute_url()).content.decode()
    hide("contacts.contact.revenue")
    page = client.get(report.get_absolute_url())
    assert page.status_code == 200
    assert "which is not here for you" in page.content.decode()
    assert "4,321" not in page.content.decode()
    assert not page.context["file_url"]


def test_a_hidden_currency_takes_the_amounts_along(ben):
    make.make_order(make.make_contact(owner=ben, team=ben.team), currency="USD")
    assert "sum:amount" in Report(Definition("orders.order"), ben).offered
    hide("orders.order.currency")
    assert "sum:amount" not in Report(Definition("orders.order"), fresh(ben)).offered


def test_names_of_records_out_of_sight_are_not_told(ben):
    away = make.make_contact(name="Secret Works", kind="organization", team=make.make_team())
    make.make_contact(owner=ben, team=ben.team, organization=away)
    assert "organization" not in Report(Definition("contacts.contact"), ben).groupings
    assert "organization" in Report(Definition("contacts.contact"), make.make_user(Role.MANAGER)).groupings


def test_a_file_needs_the_right_to_export_and_holds_only_such_rows(ben):
    make.make_contact(owner=ben, team=ben.team, source="=1+1")
    make.make_contact(owner=make.make_user(Role.REP, team=ben.team), team=ben.team, source="of a mate")
    asked = OF_CONTACTS | {"row1": "source", "measure1": "count"}
    assert len(figures(ben, **asked)) == 2
    sent = make.signed_in(ben).get("/reports/file/", asked)
    text = b"".join(sent.streaming_content).decode("utf-8-sig")
    assert text.splitlines() == ["Source,Number", "'=1+1,1", "Total,1"]
    entry = LogEntry.objects.get(verb="export")
    assert entry.summary == "Exported the report “Contacts by source” (Contacts by source)"
    book = make.signed_in(ben).get("/reports/file/", asked | {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert next([cell.value for cell in row] for row in sheet.iter_rows()) == ["Source", "Number"]
    assert sheet["A2"].data_type == "s"
    agent = make.signed_in(make.make_user(Role.AGENT))
    assert agent.get("/reports/file/", asked).status_code == 403
    assert not agent.get("/reports/build/", asked).context["file_url"]


def test_only_the_words_of_the_catalogue_reach_the_statement(ben):
    make.make_contact(owner=ben, team=ben.team)
    for word in ('kind"; DROP TABLE crm_user; --', "pk", "owner__password", "custom", "kind__in", "search_text"):
        for place in ("row1", "column", "measure1"):
            asked = OF_CONTACTS | {place: f"distinct:{word}" if place == "measure1" else word}
            page = make.signed_in(ben).get("/reports/build/", asked)
            assert page.context["problems"], asked
            assert page.context["result"] is None
    page = make.signed_in(ben).get("/reports/build/", OF_CONTACTS | {"row1": "kind", "row1_by": "x'", "sort": "m9;"})
    assert page.context["problems"] == []


def test_each_ready_report_can_be_asked_and_is_kept_from_whom_a_field_is_hidden(ben):
    manager = make.make_user(Role.MANAGER)
    assert len(all_ready()) >= 12
    assert set(ready_for(manager)) == set(all_ready())
    for name, ready in all_ready().items():
        assert ready.subject in all_subjects()
        page = make.signed_in(manager).get(f"/reports/ready/{name}/")
        assert page.status_code == 200
        assert page.context["problems"] == [], name
    assert "campaign-budgets" not in ready_for(ben)
    hide("contacts.contact.source")
    assert "customers-by-source" not in ready_for(fresh(ben))
    assert make.signed_in(ben).get("/reports/ready/customers-by-source/").status_code == 404

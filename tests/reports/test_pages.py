"""The pages of reports: building, currencies, limits, time, saving, sharing, finding."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry, SavedReport, User
from crm.reports.definitions import asked_by
from crm.reports.reading import Report
from crm.reports.results import result_of
from tests import factories as make

pytestmark = pytest.mark.django_db
NO_BREAK = "\xa0"
ORDERS = {"subject": "orders.order"}
ASKED = {"subject": "contacts.contact", "row1": "source", "measure1": "count"}


@pytest.fixture
def mia(db) -> User:
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia", team=make.make_team())


def texts(result: Any) -> list[list[str]]:
    return [
        [one.text.replace(NO_BREAK, " ") for one in (*row.keys, *row.figures)] for row in (*result.rows, *result.totals)
    ]


def ask(user: User, **asked: Any) -> Any:
    return result_of(Report(asked_by(asked), user))


def test_money_of_several_currencies_is_never_added(mia):
    for currency, amount in (("EUR", 10), ("EUR", 20), ("USD", 5)):
        make.make_order(currency=currency, channel="web", lines=({"quantity": 1, "amount": Decimal(amount)},))
    result = ask(mia, **ORDERS, row1="channel", measure1="sum:amount", measure2="count")
    assert texts(result) == [
        ["Web shop", "EUR", "€ 30.00", "2"], ["Web shop", "USD", "$ 5.00", "1"],
        ["Total", "EUR", "€ 30.00", "2"], ["Total", "USD", "$ 5.00", "1"],
    ]  # fmt: skip
    assert result.notes == ["The amounts are in several currencies, which are never added: there is a line for each."]
    assert result.count == 3


def test_one_currency_needs_no_column(mia):
    make.make_order(currency="USD", channel="web")
    assert texts(ask(mia, **ORDERS, row1="channel", measure1="sum:amount")) == [
        ["Web shop", "$ 10.00"],
        ["Total", "$ 10.00"],
    ]


def test_columns_have_totals_of_their_own_and_a_median_is_no_sum(mia):
    for channel, day, amount in (("web", "2025-01-31", 1), ("web", "2026-01-01", 3), ("phone", "2026-02-01", 100)):
        make.make_order(
            channel=channel,
            ordered_on=day,
            ordered_at=f"{day}T12:00Z",
            lines=({"quantity": 1, "amount": Decimal(amount)},),
        )
    result = ask(mia, **ORDERS, row1="channel", column="ordered_on", column_by="year", measure1="median:amount")
    assert [head.label for head in result.heads] == ["Channel", "2025", "2026", "Total: amount, median"]
    assert texts(result) == [
        ["Phone", "", "€ 100", "€ 100"],
        ["Web shop", "€ 1.00", "€ 3.00", "€ 2.00"],
        ["Total", "€ 1.00", "€ 51.50", "€ 3.00"],
    ]


def test_what_is_more_than_the_limit_is_said_and_counted_in_the_total(mia):
    for number in range(12):
        for _ in range(number + 1):
            make.make_contact(source=f"source {number:02}")
    result = ask(mia, **ASKED, limit="10")
    assert [row.keys[0].text for row in result.rows] == [f"source {number:02}" for number in range(11, 1, -1)]
    assert result.totals[0].figures[0].value == 78
    assert result.notes == ["10 of 12 groups are shown; the total is of all. Raise the limit, or filter."]


def test_a_chart_of_many_columns_says_that_it_shows_the_first(mia):
    for number in range(9):
        make.make_contact(source=f"source {number}", industry="Wood")
    result = ask(mia, subject="contacts.contact", row1="industry", column="source", measure1="count")
    assert len(result.chart["series"]) == 8
    assert result.notes == ["The chart shows the first 8 columns, the table all."]
    assert result.totals[0].figures[-1].value == 9


def test_a_report_that_takes_too_long_is_stopped_with_advice(mia, settings):
    Contact.objects.bulk_create(Contact(name=f"Contact {number}", employees=number) for number in range(5_000))
    settings.CRM_REPORT_MILLISECONDS = 1
    page = make.signed_in(mia).get("/reports/build/", ASKED | {"row1": "name", "measure1": "median:employees"})
    assert page.status_code == 200
    assert page.context["result"] is None
    assert page.context["problems"][0].startswith("This report takes longer than 0.001 seconds, so it was stopped.")


def test_a_report_is_one_statement_and_reads_no_rows(mia):
    for number in range(30):
        make.make_order(channel="web", ordered_on="2026-01-01", number=f"N{number}")
    asked = {"row1": "channel", "column": "ordered_on", "measure1": "median:amount", "measure2": "distinct:number"}
    with CaptureQueriesContext(connection) as queries:
        result = ask(mia, **ORDERS, **asked)
    of_orders = [query["sql"] for query in queries if "orders_order" in query["sql"]]
    assert [figure.value for figure in result.totals[0].figures[-2:]] == [10, 30]
    assert len(of_orders) == 1
    assert "GROUPING SETS" in of_orders[0]


def test_a_new_report_begins_with_the_lists_then_with_a_first_grouping(mia):
    make.make_contact()
    client = make.signed_in(mia)
    assert "What do you want to know?" in client.get("/reports/build/").content.decode()
    page = client.get("/reports/build/", {"subject": "contacts.contact"})
    assert page.context["report"].definition.rows
    part = client.get("/reports/build/", ASKED, headers={"HX-Request": "true"})
    assert part["HX-Push-Url"] == "/reports/build/?subject=contacts.contact&row1=source&measure1=count"
    assert "<html" not in part.content.decode()
    other = client.get("/reports/build/", ASKED | {"subject": "orders.order", "was": "contacts.contact"})
    assert other.context["problems"] == []
    assert "No rows to report on" in other.content.decode()


def test_a_list_leads_to_a_report_of_its_rows(mia):
    make.make_contact(source="fair", industry="Wood")
    make.make_contact(source="web", industry="Steel")
    client = make.signed_in(mia)
    page = client.get("/contacts/", {"industry": "Wood"})
    report = client.get(page.context["report_url"])
    assert report.context["result"].count == 1
    assert [chip.value for chip in report.context["chips"]] == ["contains Wood"]
    filters = client.get(report.context["filters_url"])
    assert json.loads(filters.context["builder"])["cleared"].startswith("/reports/build/?subject=contacts.contact")
    assert client.get("/reports/build/", ASKED | {"part": "count"}).json() == {"count": "2", "problems": []}


def test_a_report_is_saved_changed_kept_copied_and_deleted(mia):
    make.make_contact(source="fair")
    client = make.signed_in(mia)
    page = client.get("/reports/build/", ASKED)
    form = client.get(page.context["save_url"]).context["form"]
    assert form["name"].value() == "Contacts by source"
    sent = {"name": "Sources", "definition": form["definition"].value(), "team": mia.team_id}
    answer = client.post(reverse("reports:report_create"), sent)
    report = SavedReport.objects.get()
    assert (answer["Location"], report.definition) == (f"/reports/{report.pk}/", ASKED)
    client.post(f"/reports/{report.pk}/edit/", {"name": "Where from", "version": 1})
    words = json.dumps(ASKED | {"row1": "kind"})
    client.post(f"/reports/{report.pk}/keep/", {"version": 1, "definition": words})
    report.refresh_from_db()
    assert (report.name, report.definition["row1"], report.version) == ("Where from", "source", 2), "a stale page"
    client.post(f"/reports/{report.pk}/keep/", {"version": 2, "definition": words})
    changed = client.get(f"/reports/{report.pk}/", ASKED)
    assert changed.context["is_changed"]
    assert "Keep changes" in changed.content.decode()
    copy = client.get(changed.context["save_url"]).context["form"]
    assert json.loads(copy["definition"].value())["row1"] == "source"
    client.post(f"/reports/{report.pk}/delete/")
    assert not SavedReport.objects.exists()
    assert list(LogEntry.objects.filter(model="crm.savedreport").order_by("id").values_list("verb", flat=True)) == [
        "create", "change", "change", "delete",
    ]  # fmt: skip


def test_a_report_is_shared_with_a_team_or_by_administrators_with_a_role(mia):
    mate, other = make.make_user(Role.REP, team=mia.team), make.make_user(Role.REP, team=make.make_team())
    of_team = SavedReport.objects.create(name="Team", owner=mia, team=mia.team, definition=ASKED)
    of_role = SavedReport.objects.create(name="Role", role=Role.REP, definition=ASKED)
    alone = SavedReport.objects.create(name="Alone", owner=mia, definition=ASKED)
    seen = {one.name: set(SavedReport.objects.visible_to(one).values_list("pk", flat=True)) for one in (mate, other)}
    assert seen == {mate.name: {of_team.pk, of_role.pk}, other.name: {of_role.pk}}
    assert make.signed_in(mate).get(f"/reports/{alone.pk}/").status_code == 404
    assert make.signed_in(mate).post(f"/reports/{of_team.pk}/delete/").status_code == 403
    refused = make.signed_in(mia).post(f"/reports/{alone.pk}/edit/", {"name": "Alone", "version": 1, "role": "rep"})
    assert refused.status_code == 302
    alone.refresh_from_db()
    assert alone.role == ""


def test_what_cannot_be_asked_is_not_saved(mia):
    sent = {"name": "Bad", "definition": json.dumps(ASKED | {"row1": "password"})}
    for words in (sent["definition"], "[]", "{", json.dumps(ASKED | {"filter": "{"}), json.dumps(ASKED | {"q": "\0"})):
        answer = make.signed_in(mia).post(reverse("reports:report_create"), sent | {"definition": words})
        assert answer.status_code == 422, words
    assert not SavedReport.objects.exists()


def test_the_palette_finds_reports(mia):
    SavedReport.objects.create(name="Wood by source", owner=mia, definition=ASKED)
    client = make.signed_in(mia)
    found = client.get(reverse("crm:palette"), {"q": "report wood"}).content.decode()
    assert "Wood by source" in found
    assert "Orders by month" in client.get(reverse("crm:palette"), {"q": "report orders"}).content.decode()


def test_the_page_of_reports_shows_ready_ones_and_what_is_empty(mia):
    page = make.signed_in(mia).get("/reports/").content.decode()
    assert "No reports of your own yet" in page
    assert "Sales performance" in page

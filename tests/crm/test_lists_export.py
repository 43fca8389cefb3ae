"""The list's file: what matches, with the shown columns, for who may export, safe in a spreadsheet."""

import csv
import io

import pytest

from crm.catalogue import shipped_fields_of
from crm.choices import Role
from crm.exporting import lists
from crm.exporting.csv import escape_formula
from tests import factories as make


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER)


def test_the_file_holds_what_matches_with_the_shown_columns(manager):
    make.make_contact(name="Zoë", city="Leeds", emails=("z@x.example",), kind="organization")
    make.make_contact(name="Anna")
    response = make.signed_in(manager).get("/contacts/export/?kind=organization&columns=place,email")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert rows_of(response) == [["Name", "Place", "E-mail"], ["Zoë", "Leeds, GB", "z@x.example"]]


def test_the_file_goes_on_past_one_page(manager, monkeypatch):
    monkeypatch.setattr(lists, "CHUNK", 7)
    names = [make.make_contact().name for _ in range(30)]
    rows = rows_of(make.signed_in(manager).get("/contacts/export/?columns=name"))
    assert [row[0] for row in rows[1:]] == names


def test_a_rep_exports_own_contacts_only_and_an_agent_none(manager):
    rep, agent = make.make_user(Role.REP, team=make.make_team()), make.make_user(Role.AGENT)
    make.make_contact(name="Own", owner=rep)
    make.make_contact(name="Team", team=rep.team)
    assert [row[0] for row in rows_of(make.signed_in(rep).get("/contacts/export/"))] == ["Name", "Own"]
    assert make.signed_in(agent).get("/contacts/export/").status_code == 403
    assert make.signed_in(agent).get("/contacts/").context["export_url"] == ""


def test_a_question_that_cannot_be_read_makes_no_file(manager):
    make.make_contact(name="Secret")
    response = make.signed_in(manager).get("/contacts/export/?foo=1")
    assert response.status_code == 400
    assert b"Secret" not in response.content


@pytest.mark.parametrize("payload", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1+1"])  # noqa: RUF001
def test_a_formula_gets_an_apostrophe(manager, payload):
    make.make_contact(name=f"{payload}")
    rows = rows_of(make.signed_in(manager).get("/contacts/export/?columns=name"))
    assert rows[1] == [f"'{payload}"]


@pytest.mark.parametrize("plain", ["-12.50", "+441134960188", "Anna = Berta", "", "12", "a@b.example"])
def test_plain_text_and_numbers_stay(plain):
    assert escape_formula(plain) == plain


LISTS = {"contacts.contact": "/contacts/", "orders.order": "/orders/", "orders.product": "/products/"}


@pytest.mark.parametrize("label", LISTS)
def test_what_the_database_tells_is_what_the_records_tell(label, manager, monkeypatch):
    """Every column of a list, of records with all and with nothing."""
    team = make.make_team()
    firm = make.make_contact(name="Firm", kind="organization", tags=["a", "b, c"], owner=manager, team=team)
    person = make.make_contact(name="=1+1", organization=firm, city="Leeds", emails=("z@x.example", "y@x.example"))
    make.make_contact(name="Empty")
    make.make_order(firm, number="")
    make.make_order(person)
    make.make_product(name="-plus")
    columns = [spec.name for spec in shipped_fields_of(label) if spec.column]
    client, address = make.signed_in(manager), f"{LISTS[label]}export/?columns={','.join(columns)}"
    by_values = rows_of(client.get(address))
    monkeypatch.setattr(lists, "told_by_database", lambda spec, model, user: None)
    assert by_values == rows_of(client.get(address))
    assert len(by_values) >= 2
    assert len(by_values[0]) == len(columns)

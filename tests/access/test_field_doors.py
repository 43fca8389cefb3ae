"""Every door keeps a hidden field: list, filter, sort, search, page, form, file, import, timeline, options; and a
read-only one is shown and not written."""

from __future__ import annotations

import re
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.importing.errors import UnreadableFile
from crm.models import FieldRule, User
from orders.models import Order, Product
from tests import factories as make
from tests.importing.tables import brought_in

SECRET = "CANARY-7f3a"


def rule(field: str, right: str = FieldRight.HIDDEN) -> None:
    model, _, name = field.rpartition(".")
    FieldRule.objects.create(role=Role.REP, model=model, field=name, right=right)


@pytest.fixture
def rep(db) -> User:
    make.make_company()
    return make.make_user(Role.REP, name="Rosa Rep", team=make.make_team())


@pytest.fixture
def client(rep: User) -> Client:
    return make.signed_in(rep)


@pytest.fixture
def anna(rep: User) -> Contact:
    firm = make.make_contact(name="Hartmann Logistik", kind="organization", owner=rep, team=rep.team)
    return make.make_contact(
        name="Anna Berg", owner=rep, team=rep.team, organization=firm, industry=SECRET, source="fair",
        external_id="A-1", emails=(f"{SECRET}@crm.example",), city="Leeds",
    )  # fmt: skip


def test_a_hidden_field_is_no_column_no_filter_and_no_order_of_a_list(client: Client, anna: Contact) -> None:
    rule("contacts.contact.industry")
    rule("analytics.rfmscore.monetary")
    assert SECRET not in client.get("/contacts/", {"part": "filters"}).content.decode()
    for query in ("columns=name,industry", "industry=CANARY", "sort=-revenue", "revenue_min=1"):
        answer = client.get(f"/contacts/?{query}")
        assert answer.status_code == 400, query
        assert SECRET not in answer.content.decode().replace("CANARY”", "")
        assert client.get(f"/contacts/export/?{query}").status_code == 400, query


def test_columns_that_a_person_once_chose_are_gone_with_the_right_to_see_them(client: Client, anna: Contact) -> None:
    client.post("/columns/", {"list": "contacts.contact", "columns": "name,industry"})
    assert SECRET in client.get("/contacts/").content.decode()
    rule("contacts.contact.industry")
    assert SECRET not in client.get("/contacts/").content.decode()
    assert SECRET not in b"".join(client.get("/contacts/export/").streaming_content).decode()


def test_search_is_no_oracle_for_a_hidden_address(client: Client, anna: Contact) -> None:
    def found(door: str) -> str:
        return client.get(door, {"q": SECRET}).content.decode()

    make.make_order(anna)
    doors = ("/contacts/", "/contacts/options/", "/orders/")
    assert all("Anna Berg" in found(door) for door in doors)
    rule("contacts.contact.email")
    assert not any("Anna Berg" in found(door) for door in doors)
    assert "Anna Berg" in client.get("/contacts/", {"q": "anna berg"}).content.decode()


def test_a_page_and_its_form_are_without_a_hidden_field(client: Client, anna: Contact) -> None:
    pages = (f"/contacts/{anna.pk}/", f"/contacts/{anna.pk}/edit/", f"/contacts/{anna.organization_id}/?tab=people")
    assert all(SECRET in client.get(page).content.decode() for page in pages)
    rule("contacts.contact.industry")
    rule("contacts.contact.email")
    assert not any(SECRET in client.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("right", FieldRight.values)
def test_what_is_sent_for_a_field_that_may_not_be_written_is_ignored(client: Client, anna: Contact, right: str) -> None:
    for field in ("industry", "email", "owner", "organization", "created_on"):
        rule(f"contacts.contact.{field}", right)
    rule("contacts.address.city", right)
    before = (anna.industry, anna.owner_id, anna.organization_id, anna.created_on)
    sent = {
        "name": "Anna Berger", "version": anna.version, "industry": "changed", "emails": "new@crm.example",
        "owner": "", "organization": "", "city": "York", "country": "GB", "created_on": "2001-01-01",
    }  # fmt: skip
    assert client.post(f"/contacts/{anna.pk}/edit/", sent).status_code == 302
    anna.refresh_from_db()
    assert anna.name == "Anna Berger"
    assert (anna.industry, anna.owner_id, anna.organization_id, anna.created_on) == before
    assert [point.value for point in anna.points.all()] == [f"{SECRET}@crm.example"]
    assert anna.addresses.get().city == "Leeds"


def test_a_read_only_field_is_shown_and_cannot_be_typed_into(client: Client, anna: Contact) -> None:
    rule("contacts.contact.industry", FieldRight.READ_ONLY)
    form = client.get(f"/contacts/{anna.pk}/edit/").context["form"]
    assert 'value="CANARY-7f3a"' in str(form["industry"])
    assert "disabled" in str(form["industry"])
    assert SECRET in client.get(f"/contacts/{anna.pk}/").content.decode()


def test_a_new_contact_of_somebody_who_does_not_see_owners_is_their_own(client: Client, rep: User) -> None:
    rule("contacts.contact.owner")
    stranger = make.make_user(Role.REP)
    sent = {"kind": "person", "name": "New One", "owner": stranger.pk, "team": rep.team_id}
    assert client.post("/contacts/new/", sent).status_code == 302
    assert Contact.objects.get(name="New One").owner == rep


def test_the_address_of_a_form_fills_no_fixed_field(client: Client, anna: Contact) -> None:
    rule("contacts.contact.organization", FieldRight.READ_ONLY)
    path = f"/contacts/new/?organization={anna.organization_id}"
    client.post(path, {"kind": "person", "name": "New One", "owner": anna.owner_id, "team": anna.team_id})
    assert Contact.objects.get(name="New One").organization is None


def test_files_leave_a_hidden_column_out_and_refuse_to_be_asked_for_it(rep: User, anna: Contact) -> None:
    rule("contacts.contact.industry")
    rule("orders.order.cost")
    out = StringIO()
    call_command("export_data", "contacts", user=rep.email, stdout=out)
    head, *rows = out.getvalue().splitlines()
    assert "industry" not in head
    assert "email" in head
    assert "source" in head
    assert len(rows) == 2
    assert "Anna Berg" in out.getvalue()
    with pytest.raises(Exception, match="no column “industry”"):
        call_command("export_data", "contacts", user=rep.email, columns="external_id,industry")
    orders = StringIO()
    call_command("export_data", "orders", user=rep.email, stdout=orders)
    assert "unit_cost" not in orders.getvalue()


@pytest.mark.parametrize("right", FieldRight.values)
def test_import_writes_no_field_that_may_not_be_written(rep: User, anna: Contact, tmp_path: Path, right: str) -> None:
    rule("contacts.contact.industry", right)
    path = tmp_path / "file"
    path.write_text("external_id,name,industry\nA-1,Anna Berger,Changed\n")
    with pytest.raises(UnreadableFile, match="You may not write “Industry”"):
        brought_in("contacts", path, actor=rep)
    anna.refresh_from_db()
    assert (anna.name, anna.industry) == ("Anna Berg", SECRET)


def without_tokens(page: HttpResponse) -> str:
    """The text without what is drawn at random: three sevens may be in it."""
    return re.sub(r'"X-CSRFToken": "\w+"|token" value="[^"]*"', "", page.content.decode())


def test_the_import_wizard_does_not_offer_a_fixed_field(client: Client, rep: User, tmp_path: Path) -> None:
    rule("contacts.contact.industry", FieldRight.READ_ONLY)
    with (tmp_path / "people.csv").open("w+b") as file:
        file.write(b"external_id,name,branch\nA-9,Ida,Steel\n")
        file.seek(0)
        answer = client.post("/imports/new/", {"kind": "contacts", "file": file})
    page = client.get(answer["Location"]).content.decode()
    assert 'value="industry"' not in page
    assert 'value="source"' in page


def test_money_of_orders_is_nowhere_for_those_from_whom_it_is_hidden(client: Client, rep: User, anna: Contact) -> None:
    product = make.make_product(name="Frame", unit_price=Decimal("777.77"), unit_cost=Decimal("333.33"))
    line = {"quantity": 1, "unit_price": Decimal("777.77"), "amount": Decimal("777.77"), "unit_cost": Decimal("333.33")}
    order = make.make_order(anna, lines=({**line, "product": product},))
    pages = [
        f"/orders/{order.pk}/", f"/orders/{order.pk}/edit/", "/orders/", f"/contacts/{anna.pk}/", "/",
        f"/contacts/{anna.pk}/?tab=orders", f"/products/{product.pk}/", "/products/",
        "/orders/?columns=number,amount,base_amount",
    ]  # fmt: skip
    texts = {page: without_tokens(client.get(page)) for page in pages}
    assert all("777" in text for text in texts.values()), [page for page, text in texts.items() if "777" not in text]
    for field in ("orders.order.amount", "orders.order.cost", "orders.product.unit_price", "orders.product.unit_cost"):
        rule(field)
    for page in pages:
        text = without_tokens(client.get(page))
        assert "777" not in text, page
        assert "333.33" not in text, page


def test_an_order_keeps_its_hidden_money_when_something_else_is_changed(client: Client, anna: Contact) -> None:
    rule("orders.order.amount")
    order = make.make_order(anna)
    line = order.lines.get()
    form = client.get(f"/orders/{order.pk}/edit/").context["form"]
    sent = {
        "contact": anna.pk, "number": "X-1", "ordered_at": "2026-03-02T12:00", "currency": "EUR",
        "version": form["version"].value(), "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 1,
        "lines-0-line_id": line.pk, "lines-0-quantity": "1", "lines-0-amount": "1",
    }  # fmt: skip
    assert client.post(f"/orders/{order.pk}/edit/", sent).status_code == 302
    assert list(Order.objects.values_list("number", "amount")) == [("X-1", Decimal(10))]


def test_a_hidden_price_can_be_neither_set_nor_guessed(client: Client, rep: User) -> None:
    User.objects.filter(pk=rep.pk).update(role=Role.MARKETER)
    FieldRule.objects.create(role=Role.MARKETER, model="orders.product", field="unit_cost", right=FieldRight.HIDDEN)
    product = make.make_product(unit_cost=Decimal(3))
    sent = {"name": "Frame", "currency": "EUR", "unit_cost": "99", "version": product.version}
    assert client.post(f"/products/{product.pk}/edit/", sent).status_code == 302
    assert Product.objects.get().unit_cost == 3
    assert client.get("/products/", {"unit_cost_min": 2}).status_code == 400

"""Products made to order: what a line chose and paid for it then; returns that take back what was paid; bulk edits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from crm.choices import Role
from orders.models import LineOption, Order
from orders.options.actions import OptionInput, set_options
from orders.options.words import Chosen, in_words, read_choice, read_chosen, write_choice
from orders.returns.actions import return_lines
from orders.returns.queries import returnable
from tests import factories as make

WORD = st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=12)
SUM = st.decimals(Decimal("-99.9999"), Decimal("99.9999"), places=4)


@given(st.lists(st.tuples(WORD, WORD, SUM), max_size=5, unique_by=lambda one: one[0].casefold()))
def test_options_are_read_back_as_they_were_written(options):
    written = in_words(Chosen(name, value, surcharge) for name, value, surcharge in options)
    assert [(name, value, more or 0) for name, value, more in read_chosen(written)] == options


@given(WORD, SUM)
def test_choices_are_read_back_as_they_were_written(name, surcharge):
    assert read_choice(write_choice(name, surcharge)) == (name, surcharge)


@pytest.mark.parametrize("text", ["Oak", "Colour:", ": Oak", "Colour: Oak; colour: Ash", "A: " + "x" * 301])
def test_what_is_no_option_is_said(text):
    with pytest.raises(ValidationError):
        read_chosen(text)


@pytest.fixture
def frame(db):
    make.make_company()
    product = make.make_product(name="Frame", unit_price=Decimal(20), unit_cost=Decimal(9))
    options = [
        OptionInput("Colour", is_required=True, choices=(("Oak", Decimal(0)), ("Walnut", Decimal("4.50")))),
        OptionInput("Engraving", kind="text", surcharge=Decimal(3)),
    ]
    return set_options(actor=None, product=product, version=1, options=options)


def sent(contact: Contact, *lines: dict, **fields) -> dict:
    data = {"contact": contact.pk, "ordered_at": "2026-03-02T10:00", "currency": "EUR", "lines-INITIAL_FORMS": 0}
    data |= {"lines-TOTAL_FORMS": len(lines), **fields}
    return data | {f"lines-{index}-{name}": value for index, line in enumerate(lines) for name, value in line.items()}


def test_a_line_pays_for_what_it_chose(frame):
    contact, client = make.make_contact(), make.signed_in(make.make_user(Role.MANAGER))
    line = {"product": frame.pk, "quantity": "2", "options": "colour: walnut; Engraving: Ada"}
    assert client.post("/orders/new/", sent(contact, line)).status_code == 302
    order = Order.objects.get()
    assert order.amount == Decimal("55.00")  # 2 x (20 + 4.50 + 3)
    assert list(order.options.values_list("name", "value", "surcharge")) == [
        ("Colour", "Walnut", Decimal("4.5")),
        ("Engraving", "Ada", Decimal(3)),
    ]
    assert order.lines.get().list_price == Decimal(20)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Colour: Walnut" in page
    for wrong, words in (("", "Still to be said: Colour"), ("Colour: Pink", "Colour is one of: Oak, Walnut")):
        answer = client.post("/orders/new/", sent(contact, {**line, "options": wrong}))
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_a_later_surcharge_changes_no_order_that_is_there(frame):
    contact, client = make.make_contact(), make.signed_in(make.make_user(Role.MANAGER))
    client.post("/orders/new/", sent(contact, {"product": frame.pk, "quantity": "1", "options": "Colour: Walnut"}))
    set_options(
        actor=None, product=frame, version=2, options=[OptionInput("Colour", choices=(("Walnut", Decimal(99)),))]
    )
    order = Order.objects.get()
    form = client.get(f"/orders/{order.pk}/edit/").context["form"]
    data = {name: form[name].value() for name in form.fields}
    data |= {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 1, "number": "N"}
    data |= {f"lines-0-{name}": form.lines[0][name].value() for name in form.lines[0].fields if name != "DELETE"}
    data = {name: value for name, value in data.items() if value is not None}
    assert client.post(f"/orders/{order.pk}/edit/", data).status_code == 302
    order.refresh_from_db()
    assert (order.number, order.amount) == ("N", Decimal("24.50"))
    assert order.options.get().surcharge == Decimal("4.5")


def test_no_price_is_taken_over_into_another_currency(frame):
    contact, client = make.make_contact(), make.signed_in(make.make_user(Role.MANAGER))
    line = {"product": frame.pk, "quantity": "1", "options": "Colour: Oak"}
    answer = client.post("/orders/new/", sent(contact, line, currency="USD"))
    assert "has a price in EUR: say it in USD" in answer.content.decode()
    assert client.post("/orders/new/", sent(contact, {**line, "unit_price": "25"}, currency="USD")).status_code == 302
    stored = Order.objects.get().lines.get()
    assert (stored.amount, stored.unit_cost, stored.list_price) == (Decimal(25), None, None)


def test_a_return_takes_back_what_was_paid_and_no_more(frame):
    contact, client = make.make_contact(), make.signed_in(make.make_user(Role.MANAGER))
    line = {"product": frame.pk, "quantity": "3", "discount": "1", "options": "Colour: Walnut"}
    client.post("/orders/new/", sent(contact, line, number="SO-1"))
    order = Order.objects.get()
    key = order.lines.get().pk
    page = f"/orders/{order.pk}/return/"
    assert client.post(page, {f"line_{key}": "4"}).status_code == 422
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {f"line_{key}": "2"}).status_code == 302
    back = Order.objects.exclude(pk=order.pk).get()
    assert (back.number, back.amount, back.is_purchase) == ("SO-1-R1", Decimal("-48.3333"), False)  # 2/3 of 72.50
    assert back.lines.get().returned_line_id == key
    assert str(back.options.get()) == "Colour: Walnut"
    assert [(line.pk, left) for line, left in returnable(order)] == [(key, Decimal(1))]
    with pytest.raises(ValidationError, match="At most 1"):
        return_lines(actor=None, order=order, quantities={key: Decimal(2)})
    last = return_lines(actor=None, order=order, quantities={key: Decimal(1)})
    assert back.amount + last.amount == -order.amount, "no rounding stays behind"
    assert "SO-1-R1" in client.get(order.get_absolute_url()).content.decode()


def test_the_api_takes_options_and_gives_them_back(frame):
    from tests.api.calls import Caller  # noqa: PLC0415

    call = Caller(make.make_token(make.make_user(Role.MANAGER)))
    options = [{"name": "Colour", "value": "Walnut"}]
    body = {
        "contact_id": make.make_contact().pk,
        "lines": [{"product_id": frame.pk, "quantity": 1, "options": options}],
    }
    made = call.post("/orders", body)
    assert made.status_code == 201, made.content
    assert made.json()["lines"][0]["options"] == [{"name": "Colour", "value": "Walnut", "surcharge": "4.5000"}]
    wrong = [{"name": "Colour", "value": "Pink"}]
    refused = call.post("/orders", {**body, "lines": [{**body["lines"][0], "options": wrong}]})
    assert refused.json()["errors"][0]["field"] == "lines.0.options"


def test_contacts_and_orders_are_found_by_what_was_chosen(frame):
    contact, client = make.make_contact(), make.signed_in(make.make_user(Role.MANAGER))
    client.post("/orders/new/", sent(contact, {"product": frame.pk, "quantity": "1", "options": "Colour: Walnut"}))
    make.make_order(make.make_contact())
    tree = '{"version": 1, "where": {"field": "bought_option", "op": "is", "value": "walnut"}}'
    assert [row.pk for row in client.get("/contacts/", {"filter": tree}).context["table"].rows] == [contact.pk]
    assert [row.pk for row in client.get("/orders/?option=waln").context["table"].rows] == [
        LineOption.objects.get().order_id
    ]


def test_the_page_of_a_product_s_options_keeps_what_was_typed(frame):
    client = make.signed_in(make.make_user(Role.MANAGER))
    page = f"/products/{frame.pk}/options/"
    data = {"options-TOTAL_FORMS": 1, "options-INITIAL_FORMS": 1, "version": frame.version}
    twice = {**data, "options-0-name": "Size", "options-0-choices": "Small\nsmall + 2"}
    wrong = client.post(page, twice)
    assert wrong.status_code == 422
    assert "One of the choices stands there twice" in wrong.content.decode()
    good = {"options-0-name": "Size", "options-0-choices": "Small - 2\nLarge + 4,50"}
    assert client.post(page, {**data, **good}).status_code == 302
    choices = frame.options.get().choices.values_list("name", "surcharge")
    assert list(choices) == [("Small", Decimal(-2)), ("Large", Decimal("4.5"))]


def test_many_orders_change_their_channel_at_once(frame):
    client = make.signed_in(make.make_user(Role.MANAGER))
    orders = [make.make_order(make.make_contact()) for _ in range(3)]
    data = {"op": "set", "field": "channel", "value": "store", "pk": [one.pk for one in orders[:2]], "next": "/orders/"}
    assert client.post("/orders/bulk/", data).status_code == 302
    assert list(Order.objects.order_by("pk").values_list("channel", flat=True)) == ["store", "store", ""]
    assert client.post("/orders/bulk/", {**data, "op": "archive"}).status_code == 422

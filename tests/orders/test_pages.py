"""The pages of orders and products: whose rows, the form with lines, how many queries."""

import datetime as dt

import pytest

from crm.choices import FieldRight, Role
from crm.models import FieldRule, LogEntry
from orders.models import Order, Product
from tests import factories as make


def names(response) -> list[str]:
    return [row.cells[0].html for row in response.context["table"].rows]


def form_data(contact=None, lines=(), **fields) -> dict:
    """What the browser sends: the order's fields and the lines' formset."""
    data = {"contact": contact.pk if contact else "", "ordered_at": "2026-03-02T13:00", "currency": "EUR", **fields}
    data |= {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": str(fields.pop("initial", 0))}
    data |= {f"lines-{index}-{name}": value for index, line in enumerate(lines) for name, value in line.items()}
    return data


def typed_again(response) -> dict:
    """What the form of a page would send back unchanged."""
    form = response.context["form"]
    data = {name: form[name].value() for name in form.fields}
    moment = data["ordered_at"]
    data["ordered_at"] = moment if isinstance(moment, str) else moment.strftime("%Y-%m-%dT%H:%M")
    data |= {f"lines-{name}": form.lines.management_form[name].value() for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    for line in form.lines:
        data |= {line.add_prefix(name): line[name].value() for name in line.fields}
    return {name: value for name, value in data.items() if value not in (None, "") and value is not False}


def test_an_anonymous_sale_is_seen_by_who_sees_everything(house):
    make.make_order(make.make_contact(owner=house.rep), number="mine")
    make.make_order(make.make_contact(owner=house.stranger), number="theirs")
    anonymous = make.make_order(number="anonymous")
    assert names(make.signed_in(house.rep).get("/orders/")) == ["mine"]
    assert sorted(names(make.signed_in(house.manager).get("/orders/"))) == ["anonymous", "mine", "theirs"]
    assert make.signed_in(house.rep).get(anonymous.get_absolute_url()).status_code == 404
    assert make.signed_in(house.manager).get(anonymous.get_absolute_url()).status_code == 200


def test_orders_are_found_by_number_and_by_customer(house):
    make.make_order(make.make_contact(name="Ánna Berg"), number="SO-1")
    make.make_order(make.make_contact(name="Other"), number="SO-2")
    client = make.signed_in(house.manager)
    assert names(client.get("/orders/?q=anna")) == ["SO-1"]
    assert names(client.get("/orders/?q=SO-2")) == ["SO-2"]
    assert names(client.get("/orders/?q=SO-%")) == []


def test_orders_are_filtered_by_product_family_day_amount_and_customer(house):
    glass, wood = make.make_product(family="Glass"), make.make_product(family="Wood")
    anna = make.make_contact(name="Anna")
    make.make_order(anna, number="A", lines=({"product": glass, "quantity": 1, "amount": 10},) * 2)
    make.make_order(number="B", lines=({"product": wood, "quantity": 1, "amount": 90},))
    client = make.signed_in(house.manager)
    assert names(client.get("/orders/?family=Glass")) == ["A"]
    assert names(client.get("/orders/?amount_min=50&ordered_on_min=2026-03-02&ordered_on_max=2026-03-02")) == ["B"]
    response = client.get(f"/orders/?contact={anna.pk}")
    assert (names(response), [chip.value for chip in response.context["chips"]]) == (["A"], ["Anna"])


def test_a_customer_s_name_in_a_chip_is_not_told_to_who_may_not_see_it(house):
    hidden = make.make_contact(name="CANARY", owner=house.stranger)
    response = make.signed_in(house.rep).get(f"/orders/?contact={hidden.pk}")
    assert b"CANARY" not in response.content


def test_an_order_is_written_with_lines(house):
    contact, product = make.make_contact(owner=house.rep), make.make_product(unit_price=5, unit_cost=2)
    lines = [{"product": product.pk, "quantity": "3"}, {"quantity": "-1", "amount": "-4.50"}, {}]
    response = make.signed_in(house.rep).post("/orders/new/", form_data(contact, lines, number="77"))
    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (str(order.amount), order.is_purchase, order.lines.count()) == ("10.5000", True, 2)
    assert [line.unit_cost for line in order.lines.all()] == [2, None]
    assert LogEntry.objects.get().summary == "Created order 77"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], b"needs at least one line"),
        ([{"quantity": "3"}], b"needs its total, or a quantity and a price"),
        ([{"quantity": "many", "amount": "3"}], b"Enter a number"),
        ([{"product": "999999", "amount": "3"}], b"Select a valid choice"),
        ([{"product": "1;--", "amount": "3"}], b"Select a valid choice"),
    ],
)
def test_lines_that_make_no_sense_are_said_and_kept(house, lines, sentence):
    contact = make.make_contact(owner=house.rep)
    response = make.signed_in(house.rep).post("/orders/new/", form_data(contact, lines, number="Kept text"))
    assert response.status_code == 422
    assert sentence in response.content
    assert b"Kept text" in response.content
    assert not Order.objects.exists()


def test_a_rep_writes_no_order_for_others_customers_nor_anonymous_ones(house):
    mate_s = make.make_contact(name="CANARY", owner=house.mate, team=house.mate.team)
    client = make.signed_in(house.rep)
    for contact in (mate_s, None):
        response = client.post("/orders/new/", form_data(contact, [{"amount": "3"}]))
        assert response.status_code == 422
        assert "contact" in response.context["form"].errors
    assert make.signed_in(house.manager).post("/orders/new/", form_data(None, [{"amount": "3"}])).status_code == 302


def test_saving_an_order_unchanged_changes_nothing(house):
    product = make.make_product(unit_cost=9)
    lines = ({"product": product, "quantity": 2, "unit_price": 5, "amount": 10, "unit_cost": 3}, {"amount": -4})
    order = make.make_order(make.make_contact(owner=house.rep), lines=lines)
    client, url = make.signed_in(house.rep), f"/orders/{order.pk}/edit/"
    before = list(order.lines.values())
    response = client.post(url, typed_again(client.get(url)))
    assert response.status_code == 302, (response.context["form"].errors, response.context["form"].lines.errors)
    assert (list(order.lines.values()), LogEntry.objects.count()) == (before, 0)


def test_a_changed_quantity_changes_the_total_that_was_computed(house):
    order = make.make_order(make.make_contact(), lines=({"quantity": 2, "unit_price": 5, "amount": 10}, {"amount": 7}))
    client, url = make.signed_in(house.manager), f"/orders/{order.pk}/edit/"
    client.post(url, {**typed_again(client.get(url)), "lines-0-quantity": "4", "lines-1-DELETE": "on"})
    order.refresh_from_db()
    assert (order.amount, order.lines.count()) == (20, 1)


def test_the_second_writer_of_an_order_is_told(house):
    order = make.make_order(make.make_contact(owner=house.rep))
    client, url = make.signed_in(house.rep), f"/orders/{order.pk}/edit/"
    mine = {**typed_again(client.get(url)), "lines-0-amount": "77"}
    other = make.signed_in(house.manager)
    other.post(url, {**typed_again(other.get(url)), "lines-0-amount": "55"})
    response = client.post(url, mine)
    assert response.status_code == 409
    assert b"Mia Manager saved this record" in response.content
    assert client.post(url, typed_again(response) | {"lines-0-amount": "77"}).status_code == 302


def test_money_without_a_rate_is_said(house):
    data = form_data(make.make_contact(), [{"amount": "3"}], currency="USD")
    response = make.signed_in(house.manager).post("/orders/new/", data, follow=True)
    assert b"There is no exchange rate for USD" in response.content


def test_a_return_is_marked(house):
    order = make.make_order(make.make_contact(), lines=({"quantity": 1, "amount": 9}, {"quantity": -1, "amount": -4}))
    body = make.signed_in(house.manager).get(order.get_absolute_url()).content
    assert b"with returns" in body
    assert b"Returned" in body


def test_a_product_is_made_changed_archived_and_restored(house):
    client = make.signed_in(house.manager)
    client.post("/products/new/", {"name": "Früme", "currency": "EUR", "unit_price": "3.5"})
    product = Product.objects.get()
    assert (product.sort_name, product.search_text) == ("frume", "frume")
    url = f"/products/{product.pk}/"
    assert client.post(f"{url}edit/", {"name": "Frame", "currency": "EUR", "version": "1"}).status_code == 302
    assert client.post(f"{url}edit/", {"name": "Late", "currency": "EUR", "version": "1"}).status_code == 409
    client.post(f"{url}archive/")
    assert names(client.get("/products/")) == []
    client.post(f"{url}restore/")
    assert names(client.get("/products/?q=frame")) == ["Frame"]


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_list_of_orders_asks_at_most_12_times(house, rows, django_assert_max_num_queries):
    for _ in range(rows):
        make.make_order(make.make_contact(owner=house.rep))
    client = make.signed_in(house.rep)
    with django_assert_max_num_queries(8):
        assert client.get("/orders/").status_code == 200


def test_an_order_of_many_lines_asks_as_often_as_one(house, django_assert_max_num_queries):
    lines = tuple({"product": make.make_product(), "quantity": 1, "unit_price": 1, "amount": 1} for _ in range(40))
    order = make.make_order(make.make_contact(owner=house.rep), lines=lines)
    make.make_invoice(order.contact, order=order, number="R-7", paid=40)
    client = make.signed_in(house.rep)
    with django_assert_max_num_queries(12):
        page = client.get(order.get_absolute_url())
    panel = next(one for one in page.context["panels"] if one["name"] == "invoices")
    ((invoice, state),) = panel["data"]["invoices"]
    assert (invoice.number, invoice.open_amount) == ("R-7", 60)
    assert state in page.content.decode()
    with django_assert_max_num_queries(14):
        assert client.get(f"/orders/{order.pk}/edit/").status_code == 200


def test_the_head_of_a_customer_says_the_last_purchase_as_far_as_one_may_see_it(house):
    contact = make.make_contact(owner=house.rep, team=house.rep.team)
    page = contact.get_absolute_url()
    assert "Last order" not in make.signed_in(house.rep).get(page).content.decode()
    line = {"quantity": 1, "amount": 120}
    last = make.make_order(contact, lines=(line, line), ordered_at=dt.datetime(2024, 5, 12, 9, tzinfo=dt.UTC))
    make.make_order(contact, lines=(line,), ordered_at=dt.datetime(2024, 5, 11, 9, tzinfo=dt.UTC))
    make.make_order(contact, lines=({"quantity": -1, "amount": -5},))
    html = make.signed_in(house.rep).get(page).content.decode()
    head = html.partition('<div class="pills">')[2].partition("</div>")[0].replace("\xa0", " ")
    assert last.get_absolute_url() in head
    assert "Last order 12 May 2024 · 2 lines · € 240.00" in head
    FieldRule.objects.create(role=Role.REP, model="orders.order", field="amount", right=FieldRight.HIDDEN)
    html = make.signed_in(house.rep).get(page).content.decode()
    assert "2 lines" in html.replace("\xa0", " ")
    assert "240" not in html

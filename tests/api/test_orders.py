"""Products and orders by the API."""

import datetime as dt
from decimal import Decimal

from orders.models import Order, Product
from tests import factories as make


def test_product_is_made_changed_and_archived(call):
    made = call.post("/products", {"name": "Frame A3", "price": "49.90", "unit_cost": 20, "currency": "EUR"})
    assert made.status_code == 201, made.content
    path = f"/products/{made.json()['id']}"
    assert made.json()["price"] == "49.9000"
    changed = call.patch(path, {"price": "52.5", "version": 1})
    assert changed.json()["price"] == "52.5000"
    assert changed.json()["unit_cost"] == "20.0000"
    assert call.patch(path, {"price": "1", "version": 1}).status_code == 409
    assert call.post(f"{path}/archive").json()["archived_at"]
    assert Product.objects.get().archived_at
    assert call.post(f"{path}/restore").json()["archived_at"] is None


def test_order_is_made_with_its_lines_and_its_total_computed(call):
    contact, product = make.make_contact(), make.make_product(unit_price=Decimal("5.25"))
    lines = [{"product_id": product.pk, "quantity": 2}, {"amount": "-3.00", "quantity": -1}]
    body = {"contact_id": contact.pk, "number": "N1", "ordered_at": "2026-03-02T10:00:00+01:00", "lines": lines}
    made = call.post("/orders", body)
    assert made.status_code == 201, made.content
    order = made.json()
    assert Decimal(order["amount"]) == Decimal("7.5")
    assert order["ordered_at"] == "2026-03-02T09:00:00+00:00"
    assert [line["product_id"] for line in order["lines"]] == [product.pk, None]
    assert Order.objects.get().ordered_on == dt.date(2026, 3, 2)
    path = f"/orders/{order['id']}"
    read = call.get(path)
    assert read.json() == order
    kept = {"id": order["lines"][0]["id"], "quantity": 3}
    changed = call.patch(path, {"lines": [kept, {"amount": "1"}]}, If_Match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert Decimal(changed.json()["amount"]) == Decimal("16.75")
    assert changed.json()["lines"][0]["id"] == kept["id"]
    assert call.patch(path, {"number": "N2"}, If_Match=read["ETag"]).status_code == 412
    again = call.patch(path, {"number": "N2"}, If_Match=changed["ETag"])
    assert again.json()["number"] == "N2"
    assert again.json()["lines"] == changed.json()["lines"]


def test_wrong_lines_are_named_by_their_place(call):
    contact = make.make_contact()
    order = make.make_order(contact)
    bad = {"contact_id": contact.pk, "lines": [{"amount": "1"}, {"quantity": 2}, {"amount": "many"}]}
    answer = call.post("/orders", bad)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"lines.1", "lines.2.amount"}
    for line in ({"id": 10**9, "amount": 1}, {"id": order.lines.get().pk + 1, "amount": 1}):
        answer = call.patch(f"/orders/{order.pk}", {"version": 0, "lines": [line]})
        assert answer.json()["errors"][0]["field"] == "lines.0.id"
    assert call.post("/orders", {"contact_id": contact.pk, "lines": []}).status_code == 422
    assert Order.objects.count() == 1


def test_order_of_a_foreign_customer_is_refused(rep, rep_call):
    stranger = make.make_contact(owner=make.make_user(team=make.make_team()))
    mine = make.make_contact(owner=rep)
    answer = rep_call.post("/orders", {"contact_id": stranger.pk, "lines": [{"amount": "1"}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "contact_id"
    assert rep_call.post("/orders", {"lines": [{"amount": "1"}]}).status_code == 422
    assert rep_call.post("/orders", {"contact_id": mine.pk, "lines": [{"amount": "1"}]}).status_code == 201
    order = make.make_order(stranger)
    assert rep_call.get(f"/orders/{order.pk}").status_code == 404
    assert [one["contact_id"] for one in rep_call.pages("/orders")] == [mine.pk]

"""Quotes by the API: the same forms, rights and sentences as the pages."""

from __future__ import annotations

import pytest

from crm.models import FieldRule
from orders.models import Order
from pipeline.models import Quote
from tests import factories as make
from tests.api.calls import Caller


@pytest.fixture
def call(house) -> Caller:
    return Caller(make.make_token(house.rep))


@pytest.fixture
def made(house, call):
    contact = make.make_contact(owner=house.rep, team=house.team)
    lines = [
        {
            "product_id": house.frame.pk,
            "quantity": 3,
            "discount": "15",
            "options": [{"name": "Colour", "value": "Oak"}],
        },
        {"text": "Fitting", "quantity": "1.5", "unit_price": "33.33", "tax_rate": 7},
    ]
    return call.post("/quotes", {"contact_id": contact.pk, "title": "Frames", "lines": lines})


def test_a_quote_is_made_and_read_with_its_lines_and_taxes(made, call):
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["net_amount"], body["tax_amount"], body["amount"]) == ("75.5000", "8.3500", "83.8500")
    assert [(one["text"], one["amount"], one["tax_rate"]) for one in body["lines"]] == [
        ("", "25.5000", "19.00"),
        ("Fitting", "50.0000", "7.00"),
    ]
    assert [(one["rate"], one["net_amount"], one["tax_amount"]) for one in body["taxes"]] == [
        ("19.00", "25.5000", "4.85"),
        ("7.00", "50.0000", "3.50"),
    ]
    assert call.get(f"/quotes/{body['id']}").json() == body


def test_it_goes_its_whole_way(made, call, house):
    key, boss = made.json()["id"], Caller(make.make_token(house.boss))
    refused = call.post(f"/quotes/{key}/send", {"version": 1})
    assert refused.status_code == 422
    assert "beyond your limit" in refused.json()["errors"][0]["message"]
    assert call.post(f"/quotes/{key}/ask-approval", {"version": 1, "words": "Please"}).json()["state"] == "awaiting"
    assert call.post(f"/quotes/{key}/approve", {"version": 2}).status_code == 422
    assert boss.post(f"/quotes/{key}/approve", {"version": 2}).json()["state"] == "approved"
    assert call.post(f"/quotes/{key}/send", {"version": 3}).json()["state"] == "sent"
    again = call.post(f"/quotes/{key}/revise").json()
    assert (again["revision"], again["replaces_id"]) == (2, key)
    fields = {"version": 1, "lines": [{"text": "Fitting", "quantity": 1, "unit_price": 20}]}
    assert call.patch(f"/quotes/{again['id']}", fields).json()["net_amount"] == "20.0000"
    assert call.patch(f"/quotes/{again['id']}", {"version": 2, "title": "Less"}).json()["net_amount"] == "20.0000"
    assert call.post(f"/quotes/{again['id']}/send", {"version": 3}).status_code == 200
    accepted = call.post(f"/quotes/{again['id']}/accept", {"name": "Ada, by phone"}).json()
    assert (accepted["state"], accepted["order_id"]) == ("accepted", Order.objects.get().pk)
    assert call.post(f"/quotes/{again['id']}/decline", {"name": "Ada"}).status_code == 422


def test_what_is_wrong_is_named_line_by_line(house, call):
    contact = make.make_contact(owner=house.rep, team=house.team)
    lines = [{"text": "Fitting", "quantity": 1}, {"text": "x", "quantity": 1, "unit_price": -3}]
    answer = call.post("/quotes", {"contact_id": contact.pk, "title": "Frames", "lines": lines})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["lines.0", "lines.1.unit_price"]
    assert not Quote.objects.exists()


def test_no_money_for_whom_it_is_hidden_from(made, house):
    FieldRule.objects.create(role="rep", model="pipeline.quote", field="amount", right="hidden")
    body = Caller(make.make_token(house.rep)).get(f"/quotes/{made.json()['id']}").json()
    hidden = {"amount", "net_amount", "tax_amount", "largest_discount"}
    assert not hidden & set(body)
    assert body["taxes"] is None
    money = {"unit_price", "amount", "discount", "list_price"}
    assert not any(one.get(name) for one in body["lines"] for name in money)

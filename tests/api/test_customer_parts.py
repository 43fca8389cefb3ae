"""What hangs on a contact by the API: notes, files, relations, loyalty; invoices, subscriptions, registrations."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crm.choices import Role
from orders.loyalty.actions import adjust_points, enrol_member
from orders.models import Invoice, LoyaltyProgramme
from tests import factories as make
from tests.api.calls import Caller

# issue 5: each of its models and the list of the API that gives its rows out
MODELS = {
    "contacts.relationship": "/contacts/{}/relations",
    "contacts.interaction": "/contacts/{}/interactions",
    "contacts.consent": "/contacts/{}/consents",
    "crm.note": "/contacts/{}/notes",
    "crm.attachment": "/contacts/{}/files",
    "orders.loyaltymember": "/contacts/{}/loyalty",
    "orders.pointsentry": "/contacts/{}/loyalty/entries",
    "orders.product": "/products",
    "orders.order": "/orders",
    "orders.subscription": "/subscriptions",
    "orders.invoice": "/invoices",
    "orders.productregistration": "/registrations",
}


@pytest.mark.parametrize("path", MODELS.values())
def test_every_model_of_the_customer_has_its_api(call, path):
    contact = make.make_contact()
    assert call.get(path.format(contact.pk)).status_code == 200


def test_a_note_is_written_read_and_taken_away(call):
    contact = make.make_contact()
    path = f"/contacts/{contact.pk}/notes"
    made = call.post(path, {"text": "Wants the offer before Easter."})
    assert made.status_code == 201, made.content
    assert [one["text"] for one in call.pages(path)] == ["Wants the offer before Easter."]
    note = f"/notes/{made.json()['id']}"
    assert call.get(note).json()["contact_id"] == contact.pk
    assert call.post(path, {"text": " "}).status_code == 422
    assert call.client.delete(f"/api/v1{note}", headers=call.headers).status_code == 204
    assert call.get(note).status_code == 404


def test_relations_are_said_and_taken_back_and_a_hidden_contact_has_no_name(rep, rep_call):
    own, other = make.make_contact(owner=rep), make.make_contact(owner=rep, name="Northwind")
    path = f"/contacts/{own.pk}/relations"
    made = rep_call.post(path, {"kind": "partner", "other_id": other.pk})
    assert made.status_code == 201, made.content
    assert made.json()["items"][0]["other"] == {"id": other.pk, "name": "Northwind"}
    type(other).objects.filter(pk=other.pk).update(owner=make.make_user(team=make.make_team()))
    assert rep_call.get(path).json()["items"][0]["other"] == {"id": None, "name": "a contact you cannot see"}
    gone = rep_call.client.delete(f"/api/v1{path}/{made.json()['items'][0]['id']}", headers=rep_call.headers)
    assert gone.json() == {"items": []}


def test_points_are_spent_and_never_set(call):
    LoyaltyProgramme.objects.create(pk=1, name="Circle", starts_on=dt.date(2026, 1, 1))
    contact = make.make_contact()
    path = f"/contacts/{contact.pk}/loyalty"
    assert call.get(path).json()["is_member"] is False
    assert call.post(f"{path}/entries", {"points": 5}).status_code == 404
    assert call.post(path, {}).json()["balance"] == 0
    adjust_points(actor=None, member=enrol_member(actor=None, contact=contact), points=50, note="Welcome")
    made = call.post(f"{path}/entries", {"kind": "spent", "points": 40, "note": "A frame"})
    assert (made.status_code, made.json()["points"]) == (201, -40)
    assert call.post(f"{path}/entries", {"kind": "spent", "points": 11}).status_code == 422
    assert call.get(path).json()["balance"] == 10
    assert [one["points"] for one in call.pages(f"{path}/entries")] == [-40, 50]


def test_a_token_without_the_scope_reads_no_notes_points_or_invoices(db):
    make.make_company()
    call = Caller(make.make_token(make.make_user(Role.MANAGER), "contacts:read"))
    contact = make.make_contact()
    for path in (f"/contacts/{contact.pk}/notes", f"/contacts/{contact.pk}/loyalty", "/invoices", "/registrations"):
        assert call.get(path).status_code == 403


def test_an_invoice_is_made_paid_and_cancelled(call):
    body = {"contact_id": make.make_contact().pk, "number": "R1", "amount": "119.00", "issued_on": "2026-03-02"}
    made = call.post("/invoices", body)
    assert made.status_code == 201, made.content
    path = f"/invoices/{made.json()['id']}"
    paid = call.post(f"{path}/payments", {"amount": "19.00", "paid_on": "2026-03-03", "method": "card"})
    assert (paid.status_code, paid.json()["amount"]) == (201, "19.0000")
    assert call.get(path).json()["open_amount"] == "100.0000"
    assert len(call.pages(f"{path}/payments")) == 1
    assert [one["number"] for one in call.pages("/invoices", {"state": "part_paid", "open_amount_min": 100})] == ["R1"]
    assert call.pages("/invoices", {"open_amount_min": "100.01"}) == []
    assert call.post(f"{path}/cancel", {}).json()["open_amount"] == "-19.0000"
    assert call.post(f"{path}/payments", {"amount": "1"}).status_code == 422
    assert Invoice.objects.get().paid_amount == Decimal(19)


def test_subscriptions_and_registrations_are_made_and_changed(call):
    contact, product = make.make_contact(), make.make_product(warranty_months=12)
    made = call.post("/subscriptions", {"contact_id": contact.pk, "plan": "Care", "term_months": 12})
    assert made.status_code == 201, made.content
    path = f"/subscriptions/{made.json()['id']}"
    assert call.post(f"{path}/renew", {"renews_on": "2090-01-01"}).json()["renews_on"] == "2090-01-01"
    assert call.post(f"{path}/cancel", {"ended_on": "2089-12-31", "version": 1}).status_code == 409
    assert call.patch(path, {"auto_renews": True, "version": 2}).json()["auto_renews"] is True
    assert call.patch(path, {"plan": "Care plus", "version": 3}).json()["auto_renews"] is True
    refused = call.patch(path, {"term_months": None, "version": 4})
    assert (refused.status_code, "term" in refused.content.decode()) == (422, True)
    cancelled = call.post(f"{path}/cancel", {"ended_on": "2089-12-31", "version": 4}).json()
    assert (cancelled["ended_on"], cancelled["renews_on"]) == ("2089-12-31", None)
    body = {"contact_id": contact.pk, "product_id": product.pk, "serial": "S1", "bought_on": "2026-03-02"}
    registered = call.post("/registrations", body)
    assert registered.json()["warranty_ends_on"] == "2027-03-02"
    assert call.post("/registrations", {**body, "serial": "s1"}).status_code == 422
    path = f"/registrations/{registered.json()['id']}"
    assert call.patch(path, {"note": "Polished", "version": 1}).json()["note"] == "Polished"

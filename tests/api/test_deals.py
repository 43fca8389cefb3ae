"""Deals by the API."""

from decimal import Decimal

import pytest

from crm.choices import Role
from crm.models import LogEntry
from pipeline.models import Deal, Stage
from tests import factories as make


@pytest.fixture(autouse=True)
def pipeline(company):
    make.make_pipeline()


def test_a_deal_is_opened_changed_and_archived(call, manager):
    contact, product = make.make_contact(), make.make_product(unit_price=Decimal("5.25"))
    body = {"title": "Showroom wall", "contact_id": contact.pk, "product_id": product.pk, "amount": "4800.00"}
    made = call.post("/deals", body, Idempotency_Key="one")
    assert made.status_code == 201, made.content
    assert call.post("/deals", body, Idempotency_Key="one").json()["id"] == made.json()["id"]
    deal = Deal.objects.get()
    assert (deal.contact, deal.product, deal.amount, deal.owner) == (contact, product, Decimal(4800), manager)
    assert (deal.currency, deal.stage) == ("EUR", Stage.objects.order_by("position").first())
    path = f"/deals/{deal.pk}"
    changed = call.patch(path, {"amount": 5000, "next_step": "Send samples", "version": made.json()["version"]})
    assert changed.status_code == 200, changed.content
    assert (Decimal(changed.json()["amount"]), changed.json()["contact_id"]) == (Decimal(5000), contact.pk)
    late = call.patch(path, {"amount": 1, "version": made.json()["version"]})
    assert late.status_code == 409
    assert call.post(f"{path}/archive").json()["archived_at"]
    assert call.post(f"{path}/restore").json()["archived_at"] is None
    assert set(LogEntry.objects.filter(model="pipeline.deal").values_list("verb", flat=True)) >= {
        "create", "change", "archive", "restore",
    }  # fmt: skip


def test_a_deal_begins_in_an_open_stage_and_moves_by_a_move(call):
    won = Stage.objects.exclude(kind="open").first()
    refused = call.post("/deals", {"title": "Won at once", "stage_id": won.pk})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "stage_id")
    second = Stage.objects.filter(kind="open").order_by("-position").first()
    made = call.post("/deals", {"title": "Begun late", "stage_id": second.pk})
    assert made.json()["stage_id"] == second.pk
    assert call.patch(f"/deals/{made.json()['id']}", {"stage_id": second.pk, "version": 0}).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [("opened_on", "2999-01-01"), ("amount", "much"), ("currency", "€"), ("title", ""), ("forecast_category", "sure")],
)
def test_what_is_wrong_is_named(call, field, value):
    answer = call.post("/deals", {"title": "Wall", field: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert not Deal.objects.exists()


def test_a_rep_opens_deals_of_own_customers_only(rep, rep_call):
    stranger = make.make_contact(owner=make.make_user(Role.REP, team=make.make_team()))
    mine = make.make_contact(owner=rep)
    refused = rep_call.post("/deals", {"title": "Theirs", "contact_id": stranger.pk})
    assert refused.json()["errors"][0]["field"] == "contact_id"
    made = rep_call.post("/deals", {"title": "Mine", "contact_id": mine.pk})
    assert made.status_code == 201
    assert Deal.objects.get().owner == rep

"""Prospects: likeness to the best customers, by what was known of those before they bought; one click begins."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import ModelRun, ProspectScore
from analytics.runs import run_steps
from analytics.steps.churn_scores import figures
from analytics.steps.prospect_rows import facts_of, worth_of
from analytics.steps.prospects import best_of
from contacts.models import Contact, Relationship
from crm.choices import Role
from crm.models import CustomField, RowChange
from leads.models import CallList, Enrolment, Lead
from leads.nurturing.actions import create_sequence
from orders.models import Order
from tests.factories import make_company, make_contact, make_deal, make_lead, make_order, make_user, signed_in
from tests.leads.nurturing import ALWAYS, STEPS

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
CUSTOMERS, PROSPECTS = 160, 20


def sold(contact: Contact, amount: int, day: dt.date = DAY) -> Order:
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    return make_order(contact, ordered_on=day, ordered_at=moment, lines=({"quantity": 1, "amount": Decimal(amount)},))


def town() -> tuple[list[Contact], list[Contact]]:
    """Customers of which every fourth is a hotel; of ten hotels four are among the best, of the others hardly one.
    As many prospects of each. What is said after the purchase tells it all, and is late."""
    make_company()
    CustomField.objects.create(model="contacts.contact", key="vip", label="VIP", type="text", is_late=True)
    rng = np.random.default_rng(7)
    customers = []
    for number in range(CUSTOMERS):
        is_hotel = number % 4 == 0
        is_good = rng.random() < (0.4 if is_hotel else 0.01)
        contact = make_contact(
            kind="organization", industry="Hotel" if is_hotel else "Shop", custom={"vip": "yes" if is_good else "no"}
        )
        amount = (9_000 if is_good else 300) + int(rng.integers(0, 200))
        sold(contact, amount, DAY - dt.timedelta(days=400))
        customers.append(contact)
    prospects = [
        # what is known of prospects alone, here the size, is not learned from
        make_contact(kind="organization", industry="Hotel" if number % 2 else "Shop", employees=number + 1)
        for number in range(PROSPECTS)
    ]
    return customers, prospects


def test_who_is_like_the_best_stands_first_with_the_reason_and_the_quality_is_out_of_fold(db):
    _, prospects = town()
    (run,) = run_steps(actor=None, as_of=DAY, only=["prospects"])
    found = run.metrics
    assert (found["n_customers"], found["n_best"], found["n_prospects"]) == (CUSTOMERS, CUSTOMERS // 10, PROSPECTS)
    assert set(ProspectScore.objects.values_list("contact", flat=True)) == {one.pk for one in prospects}
    likeness = {
        kind: list(ProspectScore.objects.filter(contact__industry=kind).values_list("probability", flat=True))
        for kind in ("Hotel", "Shop")
    }
    assert min(likeness["Hotel"]) > max(likeness["Shop"])
    assert found["top_decile_lift"] > 1.5
    assert 0.6 < found["auc"] < 0.95, "the late field that says it all is not read"
    assert "vip" not in found["features"]
    manager = make_user(Role.MANAGER)
    page = signed_in(manager).get(reverse("analytics:prospect_list"))
    html = page.content.decode()
    assert "Industry: Hotel" in html
    assert f"{found['auc']:.3f}" in html
    listed = signed_in(manager).get(page.context["page"].all_url)
    assert listed.status_code == 200
    first = [row.pk for row in listed.context["table"].rows][: PROSPECTS // 2]
    assert {Contact.objects.get(pk=pk).industry for pk in first} == {"Hotel"}


def test_what_changed_after_the_first_purchase_enters_nowhere(db):
    customers, _ = town()
    Contact.objects.update(created_at=timezone.make_aware(dt.datetime(2024, 1, 1)))
    keys = np.array([one.pk for one in customers])
    before, _ = facts_of(DAY, keys)
    one = customers[0]
    Contact.objects.filter(pk=one.pk).update(industry="Changed after", employees=400)
    Relationship.objects.create(contact=one, other=customers[1], kind="partner")
    assert RowChange.objects.filter(table_name="contacts_contact", row_id=one.pk, operation="U").exists()
    after, _ = facts_of(DAY, keys)
    assert after.features.value("industry", after.contacts.tolist().index(one.pk)) == "Hotel"
    assert after.features.names == before.features.names


def test_worth_is_the_money_a_year_since_the_first_purchase_and_the_best_are_its_first_tenth(db):
    make_company()
    old, new, back, never = (make_contact() for _ in range(4))
    sold(old, 1_000, DAY - dt.timedelta(days=730))
    sold(old, 600, DAY - dt.timedelta(days=10))
    sold(new, 900, DAY - dt.timedelta(days=10))
    sold(back, 500, DAY - dt.timedelta(days=365))
    sold(back, -200, DAY - dt.timedelta(days=300))
    sold(never, 100, DAY + dt.timedelta(days=1))
    worth = dict(zip(*(one.tolist() for one in worth_of(DAY)), strict=True))
    assert worth[old.pk] == pytest.approx(1_600 / (730 / 365.25))
    assert worth[new.pk] == 900, "the first year counts whole"
    assert worth[back.pk] == 300, "returns are taken off"
    assert never.pk not in worth, "whoever bought later is neither"
    best, least = best_of(np.array([5.0, 9.0, 9.0, 1.0] * 5))
    assert (best.sum(), least, np.flatnonzero(best).tolist()) == (2, 9.0, [1, 2])


def test_too_few_customers_give_a_sentence_and_the_last_order_stays(db):
    make_company()
    sold(make_contact(), 5)
    (run,) = run_steps(actor=None, as_of=DAY, only=["prospects"])
    assert "at least 100 are needed" in run.metrics["sentences"][0]
    html = signed_in(make_user(Role.MANAGER)).get(reverse("analytics:prospect_list")).content.decode()
    assert "at least 100 are needed" in html


@pytest.fixture
def compared(db):
    """A rep with a prospect of their own, as after a run."""
    make_company()
    rep = make_user(Role.REP)
    mine = make_contact(
        kind="organization", name="Harbour Hotel", industry="Hotel", owner=rep, emails=("desk@harbour.example",),
        phones=("+44 113 496 0188",),
    )  # fmt: skip
    outcome, predicted = np.array([0, 1] * 50), np.array([0.2, 0.4] * 50)
    said = {"model": "LogisticRegression", "n_best": 50, "least_worth": 9_000, "n_prospects": 1, "n_test": 100,
            "base_rate": 0.5, "features": {"industry": "Industry"}, "calibration": "none"}  # fmt: skip
    run = ModelRun.objects.create(
        step="prospects", as_of=DAY, row_count=1, metrics={**said, **figures(outcome, predicted), "baseline_auc": 0.5}
    )
    reasons = [["industry", "Hotel", 0.8]]
    ProspectScore.objects.create(
        contact=mine, run_id=run.pk, as_of=DAY, probability=0.4, better_than=1, reasons=reasons
    )
    return rep, mine


def test_one_click_makes_a_lead_a_call_or_begins_a_sequence_and_a_second_one_takes_the_same(compared):
    rep, mine = compared
    client, url = signed_in(rep), reverse("analytics:prospect_take")
    calls = CallList.objects.create(name="Hotels", owner=rep)
    sequence = create_sequence(actor=None, fields={"name": "Hotels", **ALWAYS}, steps=STEPS)
    assert "Harbour Hotel" in client.get(reverse("analytics:prospect_list")).content.decode()
    client.post(url, {"lead": mine.pk})
    lead = Lead.objects.get(contact=mine)
    assert (lead.owner, lead.source, lead.email, lead.phone) == (
        rep, "Prospecting", "desk@harbour.example", "+44 113 496 0188",
    )  # fmt: skip
    client.post(url, {"call": mine.pk, "call_list": calls.pk})
    client.post(url, {"call": mine.pk, "call_list": calls.pk})
    client.post(url, {"enrol": mine.pk, "sequence": sequence.pk})
    assert calls.entries.get().lead == lead
    assert Enrolment.objects.get().lead == lead
    assert Lead.objects.filter(contact=mine).count() == 1


def test_nobody_takes_what_they_cannot_see_or_a_colleague_has(compared):
    rep, mine = compared
    client, url = signed_in(rep), reverse("analytics:prospect_take")
    theirs = make_contact(owner=make_user(Role.REP))
    assert client.post(url, {"lead": theirs.pk}).status_code == 404
    make_lead(contact=mine, owner=theirs.owner)
    answer = client.post(url, {"lead": mine.pk}, follow=True).content.decode()
    assert "A colleague has an open lead of it already." in answer
    assert Lead.objects.count() == 1


def test_who_has_an_open_deal_or_has_bought_since_is_not_shown(compared):
    rep, mine = compared
    client, url = signed_in(rep), reverse("analytics:prospect_list")
    deal = make_deal(organization=mine, owner=rep)
    assert "Harbour Hotel" not in client.get(url).content.decode()
    deal.delete()
    assert "Harbour Hotel" in client.get(url).content.decode()
    assert "Harbour Hotel" not in client.get(url, {"kind": "person"}).content.decode()
    sold(mine, 5)
    assert "Harbour Hotel" not in client.get(url).content.decode()
    assert Order.objects.filter(contact=mine).exists()

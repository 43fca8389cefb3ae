"""Churn by orders and by label: who is in it, what is known when, and the published figures of the telco file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions import allow_feature, refuse_feature
from analytics.models import ChurnScore
from analytics.runs import StepsFailed, run_steps
from analytics.steps.churn_features import after, population_as_of
from contacts.models import Address, Contact
from crm.choices import Role
from crm.company import end_of_day
from crm.models import CustomField
from orders.models import Order
from tests.analytics.bases import Sale, make_base
from tests.factories import make_contact, make_subscription, make_user
from tests.importing.tables import DATA, brought_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 31)
sales = st.lists(
    st.builds(
        Sale,
        customer=st.integers(1, 4),
        day=st.dates(DAY - dt.timedelta(days=500), DAY + dt.timedelta(days=120)),
        amount=st.sampled_from([Decimal(-5), Decimal(10), Decimal(25), None]),
        is_purchase=st.booleans(),
    ),
    max_size=25,
)


def churn(as_of=DAY, **parameters):
    (run,) = run_steps(actor=None, as_of=as_of, only=["churn"], parameters={"churn": parameters})
    return run


def counted(rows: list[Sale], customer: int) -> dict[str, float]:
    """What is known of a customer by plain counting."""
    own = [row for row in rows if row.customer == customer and row.day <= DAY]
    days = sorted(row.day for row in own if row.is_purchase)
    gaps = [(b - a).days for a, b in pairwise(days) if b > a]
    year = [row for row in own if row.day > DAY - dt.timedelta(days=365)]
    return {
        "recency": (DAY - days[-1]).days,
        "purchases": len(days),
        "purchases_90": sum(day > DAY - dt.timedelta(days=90) for day in days),
        "money_365": float(sum(row.amount or 0 for row in year)),
        "gap": sum(gaps) / len(gaps) if gaps else np.nan,
        "tenure": (DAY - days[0]).days,
        "returns_365": sum(not row.is_purchase for row in year),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales)
def test_population_features_and_outcome_equal_plain_counting(db, rows):
    Order.objects.all().delete()
    Contact.objects.all().delete()
    contacts = make_base(rows)
    found = population_as_of(DAY, end_of_day(DAY), 365)
    left, money = after(found.contacts, DAY, 90)
    first, last = DAY - dt.timedelta(days=365), DAY + dt.timedelta(days=90)
    wanted = {row.customer for row in rows if row.is_purchase and first < row.day <= DAY}
    assert set(found.contacts) == {contacts[customer].pk for customer in wanted}
    for customer in wanted:
        place = list(found.contacts).index(contacts[customer].pk)
        for name, value in counted(rows, customer).items():
            assert found.features.numbers[name][place] == pytest.approx(value, nan_ok=True), name
        later = [row for row in rows if row.customer == customer and DAY < row.day <= last]
        assert left[place] == int(not any(row.is_purchase for row in later))
        assert money[place] == pytest.approx(float(sum(row.amount or 0 for row in later)))


def test_facts_are_those_of_the_day_and_a_late_record_is_as_old_as_the_customer(db):
    contacts = make_base([Sale(one, DAY - dt.timedelta(days=50), Decimal(10)) for one in (1, 2, 3)])
    for one, made in ((1, DAY - dt.timedelta(days=400)), (2, DAY + dt.timedelta(days=5)), (3, None)):
        Contact.objects.filter(pk=contacts[one].pk).update(source=f"s{one}", created_on=made)
        Address.objects.create(contact=contacts[one], country="DE", is_primary=True)
    now = timezone.localdate()
    Contact.objects.filter(pk=contacts[1].pk).update(source="other", kind="organization", markets=["business"])
    Address.objects.filter(contact=contacts[1]).delete()
    Address.objects.create(contact=contacts[1], country="FR", is_primary=True)
    until = (now - DAY).days + 100
    features = population_as_of(now, timezone.now(), until).features
    assert _facts(features, 0) == ("other", "organization", "business", "FR")
    assert _facts(features, 1) == ("s2", "person", "not given", "DE")
    ages = [(now - DAY).days + days for days in (400, 50, 50)]
    assert features.numbers["record_age"].tolist() == ages


def _facts(features, row):
    return tuple(features.value(name, row) for name in ("source", "kind", "markets", "country"))


def test_facts_join_only_where_they_foretell_better(db):
    rng = np.random.default_rng(4)
    rows = []
    for one in range(400):
        stays = bool(rng.random() < (0.9 if one % 2 else 0.15))
        days = (400, 300, int(rng.integers(185, 195)), *((130, 60, 20) if stays else ()))
        rows += [Sale(one, DAY - dt.timedelta(days=back), Decimal(10)) for back in days]
    make_base([row for row in rows if row.customer % 2], source="referral")
    make_base([row for row in rows if not row.customer % 2])
    found = churn().metrics
    assert found["facts"]["used"]
    assert found["facts"]["log_loss"] < found["facts"]["log_loss_without"]
    assert "source" in found["features"]


def test_too_little_to_learn_from_is_said_and_the_last_scores_stay(db):
    contact = make_contact()
    ChurnScore.objects.create(contact=contact, run_id=1, as_of=DAY, probability=0.5, band="medium")
    run = churn()
    assert (run.row_count, run.metrics["model"]) == (0, None)
    assert "nothing to learn from" in run.metrics["sentences"][0]
    assert ChurnScore.objects.count() == 1


def make_labelled(rows=120, **fields):
    """Contacts with a label as text, an id, a leak, a late field and something true."""
    rng = np.random.default_rng(5)
    for key, kind, late in (
        ("status", "text", False),
        ("size", "number", False),
        ("card", "text", False),
        ("number", "number", False),
        ("closed", "text", False),
        ("survey", "number", True),
    ):
        CustomField.objects.create(model="contacts.contact", key=key, label=key.title(), type=kind, is_late=late)
    for place in range(rows):
        size = float(rng.normal())
        gone = bool(rng.random() < 1 / (1 + np.exp(-2 * size)))
        custom = {
            "status": "Attrited customer" if gone else "Existing customer",
            "size": round(size, 3),
            "card": f"card {place}",
            "number": 1000 + place,
            "closed": "2024" if gone else "never",
            "survey": 1 if gone else 5,
        }
        if place % 7 == 0:
            del custom["size"]
        Contact.objects.create(name=f"c{place}", custom={**custom, **fields})


def test_a_label_in_words_ids_leaks_and_late_fields(db):
    make_labelled()
    found = churn(label="status").metrics
    assert found["positive"] == "Attrited customer"
    assert set(found["features"]) == {"size", "closed"}
    assert found["left_out"] == ["closed"]
    said = " ".join(found["sentences"])
    for words in (
        "“Closed” alone tells",
        "“Card” has 120 different texts",
        "“Number” is another whole number",
        "1 late",
    ):
        assert words in said
    assert [(driver["name"], driver["direction"]) for driver in found["drivers"]] == [("size", 1)]
    alone = found["baselines"][0]
    assert alone["low"] < alone["auc"] == found["baseline_auc"] < alone["high"]
    assert 0.6 < found["auc"] < 0.99
    admin = make_user(Role.ADMIN)
    allow_feature(actor=admin, name="closed", label="Closed")
    assert churn(label="status").metrics["left_out"] == []
    refuse_feature(actor=admin, name="closed", label="Closed")
    assert churn(label="status").metrics["left_out"] == ["closed"]
    allowed = churn(label="status", allow="closed").metrics
    assert allowed["left_out"] == []
    assert allowed["auc"] > 0.99


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"label": "nothing"}, "There is no custom field “nothing”"),
        ({"label": "size"}, "different values"),
        ({"label": "status", "positive": "maybe"}, "Nobody has the value “maybe”"),
        ({"label": "wave"}, "holds only “1”"),
    ],
)
def test_a_label_that_will_not_do_is_said_in_a_sentence(db, parameters, sentence):
    make_labelled(60, wave="1")
    CustomField.objects.create(model="contacts.contact", key="wave", label="Wave", type="text")
    with pytest.raises(StepsFailed, match=sentence):
        churn(**parameters)


def test_ended_subscriptions_are_a_label_where_nothing_is_ordered(db):
    rng = np.random.default_rng(2)
    for place in range(100):
        monthly = bool(rng.random() < 0.5)
        gone = bool(rng.random() < (0.7 if monthly else 0.2))
        make_subscription(
            make_contact(),
            plan="Monthly" if monthly else "Yearly",
            started_on=DAY - dt.timedelta(days=200 + place),
            ended_on=DAY - dt.timedelta(days=10) if gone else None,
            monthly_amount=Decimal(20),
        )
    found = churn()
    assert (found.parameters["label"], found.metrics["n_train"]) == ("subscriptions", 100)
    assert found.metrics["drivers"][0]["label"] == "Plan"
    running = ChurnScore.objects.filter(expected_margin__gt=0).first()
    assert float(running.expected_margin) == pytest.approx(20 * 90 / (365.25 / 12), abs=0.01)


def test_the_telco_file_gives_the_published_quality(db):
    brought_in("contacts", DATA / "telco_churn.csv", ("customerID=external_id",), custom=(("*", ""),))
    found = churn(label="churn").metrics
    assert 0.835 <= found["auc"] <= 0.88
    assert found["brier"] <= 0.142
    assert (found["n_test"], round(found["base_rate"], 4)) == (7043, 0.2654)
    assert ChurnScore.objects.count() == 7043

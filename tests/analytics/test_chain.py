"""The chain from attributes to money, from answers and orders to the page: it finds the coefficients that the data were
made with, refuses too few, and counts who is satisfied as plain counting does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse

from analytics.models import ModelRun
from analytics.runs import run_steps
from contacts.models import Contact
from crm.choices import Role
from feedback.keeping import refresh_responses
from feedback.models import Answer, Question, Response, Survey
from orders.models import Order
from tests.factories import make_company, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
END, N = dt.date(2026, 3, 31), 400
SAID = dt.datetime(2025, 6, 2, 12, tzinfo=dt.UTC)
DELIVERY, ADVICE = 0.6, 0.3
"""How much of a standard deviation of satisfaction goes with one of each attribute, in the data made here."""


def rated(values: np.ndarray, low: int, high: int) -> np.ndarray:
    """Standardised values as whole steps of a scale."""
    middle, step = (low + high) / 2, (high - low) / 6
    return np.clip(np.rint(middle + step * values), low, high).astype(int)


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


@pytest.fixture
def made(db) -> dict[str, np.ndarray]:
    """Customers who rated two attributes and the whole, said how likely they recommend us, and bought afterwards."""
    make_company()
    rng = np.random.default_rng(11)
    delivery, advice = rng.normal(size=N), rng.normal(size=N)
    noise = np.sqrt(1 - DELIVERY**2 - ADVICE**2)
    whole = DELIVERY * delivery + ADVICE * advice + noise * rng.normal(size=N)
    recommends = 0.7 * whole + np.sqrt(1 - 0.49) * rng.normal(size=N)
    purchases = rng.poisson(np.exp(0.3 + 0.4 * recommends))
    columns = {
        "Delivery": rated(delivery, 0, 10), "Advice": rated(advice, 0, 10), "All in all": rated(whole, 0, 10),
        "How likely?": rated(recommends, 0, 10), "purchases": purchases,
    }  # fmt: skip
    survey = Survey.objects.create(name="What matters", state="closed")
    questions = [
        Question.objects.create(survey=survey, text=text, kind=kind, dimension=dimension, low=0, high=10)
        for text, kind, dimension in (
            ("Delivery", "rating", "performance"), ("Advice", "rating", "performance"),
            ("All in all", "rating", "overall"), ("How likely?", "nps", "nps"),
        )
    ]  # fmt: skip
    contacts = Contact.objects.bulk_create(Contact(name=f"Customer {number}") for number in range(N))
    responses = Response.objects.bulk_create(Response(survey=survey, contact=one, answered_at=SAID) for one in contacts)
    Answer.objects.bulk_create(
        Answer(response=response, question=question, value=int(columns[question.text][place]))
        for place, response in enumerate(responses)
        for question in questions
    )
    refresh_responses([one.pk for one in responses])
    Order.objects.bulk_create(
        Order(
            contact=contact, number=f"C{contact.pk}-{number}", ordered_at=SAID + dt.timedelta(days=9 + number),
            ordered_on=SAID.date() + dt.timedelta(days=9 + number), currency="EUR", is_purchase=True,
            amount=Decimal(50), base_amount=Decimal(50),
        )
        for contact, count in zip(contacts, purchases, strict=True)
        for number in range(count)
    )  # fmt: skip
    return columns


def links() -> dict[tuple[str, str], dict]:
    run_steps(actor=None, as_of=END, only=["satisfaction"])
    found = ModelRun.objects.filter(step="satisfaction").latest("pk").metrics["chain"]
    return {(one["from"], one["to"]): one for one in found}


def test_the_chain_finds_what_the_data_were_made_with(made, client):
    found = links()
    first = found["Attributes", "Overall satisfaction"]
    assert first["n"] == N
    by_name = {one["name"]: one for one in first["coefficients"]}
    for name, true in (("Delivery", DELIVERY), ("Advice", ADVICE)):
        assert by_name[name]["low"] <= true <= by_name[name]["high"], name
        assert by_name[name]["is_clear"]
    # each link of one cause is the correlation of what stands in the tables, reckoned here by itself
    bought = np.log1p(made["purchases"])
    pairs = {
        ("Overall satisfaction", "Recommends us"): (made["All in all"], made["How likely?"]),
        ("Recommends us", "Purchases in 180 days"): (made["How likely?"], bought),
        ("Purchases in 180 days", "Revenue in 180 days"): (bought, np.log1p(made["purchases"] * 50.0)),
    }
    for key, (cause, effect) in pairs.items():
        (only,) = found[key]["coefficients"]
        assert (found[key]["n"], only["value"]) == (N, pytest.approx(np.corrcoef(cause, effect)[0, 1], abs=1e-6)), key
    x = np.column_stack([standardised(made[name]) for name in ("Delivery", "Advice")])
    plain, *_ = np.linalg.lstsq(x, standardised(made["All in all"]), rcond=None)
    assert [by_name["Delivery"]["value"], by_name["Advice"]["value"]] == pytest.approx(list(plain), abs=1e-6)
    assert "at least" in found["Overall satisfaction", "Would buy again"]["refused"]  # nobody was asked
    satisfied = ModelRun.objects.filter(step="satisfaction").latest("pk").metrics["csat"]
    share = (made["All in all"] >= 7.5).mean()
    assert (satisfied["n"], satisfied["share"]) == (N, pytest.approx(share))
    assert satisfied["interval_half_width"] == pytest.approx(1.96 * (share * (1 - share) / N) ** 0.5, rel=1e-4)
    client.force_login(make_user(Role.MANAGER))
    page = client.get(reverse("analytics:satisfaction_chain")).content.decode()
    assert "Delivery" in page
    assert "need not be its cause" in page


def test_a_handful_of_answers_is_refused_with_a_sentence(made):
    kept = list(Response.objects.order_by("pk").values_list("pk", flat=True)[:20])
    Answer.objects.exclude(response__in=kept).delete()
    Response.objects.exclude(pk__in=kept).delete()
    for key, one in links().items():
        assert (one["coefficients"], "at least" in one["refused"]) == ([], True), key

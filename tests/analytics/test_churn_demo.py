"""Churn of the demo company: its quality, what is known when, its page, its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from analytics.mathematics.beta_geometric import fit
from analytics.models import ChurnScore, ModelRun
from analytics.runs import run_steps
from analytics.steps.churn_features import after, population_as_of
from analytics.steps.purchase_histories import read_histories
from contacts.models import Address, Contact
from crm.choices import Role
from crm.company import end_of_day
from crm.demo.loading import load_demo
from orders.models import Order
from tests.factories import make_contact, make_user, signed_in
from tests.held import held

pytestmark = pytest.mark.django_db
LAST = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def scored(django_db_setup, django_db_blocker) -> Iterator[ModelRun]:
    """The company, scored on the last day of its orders."""
    with held(django_db_blocker):
        load_demo(customers=1500, seed=1, years=3, until=LAST, report=lambda done: None)
        yield churn(Order.objects.order_by("-ordered_on").values_list("ordered_on", flat=True)[0])


def churn(as_of: dt.date) -> ModelRun:
    (run,) = run_steps(actor=None, as_of=as_of, only=["churn"])
    return run


def test_nothing_after_a_cut_off_changes_what_was_known_there(scored):
    day = scored.as_of - dt.timedelta(days=90)
    before = population_as_of(day, end_of_day(day), 365)
    Order.objects.filter(ordered_on__gt=day).update(amount=7, base_amount=7, channel="changed", is_purchase=True)
    Contact.objects.update(source="changed", kind="person", markets=[], created_on=scored.as_of)
    Address.objects.update(country="XX")
    make_contact(name="Later")
    later = population_as_of(day, end_of_day(day), 365)
    assert np.array_equal(before.contacts, later.contacts)
    for name in before.features.numbers:
        assert np.array_equal(before.features.numbers[name], later.features.numbers[name], equal_nan=True), name
    for name in before.features.codes:
        assert before.features.categories[name] == later.features.categories[name], name
        assert np.array_equal(before.features.codes[name], later.features.codes[name]), name
        assert len(before.features.categories[name]) > 1, name


def test_the_demo_base_is_predicted_better_than_by_recency_and_calibrated(scored):
    found = scored.metrics
    keys = "model auc auc_low auc_high average_precision brier top_decile_lift baseline_auc n_train n_test base_rate"
    assert all(found[key] is not None for key in keys.split())
    assert found["auc_low"] < found["auc"] < found["auc_high"]
    assert found["auc"] > found["baseline_auc"] - 0.01
    recency, gone = found["baselines"]
    assert (recency["name"], recency["auc"]) == ("Recency alone", found["baseline_auc"])
    assert gone["auc"] == pytest.approx(_auc_of_p_alive(scored.as_of - dt.timedelta(days=90)), abs=1e-6)
    assert found["selection_bias"] >= 0
    inside = [row["low"] - 0.05 <= row["predicted"] <= row["high"] + 0.05 for row in found["calibration_table"]]
    assert sum(inside) >= 8
    scores = ChurnScore.objects.all()
    assert scores.count() == scored.row_count > 0
    one = scores.order_by("-value_at_risk").first()
    assert float(one.value_at_risk) == pytest.approx(float(one.expected_margin) * one.probability, abs=0.02)
    assert one.reasons


def _auc_of_p_alive(day):
    """1 - P(alive) of each tested customer, one history at a time, by the formula of MBG/NBD; AUC by counting pairs."""
    known = read_histories(day)
    fitted = fit(known.compressed[0], shift=1).parameters
    r, alpha, a, b = (fitted[name] for name in ("r", "alpha", "a", "b"))
    tested = population_as_of(day, end_of_day(day), 365)
    left, _ = after(tested.contacts, day, 90)
    gone = {}
    for contact, x, last, age in zip(known.contact_id, known.x, known.last_days / 7, known.age_days / 7, strict=True):
        gone[contact] = 1 - 1 / (1 + a / (b + x) * ((alpha + age) / (alpha + last)) ** (r + x))
    scores = np.array([gone[contact] for contact in tested.contacts])
    ones, others = scores[left == 1][:, None], scores[left == 0][None, :]
    return float((ones > others).mean() + (ones == others).mean() / 2)


def test_later_data_changes_no_figure_of_an_earlier_day(scored):
    day = scored.as_of - dt.timedelta(days=60)
    first = churn(day)
    Order.objects.filter(ordered_on__gt=day).update(base_amount=1, is_purchase=False)
    again = churn(day)
    assert {**again.metrics} == {**first.metrics}


def test_a_manager_reads_quality_and_follows_a_figure_to_its_customers(scored):
    client = signed_in(make_user(Role.MANAGER))
    page = client.get("/analytics/churn/")
    text = page.content.decode()
    found = page.context["page"]
    assert f"{scored.metrics['auc']:.3f}" in text
    assert "Recency alone" in text
    assert "What the model does not know" in text
    riskiest = found.at_risk[0].score
    assert riskiest.contact.name in text
    high = next(band for band in found.bands if band["band"] == "high")
    listed = client.get(high["url"])
    assert listed.status_code == 200
    assert str(listed.context["count"]) == str(high["customers"])
    chances = client.get("/contacts/?sort=-churn&columns=name,churn,risk,at_risk&churn_min=0.5")
    assert chances.status_code == 200
    record = client.get(riskiest.contact.get_absolute_url()).content.decode()
    assert "Why " in record
    assert "at risk" in record
    for part in ("calibration", "lift", "drivers", "drift"):
        answer = client.get(f"/analytics/churn/export/?part={part}")
        assert len(b"".join(answer.streaming_content).splitlines()) > 2
    assert client.get("/analytics/churn/export/?part=secrets").status_code == 404


def test_a_rep_sees_only_own_customers_and_starts_nothing(scored):
    rep = make_user(Role.REP)
    client = signed_in(rep)
    page = client.get("/analytics/churn/")
    assert page.status_code == 200
    assert page.context["page"].at_risk == []
    assert client.post("/analytics/churn/run/", {"as_of": "2026-01-01", "horizon_days": 90}).status_code == 403


def test_a_later_run_without_anything_to_learn_is_said(scored):
    ModelRun.objects.create(
        step="churn", as_of=scored.as_of, metrics={"model": None, "sentences": ["Nobody bought."]}, row_count=0
    )
    text = signed_in(make_user(Role.MANAGER)).get("/analytics/churn/").content.decode()
    assert "found nothing to learn from" in text
    assert "Nobody bought." in text


def test_the_chance_is_a_column_of_the_scores_file(scored):
    call_command("analyze", only="rfm", as_of=scored.as_of.isoformat(), stdout=StringIO())
    out = StringIO()
    call_command("export_data", "customer_scores", columns="external_id,churn_probability", stdout=out)
    rows = [line.split(",") for line in out.getvalue().splitlines()]
    assert len([row for row in rows[1:] if row[1]]) == ChurnScore.objects.count()

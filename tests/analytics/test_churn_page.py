"""The page of churn, its columns and its panel: figures, words, who sees what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from analytics.churn_words import reasons_in_words
from analytics.jobs import start_churn
from analytics.models import AllowedFeature, ChurnScore, ModelRun
from crm.choices import JobState, Role
from crm.models import JobRun, LogEntry, User
from tests.factories import make_contact, make_user, signed_in

pytestmark = pytest.mark.django_db
LABELS = {"recency": "Days without a purchase", "contract": "Contract"}


def test_the_button_starts_a_job_and_a_day_to_come_is_refused(db):
    client = signed_in(make_user(Role.MANAGER))
    day = dt.date(2026, 1, 31)
    assert client.get("/analytics/churn/").status_code == 200
    refused = client.post("/analytics/churn/run/", {"as_of": "2999-01-01", "horizon_days": 90})
    assert refused.status_code == 422
    assert client.post("/analytics/churn/run/", {"as_of": day, "horizon_days": 60}).status_code == 302
    job = JobRun.objects.get(kind="analysis")
    assert job.parameters["parameters"] == {"churn": {"horizon_days": 60, "label": None}}


def test_before_the_first_run_a_file_holds_the_head_alone(db):
    client = signed_in(make_user(Role.MANAGER))
    for part, head in (
        ("calibration", b"n,predicted"),
        ("drivers", b"feature,mean_log_odds"),
        ("drift", b"feature,psi"),
    ):
        lines = b"".join(client.get(f"/analytics/churn/export/?part={part}").streaming_content).splitlines()
        assert len(lines) == 1
        assert head in lines[0]


def test_an_administrator_allows_a_feature_that_tells_too_much(db):
    metrics = {
        "model": "LogisticRegression", "features": LABELS, "left_out": ["closed"],
        "left_out_labels": {"closed": "Closed"},
        "auc": 0.8, "auc_low": 0.7, "auc_high": 0.9, "average_precision": 0.7, "brier": 0.1, "base_rate": 0.3,
        "baseline_auc": 0.6, "n_train": 50, "n_test": 50, "way": "label", "top_decile_lift": 2.0, "folds": 5,
        "calibration": "none", "selection_bias": 0.002,
    }  # fmt: skip
    ModelRun.objects.create(step="churn", as_of=dt.date(2026, 1, 1), row_count=1, metrics=metrics)
    manager, admin = signed_in(make_user(Role.MANAGER)), signed_in(make_user(Role.ADMIN))
    text = manager.get("/analytics/churn/").content.decode()
    assert "An administrator can allow it" in text
    assert "0.0020 too low" in text
    assert manager.post("/analytics/churn/allow/", {"feature": "closed"}).status_code == 403
    assert "Allow it" in admin.get("/analytics/churn/").content.decode()
    assert admin.post("/analytics/churn/allow/", {"feature": "no such"}).status_code == 302
    assert not AllowedFeature.objects.exists()
    admin.post("/analytics/churn/allow/", {"feature": "closed"})
    assert AllowedFeature.objects.get().name == "closed"
    assert LogEntry.objects.filter(verb="allow", summary="Allowed “Closed” as a feature of churn").count() == 1
    assert "Leave it out" in admin.get("/analytics/churn/").content.decode()
    admin.post("/analytics/churn/refuse/", {"feature": "closed"})
    assert not AllowedFeature.objects.exists()


def test_reasons_are_sentences():
    stored = [["recency", 94.0, 1.0, 28.0], ["contract", "Two year", -0.5], ["gap", None, 0.1], ["purchases", 1.0, 0.2]]
    texts = [reason.text for reason in reasons_in_words(stored, LABELS)]
    assert texts[0].replace("\N{NO-BREAK SPACE}", " ") == "94 days without a purchase (usual 28)"
    assert texts[1] == "contract: Two year"
    assert texts[3].replace("\N{NO-BREAK SPACE}", " ") == "bought 1 time so far"
    assert [reason.raises for reason in reasons_in_words(stored, LABELS)] == [True, False, True, True]


def test_reasons_by_a_label_are_named_as_the_house_named_its_fields():
    stored = [["tenure", 1.0, 1.0], ["recency", None, -0.5], ["contract", "Two year", 0.2]]
    found = reasons_in_words(
        stored, {"tenure": "tenure", "recency": "Recency", "contract": "Contract"}, is_by_label=True
    )
    assert [reason.text for reason in found] == ["tenure: 1", "Recency: not known", "Contract: Two year"]


def test_after_a_run_that_failed_another_label_can_be_chosen(db):
    manager = make_user(Role.MANAGER)
    client = signed_in(manager)
    text = client.get("/analytics/churn/").content.decode()
    assert "Nobody is scored yet" in text
    assert 'name="horizon_days" value="90"' in text
    start_churn(actor=manager, as_of=dt.date(2026, 1, 1), horizon_days=90, label="nothing")
    assert "churn/run/" not in client.get("/analytics/churn/").content.decode()
    JobRun.objects.update(
        state=JobState.FAILED, error="There is no custom field “nothing”.", finished_at=timezone.now()
    )
    for address in ("churn", "clv", "rfm"):
        page = client.get(f"/analytics/{address}/?run=1&forecast=1&score=1")
        assert ("There is no custom field “nothing”." in page.content.decode()) == (address == "churn")
        assert f"/analytics/{address}/run/" in page.content.decode()


def test_the_record_page_asks_one_question_more_for_its_reasons(db, django_assert_max_num_queries):
    contact = make_contact()
    run = ModelRun.objects.create(step="churn", as_of=dt.date(2026, 1, 1), row_count=1, metrics={"features": LABELS})
    reasons = [["recency", 94.0, 1.0, 28.0]]
    ChurnScore.objects.create(
        contact=contact, run_id=run.pk, as_of=run.as_of, probability=0.71, band="high", reasons=reasons
    )
    user = User.objects.get(pk=make_user(Role.MANAGER).pk)
    client = signed_in(user)
    client.get(contact.get_absolute_url())
    with django_assert_max_num_queries(16):
        text = client.get(contact.get_absolute_url()).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Why 71 %" in text
    assert "94 days without a purchase (usual 28)" in text

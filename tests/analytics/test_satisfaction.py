"""Satisfaction: the published figures by command, page and API; what divides them; what it does to the money."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse

from analytics.models import ChurnScore, ClvScore, ModelRun, SatisfactionCount
from analytics.runs import run_steps
from contacts.models import Contact
from crm.choices import Role
from feedback.models import Response, TouchPoint
from feedback.scoring import NetPromoter
from tests.analytics.test_retention_pages import text_of
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_order, make_response, make_survey, make_token, make_user
from tests.feedback.test_scoring import RETAIL
from tests.importing.tables import brought_in, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
MARCH = dt.date(2026, 3, 31)


@pytest.fixture(autouse=True)
def company(db):
    return make_company()


@pytest.fixture
def manager(client):
    user = make_user(Role.MANAGER)
    client.force_login(user)
    return user


def moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


def test_published_answers_give_the_published_figures_everywhere(tmp_path, client, manager):
    values = [str(score) for score, count in enumerate(RETAIL) for _ in range(count)] + [""] * 157
    rows = "".join(f"{number},{value}\n" for number, value in enumerate(values))
    mapped = ("id=contact_external_id", "nps=value")
    sets = {"survey": "retail", "question": "recommend", "dimension": "nps"}
    brought_in("survey_responses", written(tmp_path, f"id,nps\n{rows}"), mapped=mapped, constants=sets)
    out = io.StringIO()
    call_command("analyze", "--only", "satisfaction", "--json", stdout=out)
    found = json.loads(out.getvalue())["satisfaction"]["metrics"]
    expected = {"n": 6782, "promoters": 4249, "passives": 1920, "detractors": 613, "asked": 6939, "undated": 6782}
    assert {name: found[name] for name in expected} == expected
    assert found["nps"] == pytest.approx(53.613, abs=5e-4)
    assert found["interval_half_width"] == pytest.approx(1.56, abs=5e-3)
    assert (found["mean"], found["scores"]) == (pytest.approx(8.701, abs=5e-4), RETAIL)
    said = text_of(client.get(reverse("analytics:satisfaction_detail")))
    assert "Net promoter score 53.6 ± 1.6, 6,782 answers" in said
    assert "6,939 were asked, 6,782 answered" in said
    told = Caller(make_token(manager)).get("/satisfaction?by=survey").json()
    assert {name: told[name] for name in expected} == expected
    assert [(one["name"], one["n"]) for one in told["items"]] == [("retail", 6782)]


def test_scores_by_every_dimension_and_period_are_those_of_plain_counting(client, manager):
    rng = np.random.default_rng(7)
    surveys = [make_survey() for _ in range(2)]
    places = [TouchPoint.objects.create(name=name) for name in ("Shop", "Delivery")]
    contacts = [make_contact() for _ in range(30)]
    for place, contact in enumerate(contacts):
        ClvScore.objects.create(
            contact=contact, run_id=1, as_of=MARCH, x=0, t_x=0, age=1, last_purchase_on=MARCH, days_quiet=0,
            clv=Decimal(place),
        )  # fmt: skip
    for _ in range(120):
        day = dt.date(2025, 10, 1) + dt.timedelta(days=int(rng.integers(0, 200)))
        make_response(
            contacts[rng.integers(0, 30)], int(rng.integers(0, 11)), survey=surveys[rng.integers(0, 2)],
            answered_at=moment(day), touch_point=places[rng.integers(0, 2)] if rng.random() < 0.7 else None,
        )  # fmt: skip
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    counted = [one for one in Response.objects.all() if one.answered_at.date() <= MARCH]
    assert 60 < len(counted) < 120

    def plain(keep):
        return NetPromoter.of(one.nps for one in counted if keep(one))  # type: ignore[misc]

    page = client.get(reverse("analytics:satisfaction_detail"), {"period": "quarter", "by": "touch_point"}).context[
        "page"
    ]
    assert page.whole == plain(lambda one: True)
    for row in page.rows:
        quarter = {"Q4 2025": (10, 11, 12), "Q1 2026": (1, 2, 3)}[str(row.label).replace("\N{NO-BREAK SPACE}", " ")]
        assert row.counts == plain(lambda one, months=quarter: one.answered_at.month in months)
        for url, count in ((row.url, row.counts.n), (row.detractors_url, row.counts.detractors)):
            assert client.get(url).context["count"] == str(count)
    names = {"Shop": places[0], "Delivery": places[1], "not given": None}
    assert {row.label for row in page.groups} == set(names)
    for row in page.groups:
        assert row.counts == plain(lambda one, place=names[row.label]: one.touch_point == place)
    by_value = client.get(reverse("analytics:satisfaction_detail"), {"by": "value"}).context["page"]
    top = next(row for row in by_value.groups if row.label.startswith("Top 10"))
    best = {contact.pk for contact in contacts[27:]}
    assert top.counts == plain(lambda one: one.contact_id in best)
    later = Response.objects.filter(contact__in=best, answered_at__gte=moment(MARCH + dt.timedelta(days=1))).count()
    assert client.get(top.url).context["count"] == str(top.counts.n + later)


def test_each_customer_stands_in_the_money_by_the_last_answer(manager):
    def customer(*scores: int, bought: tuple[int, ...], chance: float) -> Contact:
        contact = make_contact()
        for place, score in enumerate(scores):
            make_response(contact, score, answered_at=moment(MARCH - dt.timedelta(days=90 - place)))
        for days in bought:
            day = MARCH - dt.timedelta(days=days)
            make_order(contact, ordered_at=moment(day), ordered_on=day, lines=({"quantity": 1, "amount": 100},))
        ChurnScore.objects.create(
            contact=contact, run_id=1, as_of=MARCH, probability=chance, band="low",
        )  # fmt: skip
        return contact

    customer(3, 9, bought=(10, 400), chance=0.1)
    customer(10, bought=(500,), chance=0.3)
    customer(2, bought=(20, 30), chance=0.8)
    customer(bought=(40,), chance=0.5)
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    money = ModelRun.objects.get(step="satisfaction").metrics["money"]
    promoter = money["promoter"]
    assert (promoter["customers"], promoter["revenue"], promoter["revenue_each"]) == (2, 100.0, 50.0)
    assert (promoter["active_before"], promoter["retained"], promoter["retention"]) == (2, 1, 0.5)
    assert promoter["churn_probability"] == pytest.approx(0.2)
    assert (money["detractor"]["revenue"], money["detractor"]["retention"]) == (200.0, None)
    assert (money["silent"]["customers"], money["silent"]["revenue"]) == (1, 100.0)


def test_few_answers_look_few_and_none_say_what_to_do(client, manager):
    assert "Nothing is counted yet" in text_of(client.get(reverse("analytics:satisfaction_detail")))
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    assert "Nobody has answered yet" in text_of(client.get(reverse("analytics:satisfaction_detail")))
    make_response(make_contact(name="Mia Keller"), 4, comment="Nobody rang back")
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    said = text_of(client.get(reverse("analytics:satisfaction_detail")))
    assert "few answers" in said
    assert "Nobody rang back" in said
    assert SatisfactionCount.objects.filter(dimension="").count() == 1


def test_the_page_takes_few_queries_whatever_the_number_of_answers(client, manager, django_assert_max_num_queries):
    for _ in range(3):
        make_response(make_contact(), 9, comment="Good")
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    with django_assert_max_num_queries(18):
        client.get(reverse("analytics:satisfaction_detail"), {"by": "survey"})

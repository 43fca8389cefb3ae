"""The page of satisfaction by its marks: each leads to its answers, segments have their retention, few look few."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from analytics.models import RetentionRate, RfmScore
from analytics.runs import run_steps
from crm.choices import Role
from feedback.models import Answer, Question, TouchPoint
from tests.analytics.test_retention_pages import text_of
from tests.analytics.test_satisfaction import MARCH, moment
from tests.factories import make_company, make_contact, make_response, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
PAGE = "analytics:satisfaction_detail"


@pytest.fixture(autouse=True)
def manager(client):
    make_company()
    user = make_user(Role.MANAGER)
    client.force_login(user)
    return user


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def scored(segment: str):
    contact = make_contact()
    RfmScore.objects.create(
        contact=contact, run_id=1, as_of=MARCH, last_purchase_on=MARCH, first_purchase_on=MARCH, recency_days=1,
        frequency=1, monetary=1, r=1, f=1, m=1, segment=segment, purchases_365=1, usage_level="new",
    )  # fmt: skip
    return contact


@pytest.mark.parametrize("by", ["touch_point", "segment", "value", "product", "agent"])
def test_answers_without_a_value_lead_to_those_without_one(client, by):
    shop = TouchPoint.objects.create(name="Shop")
    loyal = scored("loyal")
    for score in (9, 3):
        make_response(loyal, score, answered_at=moment(MARCH), touch_point=shop)
        make_response(make_contact(), score, answered_at=moment(MARCH))
        make_response(None, score, answered_at=moment(MARCH))
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    page = client.get(reverse(PAGE), {"by": by}).context["page"]
    row = next(row for row in page.groups if row.label == "not given")
    assert row.counts.n == (4 if by in ("touch_point", "segment") else 6)
    for url, count in ((row.url, row.counts.n), (row.detractors_url, row.counts.detractors)):
        assert client.get(url).context["count"] == str(count), url


def test_a_segment_has_its_score_and_its_retention_over_time(client):
    loyal = scored("loyal")
    for day, score in ((dt.date(2025, 8, 1), 9), (dt.date(2025, 11, 1), 9), (dt.date(2026, 2, 1), 3)):
        make_response(loyal, score, answered_at=moment(day))
        make_response(scored("lost"), 0, answered_at=moment(day))
    for value, kept in (("loyal", 30), ("lost", 4), ("", 17)):
        RetentionRate.objects.create(
            run_id=1, as_of=MARCH, period="quarter", start=dt.date(2026, 1, 1), end=MARCH, is_partial=False,
            dimension="segment" if value else "", value=value, active_at_start=40, retained=kept, sales=1, sales_kept=1,
            sales_now=1,
        )  # fmt: skip
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    page = client.get(reverse(PAGE), {"by": "segment"}).context["page"]
    assert {row.label: row.retention for row in page.groups} == {"loyal": 0.75, "lost": 0.1}
    assert page.rows[0].retention == 17 / 40
    (url,) = {row.over_time_url for row in page.groups if row.label == "loyal"}
    answer = client.get(reverse(PAGE) + url)
    assert "Who would recommend us: loyal" in text_of(answer)
    narrowed = answer.context["page"]
    assert {row.label for row in narrowed.groups} == {"loyal", "lost"}
    assert [(row.counts.n, row.retention) for row in narrowed.rows] == [(1, 0.75), (1, None), (1, None)]
    for row in narrowed.rows:
        assert client.get(row.url).context["count"] == "1"
    # a value of another dimension is none of this page
    other = client.get(reverse(PAGE), {"by": "survey", "of": "segment:loyal"}).context["page"]
    assert (other.of, other.rows[0].counts.n) == (None, 2)


def test_few_answers_look_few_and_have_no_interval_of_nought(client):
    for _ in range(2):
        make_response(make_contact(), 9, answered_at=moment(dt.date(2025, 11, 1)))
        make_response(make_contact(), 2, answered_at=moment(dt.date(2026, 2, 1)))
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    answer = client.get(reverse(PAGE))
    whole, newest, *_ = answer.context["page"].cards
    assert plain(whole["note"]).endswith("4 answers, few")
    assert plain(newest["note"]).startswith("no interval, 2 answers, few; no clear change on ")
    assert newest["change_tone"] == "neutral"
    said = text_of(answer)
    assert ("with the 95 % interval" in said, "%%" in said) == (True, False)
    assert {point["small"] for one in answer.context["page"].group_data["series"] for point in one["points"]} <= {True}


def test_who_is_satisfied_is_one_click_from_the_figure(client):
    low_high = ((1, 5, (4, 5, 3)), (0, 10, (8, 7, None)), (1, 7, (6, 5)))
    for low, high, values in low_high:
        for value in values:
            response = make_response(make_contact(), None, answered_at=moment(MARCH))
            question = Question.objects.create(
                survey=response.survey, text="All in all?", dimension="overall", low=low, high=high, position=2
            )
            Answer.objects.create(response=response, question=question, value=value)
    make_response(make_contact(), 9, answered_at=moment(MARCH))
    run_steps(actor=None, as_of=MARCH, only=["satisfaction"])
    card = client.get(reverse(PAGE)).context["page"].cards[-1]
    assert (card["label"], plain(card["value"])) == ("Satisfied overall (CSAT)", "57.1 %")
    assert plain(card["note"]).endswith("7 answers, few")
    assert client.get(card["url"]).context["count"] == "4"
    assert client.get(card["url"].replace("yes", "no")).context["count"] == "3"

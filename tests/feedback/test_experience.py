"""The experience map: each figure beside plain counting, and one click from its rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.company import company_today
from feedback.experience.figures import journey
from feedback.models import Answer, Question, Response, TouchPoint
from service.models import Message, TouchCost
from tests.factories import make_company, make_contact, make_order, make_survey, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAYS = 90


def ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


@pytest.fixture
def points(db):
    """A phone before the purchase and after it; a website that stands on the map once; a place without a channel."""
    make_company()
    names = (
        ("Advice", "before", "phone"),
        ("Help", "after", "phone"),
        ("Website", "before", "web"),
        ("Fair", "before", ""),
    )
    return {
        name: TouchPoint.objects.create(name=name, stage=stage, channel=channel, position=place)
        for place, (name, stage, channel) in enumerate(names)
    }


@pytest.fixture
def manager(points):
    return make_user(Role.MANAGER)


def shown(user, **more):
    found = journey(user, since=company_today() - dt.timedelta(days=DAYS), days=DAYS, **more)
    return {one.point.name: one for _, points in found.stages for one in points}, found


def test_contacts_and_tickets_stand_at_the_stage_of_their_customer(points, manager):
    new, old = make_contact(name="New"), make_contact(name="Old")
    make_order(old, ordered_at=ago(200), lines=({"quantity": 1, "amount": 5},))
    told = [(new, "phone", 3), (new, "phone", 4), (old, "phone", 5), (old, "web", 6), (new, "web", 7)]
    for contact, channel, day in (*told, (new, "phone", 300), (old, "chat", 8)):
        contact.interactions.create(channel=channel, occurred_at=ago(day), subject="Asked")
    complaint = make_ticket(old, kind="complaint", channel="phone", opened_at=ago(4))
    query = make_ticket(old, kind="query", channel="phone", opened_at=ago(4))
    make_ticket(new, kind="complaint", channel="phone", opened_at=ago(300))
    # a complaint by the web form about an answer: it belongs to the touch point of the answer
    followed = make_ticket(old, kind="complaint", channel="web", opened_at=ago(2))
    Response.objects.create(survey=make_survey(), contact=old, touch_point=points["Help"], follow_up=followed)
    TouchCost.objects.create(channel="phone", ticket_amount=Decimal(4), reply_amount=Decimal(3))
    for _ in range(2):
        Message.objects.create(ticket=query, kind="out", text="Yes", author=manager, channel="phone")
    found, whole = shown(manager)
    counts = {name: (one.volume.n, one.complaints.n, one.cost.n) for name, one in found.items()}
    assert counts == {"Advice": (2, 0, 0), "Help": (1, 2, 3), "Website": (2, 0, 0), "Fair": (0, 0, 0)}
    assert (whole.total, whole.elsewhere) == (6, 1)
    assert found["Help"].complaints.actual == 200  # two for one contact
    assert found["Help"].cost.actual == Decimal(14) / 3  # two by phone, six for the replies; the web has no rate
    assert found["Fair"].volume.actual is None
    browser = signed_in(manager)
    for one in found.values():
        for measure in (one.volume, one.complaints, one.cost):
            assert browser.get(measure.url).context["count"] == str(measure.n), measure
    assert complaint.subject in browser.get(found["Help"].complaints.url).content.decode()
    agent, _ = shown(make_user(Role.AGENT))
    assert agent["Help"].cost is None  # what things cost is for managers
    rep, _ = shown(make_user(Role.REP))
    assert {one.volume.n + one.complaints.n for one in rep.values()} == {0}


def test_satisfaction_is_the_overall_rating_else_the_mean_of_what_was_found(points, manager):
    survey, contact = make_survey(), make_contact()
    overall = Question.objects.create(survey=survey, text="All in all", dimension="overall", low=1, high=5)
    rows = [Question.objects.create(survey=survey, text=text, dimension="performance") for text in ("Tone", "Speed")]

    def answered(values, day=5, point="Help"):
        response = Response.objects.create(
            survey=survey, contact=contact, touch_point=points[point], answered_at=ago(day)
        )
        for question, value in values.items():
            Answer.objects.create(response=response, question=question, value=value)

    answered({overall: 5, rows[0]: 1})  # 100
    answered({rows[0]: 5, rows[1]: 3})  # (100 + 50) / 2
    answered({overall: 2})  # 25
    answered({survey.questions.get(kind="nps"): 9})  # rates nothing
    answered({overall: 1}, day=200)
    answered({overall: 1}, point="Website")
    found, _ = shown(manager)
    measure = found["Help"].satisfaction
    assert (measure.n, measure.actual, measure.is_small) == (3, pytest.approx(200 / 3), True)
    assert measure.half_width == pytest.approx(4.302653 * 38.188 / 3**0.5, rel=1e-3)
    assert signed_in(manager).get(measure.url).context["count"] == "3"


def test_what_misses_the_plan_is_told_and_the_page_says_how(points, manager):
    browser, point = signed_in(manager), points["Website"]
    page = reverse("feedback:touch_point_update", args=[point.pk])
    sent = {"name": "Website", "stage": "before", "channel": "web", "position": 1, "promise": "Every size in a minute",
            "planned_volume": 1, "planned_complaints": "0.5", "planned_satisfaction": 80}  # fmt: skip
    refused = browser.post(page, {**sent, "planned_satisfaction": 120})
    assert (refused.status_code, "Every size in a minute" in refused.content.decode()) == (422, True)
    assert browser.post(page, {**sent, "name": "help"}).status_code == 422
    assert browser.post(page, sent).status_code == 302
    contact = make_contact()
    for day in range(1, 9):
        contact.interactions.create(channel="web", occurred_at=ago(day), subject="Looked")
    make_ticket(contact, kind="complaint", channel="web", opened_at=ago(4))
    found, _ = shown(manager)
    tones = (found["Website"].volume.tone, found["Website"].complaints.tone, found["Website"].satisfaction.tone)
    assert tones == ("good", "bad", "")
    TouchPoint.objects.filter(pk=point.pk).update(planned_volume=3, planned_complaints=10)
    found, _ = shown(manager)  # 8 in three months are no less than 3 a month, nor 1 in 8 more than a tenth, for sure
    assert (found["Website"].volume.tone, found["Website"].complaints.tone) == ("", "")
    TouchPoint.objects.filter(pk=point.pk).update(planned_volume=9)
    assert shown(manager)[0]["Website"].volume.tone == "bad"
    said = browser.get(reverse("feedback:experience")).content.decode()
    assert "Every size in a minute" in said
    assert "12.5" in said
    assert "How this is reckoned" in browser.get(f"{reverse('feedback:experience')}?days=365").content.decode()
    TouchPoint.objects.all().delete()
    assert "No touch points yet" in browser.get(reverse("feedback:experience")).content.decode()
    assert browser.get(f"{reverse('feedback:touch_list')}?touch_point=9").status_code == 400

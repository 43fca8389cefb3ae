"""Touch points of one channel at one stage: each contact, ticket and answer belongs to one of them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.company import company_today
from feedback.actions.answering import Said, answer_invitation
from feedback.experience.events import point_of_ticket
from feedback.experience.figures import journey
from feedback.models import Invitation, TouchPoint
from tests.factories import make_company, make_contact, make_order, make_survey, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
AGO = timezone.now() - dt.timedelta(days=3)
POINTS = (
    ("Help", "after", "phone", "", ""),
    ("Returns", "after", "phone", "", "return, Rücksendung"),
    ("Our call", "after", "phone", "out", ""),
    ("Enquiry", "before", "phone", "", ""),
    ("Offers", "after", "email", "", "offer"),
)
SUBJECTS = ("About a RETURN", "Eine rucksendung", "A question", "Our offer")


@pytest.fixture
def points(db):
    make_company()
    return {
        name: TouchPoint.objects.create(
            name=name, stage=stage, channel=channel, direction=direction, words=words, position=place
        )
        for place, (name, stage, channel, direction, words) in enumerate(POINTS)
    }


@pytest.fixture
def manager(points):
    return make_user(Role.MANAGER)


def shown(user):
    found = journey(user, since=company_today() - dt.timedelta(days=90), days=90)
    return {one.point.name: one for _, those in found.stages for one in those}, found


def by_hand(has_bought, channel, direction, subject):
    """The touch point of a contact, by what the page says of it."""
    if channel == "email":
        return "Offers" if "offer" in subject else None
    if channel != "phone":
        return None
    if not has_bought:
        return "Enquiry"
    if "return" in subject.lower() or "rucksendung" in subject.lower():
        return "Returns"
    return "Our call" if direction == "out" else "Help"


def test_each_contact_is_at_one_touch_point_alone(points, manager):
    customers = {True: make_contact(name="Old"), False: make_contact(name="New")}
    make_order(customers[True], ordered_at=AGO - dt.timedelta(days=200), lines=({"quantity": 1, "amount": 5},))
    said = list(itertools.product((True, False), ("phone", "email", "web"), ("in", "out"), SUBJECTS))
    for has_bought, channel, direction, subject in said:
        customers[has_bought].interactions.create(
            channel=channel, direction=direction, subject=subject, occurred_at=AGO
        )
    found, whole = shown(manager)
    told = [by_hand(*one) for one in said]
    assert {name: one.volume.n for name, one in found.items()} == {name: told.count(name) for name in found}
    assert (whole.total, whole.elsewhere) == (len(told), told.count(None))
    browser = signed_in(manager)
    for one in found.values():
        assert browser.get(one.volume.url).context["count"] == str(one.volume.n)
    assert "return, Rücksendung" in browser.get(reverse("feedback:experience")).content.decode()


def test_tickets_and_answers_about_them_are_told_apart_too(points, manager):
    customer = make_contact()
    make_order(customer, ordered_at=AGO - dt.timedelta(days=200), lines=({"quantity": 1, "amount": 5},))
    subjects = {"Help": "A question", "Returns": "My return"}
    tickets = {
        name: make_ticket(customer, kind="complaint", channel="phone", opened_at=AGO, subject=subject)
        for name, subject in subjects.items()
    }
    assert {name: point_of_ticket(one.pk) for name, one in tickets.items()} == {
        name: points[name].pk for name in tickets
    }
    assert point_of_ticket(None) is None
    survey = make_survey(state="open")
    question = survey.questions.get(kind="nps")
    for key, (name, value) in enumerate({"Help": 9, "Returns": 2}.items()):
        invitation = Invitation.objects.create(
            survey=survey, contact=customer, key=str(key), ticket=tickets[name],
            expires_at=timezone.now() + dt.timedelta(days=3),
        )  # fmt: skip
        response = answer_invitation(invitation=invitation, answers={question.pk: Said(value=value)})
        assert response.touch_point == points[name]
    found, _ = shown(manager)
    assert {name: found[name].complaints.n for name in ("Help", "Returns", "Our call")} == {
        "Help": 1, "Returns": 2, "Our call": 0,  # the detractor's follow-up belongs to what the answer is about
    }  # fmt: skip


def test_two_that_ask_for_the_same_are_refused(points, manager):
    browser = signed_in(manager)
    page = reverse("feedback:touch_point_create")
    sent = {"name": "Hotline", "stage": "after", "channel": "phone", "position": 9}
    for more in ({}, {"words": "rücksendung ,Return,"}, {"direction": "out"}):
        refused = browser.post(page, sent | more)
        assert refused.status_code == 422
        assert "Say what tells the two apart" in refused.content.decode()
    assert browser.post(page, sent | {"channel": "", "words": "lamp"}).status_code == 422
    assert browser.post(page, sent | {"words": " invoice ,  final   reminder "}).status_code == 302
    made = TouchPoint.objects.get(name="Hotline")
    assert made.words == "invoice, final reminder"
    refused = browser.post(reverse("feedback:touch_point_update", args=[made.pk]), sent)
    assert refused.status_code == 422
    made.refresh_from_db()
    assert made.words


def test_of_two_that_stood_there_before_the_first_has_all(points, manager):
    TouchPoint.objects.create(name="Hotline", stage="after", channel="phone", position=9)
    customer = make_contact()
    make_order(customer, ordered_at=AGO - dt.timedelta(days=200), lines=({"quantity": 1, "amount": 5},))
    customer.interactions.create(channel="phone", direction="in", subject="A question", occurred_at=AGO)
    found, whole = shown(manager)
    assert (found["Help"].volume.n, found["Hotline"].volume.n, whole.elsewhere) == (1, 0, 0)

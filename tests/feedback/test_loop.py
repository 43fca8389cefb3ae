"""Who is unhappy becomes a ticket of whoever is in charge, once, with a clock; how long it took is reported."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from feedback.actions import create_survey, follow_up, open_survey
from feedback.actions.answering import Said, answer_invitation
from feedback.loop import closed_loop
from feedback.models import Response
from feedback.ready import READY
from service.actions import solve_ticket
from service.models import ServiceHours, SlaPolicy, Ticket
from tests.factories import make_company, make_contact, make_response, make_user, signed_in
from tests.past.feedback_actions import invited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(db):
    make_company()
    hours = ServiceHours.objects.create(name="Office")
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60, solution_minutes=480)


def answer(kind: str, dimension: str, value: int, **fields) -> Response:
    fields = {"name": f"{kind} {value}", "kind": kind, **fields}
    survey = open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=READY[kind].questions))
    owner = make_user(Role.REP, name="Ida")
    invitation = invited(survey=survey, contact=make_contact(name="Mia Keller", owner=owner))
    first = survey.questions.get(dimension=dimension)
    return answer_invitation(invitation=invitation, answers={first.pk: Said(Decimal(value))})


def test_a_detractor_becomes_a_ticket_of_the_owner_with_a_clock_and_once():
    response = answer("nps", "nps", 3)
    ticket = Ticket.objects.get()
    assert (response.follow_up, ticket.contact, ticket.owner.name) == (ticket, response.contact, "Ida")
    assert (ticket.kind, ticket.priority, ticket.subject) == ("complaint", "high", "3 of 10 in “nps 3”")
    assert ticket.due_for == "first_reply"
    assert ticket.due_at is not None
    assert follow_up(actor=None, response=response) == ticket
    answers = {response.survey.questions.get(dimension="nps").pk: Said(Decimal(1))}
    answer_invitation(invitation=response.invitation, answers=answers)
    assert Ticket.objects.count() == 1


def test_who_is_content_or_not_to_be_followed_up_or_unknown_becomes_none():
    answer("nps", "nps", 7)
    answer("csat", "overall", 3)
    answer("nps", "nps", 2, follows_up=False)
    assert not Ticket.objects.exists()
    answer("csat", "overall", 2)
    assert Ticket.objects.count() == 1
    with pytest.raises(ValidationError, match="Nobody knows who"):
        follow_up(actor=None, response=make_response(None, 1))


def test_time_to_close_is_counted_from_what_they_said(client):
    response, other = answer("nps", "nps", 3), answer("nps", "nps", 4)
    make_response(make_contact(), 2, answered_at=timezone.now())
    make_response(make_contact(), 9, answered_at=timezone.now())
    solve_ticket(actor=None, ticket=response.follow_up)
    told = timezone.now() - dt.timedelta(hours=10)
    Response.objects.filter(pk__in=(response.pk, other.pk)).update(answered_at=told)
    Ticket.objects.filter(of_response=response).update(solved_at=told + dt.timedelta(hours=6))
    whole = closed_loop(None, days=90).whole
    assert (whole.unhappy, whole.followed, whole.closed, whole.close_hours) == (3, 2, 1, pytest.approx(6))
    said = signed_in(make_user(Role.MANAGER)).get(reverse("feedback:loop")).content.decode()
    assert "Time to close" in said
    assert "Ida" in said


def test_a_colleague_follows_up_by_the_button_and_the_list_knows_who_was_not():
    browser = signed_in(make_user(Role.MANAGER))
    response = make_response(make_contact(name="Mia Keller"), 2, comment="Nobody rang back")
    listed = f"{reverse('feedback:response_list')}?group=detractor&followed=no"
    assert browser.get(listed).context["count"] == "1"
    led = browser.post(reverse("feedback:response_follow_up", args=[response.pk]))
    ticket = Ticket.objects.get()
    assert led["Location"] == ticket.get_absolute_url()
    assert ticket.messages.get().text == "Nobody rang back"
    assert browser.get(listed).context["count"] == "0"
    assert ticket.number in browser.get(response.get_absolute_url()).content.decode()


def test_a_contact_has_a_tab_of_answers_and_a_history_with_them_only_where_there_are_some():
    browser = signed_in(make_user(Role.MANAGER))
    silent, mia = make_contact(name="Silent"), make_contact(name="Mia Keller")
    response = make_response(mia, 2, comment="Nobody rang back")
    assert "?tab=answers" not in browser.get(silent.get_absolute_url()).content.decode()
    page = browser.get(mia.get_absolute_url()).content.decode()
    assert "?tab=answers" in page
    assert "2 of 10, detractor" in page
    tab = browser.get(f"{mia.get_absolute_url()}?tab=answers").content.decode()
    assert response.get_absolute_url() in tab
    assert "Nobody rang back" in tab

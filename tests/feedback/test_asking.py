"""Surveys go out: only to whom may be asked, nobody twice within the limit, by hand and after what happened."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.permission.actions import record_consent
from crm.choices import Role
from crm.jobs import run_job
from crm.models import JobRun, OutgoingMail, SavedView
from feedback.actions import create_survey, open_survey
from feedback.actions.answering import answer_invitation
from feedback.asking.sending import ask_after_events, start_sending
from feedback.models import Invitation, Survey
from feedback.ready import READY
from feedback.results import asked_by
from service.actions import solve_ticket
from service.models import Ticket
from tests.factories import make_company, make_contact, make_order, make_product, make_ticket, make_user
from tests.past.feedback_actions import nine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(db):
    return make_company()


def open_one(kind: str = "nps", **fields) -> Survey:
    values = {"name": f"Survey {Survey.objects.count()}", "kind": kind, **fields}
    survey = create_survey(actor=None, fields=values, questions=READY[kind].questions)
    return open_survey(actor=None, survey=survey)


def customer(name: str, *, may: bool = True, **fields) -> Contact:
    contact = make_contact(name=name, emails=(f"{name.lower()}@example.org",), **fields)
    if may:
        record_consent(actor=None, contact=contact, channel="email", purpose="survey", level=1)
    return contact


def send(survey: Survey, view: SavedView | None = None, actor=None) -> JobRun:
    job = start_sending(actor=actor or make_user(Role.MANAGER), survey=survey, view=view)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_a_segment_is_asked_once_and_the_others_are_counted_by_the_reason():
    mia, ada = customer("Mia", city="Berlin"), customer("Ada")
    customer("Tom", may=False)
    make_contact(name="Nowhere")
    survey = open_one(mail_text="Dear {first_name},\nhow are we?")
    job = send(survey)
    assert (job.state, job.result["asked"], job.result["left"]) == ("done", 2, {"May not be written to": 2})
    mail = OutgoingMail.objects.get(contact_id=mia.pk)
    assert (mail.kind, mail.recipient, mail.subject) == ("at_least_once", "mia@example.org", "How did we do?")
    invitation = Invitation.objects.get(contact=mia)
    assert "Dear Mia" in mail.text
    assert mail.html.count("?score=") == 11
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer_invitation(invitation=invitation, answers=nine(survey))
    assert (asked_by(None, survey).asked, asked_by(None, survey).answered) == (2, 1)
    again = send(open_one())
    assert (again.result["asked"], again.result["left"]["Asked not long ago"]) == (0, 2)
    Invitation.objects.filter(contact=ada).update(asked_at=timezone.now() - dt.timedelta(days=61))
    assert send(open_one()).result["asked"] == 1
    assert OutgoingMail.objects.count() == 3


def test_the_same_job_asks_nobody_twice_and_a_view_narrows_it():
    user = make_user(Role.MANAGER)
    customer("Mia"), customer("Ada")
    view = SavedView.objects.create(name="Mias", list_name="contacts.contact", owner=user, words="Mia")
    survey = open_one(fatigue_days=0)
    job = send(survey, view, user)
    assert (job.state, job.result.get("asked")) == ("done", 1), job.error
    JobRun.objects.filter(pk=job.pk).update(state="queued", attempts=0)
    run_job(job.pk)
    assert (Invitation.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_a_solved_ticket_asks_its_customer_once_after_the_days_and_within_the_limit():
    agent = make_user(Role.AGENT)
    mia = customer("Mia")
    before = solve_ticket(actor=None, ticket=make_ticket(mia))
    survey = open_one("csat", trigger="ticket", wait_days=1)
    solved = [solve_ticket(actor=None, ticket=make_ticket(contact, owner=agent)) for contact in (mia, mia)]
    refused = solve_ticket(actor=None, ticket=make_ticket(customer("Tom", may=False)))
    unsolved = make_ticket(customer("Ada"))
    assert ask_after_events() == 0
    day = dt.timedelta(days=1, minutes=1)
    Survey.objects.update(triggers_from=timezone.now() - 2 * day)
    Ticket.objects.filter(pk__in=[one.pk for one in (*solved, refused)]).update(solved_at=timezone.now() - day)
    Ticket.objects.filter(pk=before.pk).update(solved_at=timezone.now() - 3 * day)
    assert (ask_after_events(), ask_after_events()) == (1, 0)
    rows = {(one.ticket_id, one.not_asked) for one in Invitation.objects.all()}
    assert rows == {(solved[0].pk, ""), (solved[1].pk, "fatigue"), (refused.pk, "permission")}
    response = answer_invitation(invitation=Invitation.objects.get(not_asked=""), answers=nine(survey))
    assert (response.ticket, response.agent) == (solved[0], agent)
    assert unsolved.pk not in {ticket for ticket, _ in rows}


def test_an_order_asks_about_what_was_mostly_bought():
    frame, lamp = make_product(), make_product()
    open_one(trigger="order", wait_days=0)
    lines = ({"quantity": 1, "amount": 5, "product": lamp}, {"quantity": 1, "amount": 50, "product": frame})
    make_order(customer("Mia"), ordered_at=timezone.now(), lines=lines)
    assert ask_after_events() == 1
    assert Invitation.objects.get().product == frame


def test_one_survey_that_cannot_be_sent_holds_up_no_other(monkeypatch):
    open_one(trigger="ticket"), open_one(trigger="order", wait_days=0)
    make_order(customer("Mia"), ordered_at=timezone.now())
    monkeypatch.setattr("feedback.asking.sending.Ticket.objects.filter", lambda *args, **more: 1 / 0)
    assert ask_after_events() == 1

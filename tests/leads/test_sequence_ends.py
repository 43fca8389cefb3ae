"""Nothing of a sequence comes after an answer, a verdict or a no."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.actions import log_interaction
from contacts.permission.actions import record_consent
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from leads.actions import log_touch, move_lead
from leads.choices import EnrolmentState, StopReason
from leads.models import Enrolment, Lead
from leads.nurturing.engine import run_sequences
from tests.leads.nurturing import done, enrolled, let_days_pass

pytestmark = pytest.mark.django_db
ENDS = {
    "a mail of the lead": (lambda lead, house: log_touch(
        actor=None, lead=lead, channel="email", direction="in", subject="Yes please"), StopReason.REPLIED),
    "a call that reached them": (lambda lead, house: log_touch(
        actor=house.rep, lead=lead, channel="phone", subject="Called", outcome="answered"), StopReason.REPLIED),
    "an answer of the contact": (lambda lead, house: log_interaction(
        actor=None, contact=lead.contact, channel="email", direction="in", subject="Yes"), StopReason.REPLIED),
    "a no of the contact": (lambda lead, house: record_consent(
        actor=None, contact=lead.contact, channel="email", purpose="all", level=0), StopReason.UNSUBSCRIBED),
    "a qualification": (lambda lead, house: move_lead(
        actor=house.rep, lead=lead, status="qualified"), StopReason.QUALIFIED),
    "a loss": (lambda lead, house: move_lead(
        actor=house.rep, lead=lead, status="disqualified", lost_reason="no need"), StopReason.LOST),
    "a conversion of a file": (lambda lead, house: Lead.objects.filter(pk=lead.pk).update(
        status="converted", converted=True), StopReason.CONVERTED),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDS)
def test_nothing_comes_after(house, sequence, what):
    enrolment = enrolled(house, sequence)
    run_sequences()
    let_days_pass(3)
    Enrolment.objects.update(since=timezone.now() - dt.timedelta(minutes=1))
    act, reason = ENDS[what]
    act(enrolment.lead, house)
    run_sequences()
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.reason, enrolment.next_at) == (EnrolmentState.STOPPED, reason, None)
    assert len(done(enrolment)) == 1


@pytest.mark.parametrize(
    "touch", [
        {"channel": "phone", "outcome": "no answer"},
        {"channel": "email"},
        {"channel": "email", "direction": "in", "occurred_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ],
)  # fmt: skip
def test_what_is_no_answer_stops_nothing(house, sequence, touch):
    enrolment = enrolled(house, sequence)
    log_touch(actor=house.rep, lead=enrolment.lead, subject="Hello", **touch)
    run_sequences()
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.ACTIVE


def test_a_mail_that_waits_to_leave_is_called_back_by_an_answer(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    log_touch(actor=None, lead=enrolment.lead, channel="email", direction="in", subject="Yes")
    assert OutgoingMail.objects.get().state == MailState.CANCELLED


def test_an_answer_between_the_plan_and_the_touch_is_seen_under_the_lock(house, sequence, monkeypatch):
    enrolment = enrolled(house, sequence)
    monkeypatch.setattr("leads.nurturing.engine.stop_due", lambda: 0)
    log_interaction(actor=None, contact=enrolment.lead.contact, channel="email", direction="in", subject="Yes")
    run_sequences()
    enrolment.refresh_from_db()
    assert enrolment.reason == StopReason.REPLIED
    assert not OutgoingMail.objects.exists()

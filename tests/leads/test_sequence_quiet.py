"""Mails of sequences keep the quiet hours of the house on the clock of the lead, beside the hours of the sequence."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from campaigns.models import SendingRules
from contacts.models import Address
from crm.choices import Role
from crm.company import current_company
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from leads.models import Enrolment, Sequence
from leads.nurturing import actions
from leads.nurturing.engine import run_sequences
from leads.nurturing.quiet import quiet_rule, span_for
from tests.factories import make_company, make_lead, make_user
from tests.leads.nurturing import ALWAYS, STEPS, done, enrolled

AFTERNOON = dt.datetime(2027, 3, 3, 15, tzinfo=dt.UTC)  # a Wednesday: 16:00 in Berlin, midnight in Tokyo
MORNING_THERE = dt.datetime(2027, 3, 3, 23, tzinfo=dt.UTC)


@pytest.fixture
def quiet(db):
    SendingRules.objects.create(pk=1, quiet_from=dt.time(21), quiet_until=dt.time(8))


def test_a_mail_waits_for_the_morning_of_the_lead_and_is_sent_once_then(house, sequence, quiet):
    with time_machine.travel(AFTERNOON, tick=False) as clock:
        enrolment = enrolled(house, sequence, country="JP")
        run_sequences()
        enrolment.refresh_from_db()
        assert (OutgoingMail.objects.count(), enrolment.next_at) == (0, MORNING_THERE)
        clock.move_to(MORNING_THERE)
        run_sequences()
        run_sequences()
        mail = OutgoingMail.objects.get()
        assert (done(enrolment), mail.closes_at) == (
            [(STEPS[0].title, "sent")], MORNING_THERE + dt.timedelta(hours=13),
        )  # fmt: skip


def test_where_the_contact_lives_counts_before_the_country_of_the_lead_and_tasks_never_wait(house, sequence, quiet):
    with time_machine.travel(AFTERNOON, tick=False):
        enrolment = enrolled(house, sequence, country="JP")
        contact = enrolment.lead.contact
        assert contact is not None
        Address.objects.create(contact=contact, country="DE", is_primary=True)
        run_sequences()
        assert OutgoingMail.objects.count() == 1
        call = actions.create_sequence(actor=None, fields={"name": "Call", **ALWAYS}, steps=STEPS[1:2])
        other = make_lead(name="Kei Abe", email="kei@abe.example", owner=house.rep, country="JP")
        actions.enrol_lead(actor=house.rep, lead=other, sequence=call)
        Enrolment.objects.filter(lead=other).update(next_at=timezone.now())
        run_sequences()
        assert [result for _, result in done(other.enrolments.get())] == ["task"]


def test_what_has_not_left_when_the_night_begins_is_given_the_next_morning(house, sequence, quiet):
    with time_machine.travel(AFTERNOON, tick=False) as clock:
        enrolled(house, sequence, country="DE")
        run_sequences()
        assert OutgoingMail.objects.get().closes_at == dt.datetime(2027, 3, 3, 20, tzinfo=dt.UTC)
        clock.move_to(dt.datetime(2027, 3, 3, 20, 1, tzinfo=dt.UTC))
        run_sequences()
        mail = OutgoingMail.objects.get()
        assert (mail.state, mail.due_at) == (MailState.QUEUED, dt.datetime(2027, 3, 4, 7, tzinfo=dt.UTC))
        Sequence.objects.update(sends_from=dt.time(11), sends_until=dt.time(15))
        clock.move_to(dt.datetime(2027, 3, 4, 20, 1, tzinfo=dt.UTC))
        run_sequences()
        mail.refresh_from_db()
        eleven = dt.datetime(2027, 3, 5, 11, tzinfo=current_company().zone)
        assert mail.due_at == eleven, "the hours of the sequence, not those of the morning alone"


def test_hours_of_a_sequence_that_lie_in_the_night_of_a_lead_never_keep_a_mail_for_ever(quiet):
    make_company()
    office = Sequence(workdays=[1, 2, 3, 4, 5], sends_from=dt.time(9), sends_until=dt.time(15))
    rule = quiet_rule()
    assert rule is not None
    here = span_for(office, "Europe/Berlin", AFTERNOON, rule, current_company().zone)
    assert here.opens_at == dt.datetime(2027, 3, 4, 9, tzinfo=current_company().zone), "nine on Thursday"
    there = span_for(
        office, "America/Los_Angeles", AFTERNOON, rule, current_company().zone
    )  # its hours are in the night there
    assert there.opens_at == dt.datetime(2027, 3, 3, 16, tzinfo=dt.UTC), "eight in the morning there"


def test_without_quiet_hours_the_hours_of_the_sequence_count_alone(house, sequence):
    assert quiet_rule() is None
    make_user(Role.REP)
    with time_machine.travel(AFTERNOON, tick=False):
        enrolled(house, sequence, country="JP")
        run_sequences()
        assert OutgoingMail.objects.get().closes_at is None

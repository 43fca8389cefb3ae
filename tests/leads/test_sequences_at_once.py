"""Two runs of sequences at the same moment share what is due: each mail once."""

import pytest
from django.db import transaction

from contacts.permission.actions import record_consent
from crm.models import OutgoingMail
from leads.choices import TouchResult
from leads.models import SequenceTouch
from leads.nurturing import actions
from leads.nurturing.engine import _claimed, run_sequences
from leads.nurturing.planning import plan_unplanned
from tests.concurrency.racing import at_once
from tests.factories import make_contact, make_lead

PEOPLE = 12


@pytest.mark.django_db(transaction=True)
def test_what_one_run_has_in_its_hands_another_leaves(house, sequence, monkeypatch):
    for number in range(4):
        lead = make_lead(name=f"Lead {number}", owner=house.rep)
        actions.enrol_lead(actor=None, lead=lead, sequence=sequence)
    monkeypatch.setattr("leads.nurturing.engine.AT_ONCE", 2)
    plan_unplanned()

    def claim() -> set[int]:
        with transaction.atomic():
            return {row.pk for row in _claimed()}

    with transaction.atomic():
        mine = {row.pk for row in _claimed()}
        (theirs,) = at_once([claim])
    assert (len(mine), len(theirs), mine & theirs) == (2, 2, set())


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once(house, sequence, monkeypatch):
    for number in range(PEOPLE):
        email = f"p{number}@example.org"
        contact = make_contact(name=email, emails=(email,))
        record_consent(actor=None, contact=contact, channel="email", purpose="marketing", level=2)
        lead = make_lead(name=email, email=email, contact=contact, owner=house.rep)
        actions.enrol_lead(actor=None, lead=lead, sequence=sequence)
    monkeypatch.setattr("leads.nurturing.engine.AT_ONCE", 3)
    runs = at_once([run_sequences] * 3)
    assert sum(run.mails for run in runs) == PEOPLE
    assert OutgoingMail.objects.values("recipient").distinct().count() == OutgoingMail.objects.count() == PEOPLE
    assert SequenceTouch.objects.filter(result=TouchResult.SENT).count() == PEOPLE

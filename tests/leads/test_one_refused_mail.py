"""A mail of a sequence that will not do is skipped with its reason, and the others of its batch leave."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import ContactPoint
from contacts.permission.actions import record_consent
from crm.models import OutgoingMail
from leads.models import Lead, SequenceTouch
from leads.nurturing import actions
from leads.nurturing.engine import run_sequences
from tests.factories import make_contact, make_lead
from tests.leads.nurturing import enrolled

pytestmark = pytest.mark.django_db


def test_a_mail_that_the_ledger_refuses_costs_only_its_own_lead_the_step(house, sequence):
    bad = enrolled(house, sequence)
    ContactPoint.objects.filter(contact=bad.lead.contact).update(value="ada at lund", normalised="ada at lund")
    Lead.objects.filter(pk=bad.lead_id).update(email="ada at lund")
    contact = make_contact(name="Ida Moor", emails=("ida@moor.example",))
    record_consent(actor=house.marketer, contact=contact, channel="email", purpose="marketing", level=2)
    good = make_lead(name="Ida Moor", email="ida@moor.example", owner=house.rep, contact=contact)
    actions.enrol_lead(actor=house.rep, lead=good, sequence=sequence)
    stranger = make_lead(name="Stranger", email="stranger@example.org", owner=house.rep)
    actions.enrol_lead(actor=house.rep, lead=stranger, sequence=sequence)
    with CaptureQueriesContext(connection) as asked:
        run_sequences()
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == ["ida@moor.example"]
    told = dict(SequenceTouch.objects.values_list("enrolment__lead", "result"))
    assert told == {bad.lead_id: "skipped", good.pk: "sent", stranger.pk: "skipped"}
    why = SequenceTouch.objects.get(enrolment=bad).why
    assert why.startswith("No mail: The recipient"), why
    assert bad.lead.touches.count() == 0
    assert not [one for one in asked if "ROLLBACK TO SAVEPOINT" in one["sql"]], "the batch was not done one by one"

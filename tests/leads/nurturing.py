"""Sequences for the tests: one with three steps that runs at any hour, and time that passes."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from contacts.permission.actions import record_consent
from leads.models import Enrolment, Lead, Sequence, SequenceStep
from leads.nurturing import actions
from leads.nurturing.actions import StepInput
from tests.factories import make_contact, make_lead

ALWAYS = {"workdays": [1, 2, 3, 4, 5, 6, 7], "sends_from": dt.time(0), "sends_until": dt.time(23, 59, 59)}
STEPS = (
    StepInput("mail", 0, "Corners for {organization|your shop}", "Hello {first_name|there},\n\nshall we send a box?"),
    StepInput("call", 3, "Ask {name} about the box"),
    StepInput("mail", 4, "One more thing", "Dear {first_name|reader}, this is {owner|all of us}."),
)


def make_sequence(house) -> Sequence:
    return actions.create_sequence(actor=house.marketer, fields={"name": "Box", **ALWAYS}, steps=STEPS)


def agreed(house, **fields) -> Lead:
    """A lead of a contact that has agreed to marketing mails."""
    contact = make_contact(name="Ada Lund", emails=("ada@lund.example",))
    record_consent(actor=house.marketer, contact=contact, channel="email", purpose="marketing", level=2)
    values = {"name": "Ada Lund", "first_name": "Ada", "email": "ada@lund.example", "owner": house.rep}
    return make_lead(**values, team=house.rep.team, contact=contact, **fields)


def enrolled(house, sequence, **fields) -> Enrolment:
    return actions.enrol_lead(actor=house.rep, lead=agreed(house, **fields), sequence=sequence)


def let_days_pass(days: int) -> None:
    """As if all of it had happened so many days ago."""
    ago = dt.timedelta(days=days)
    SequenceStep.objects.update(created_at=F("created_at") - ago)
    for row in Enrolment.objects.all():
        for name in ("started_at", "since", "last_at", "next_at"):
            if moment := getattr(row, name):
                setattr(row, name, moment - ago)
        row.save()


def done(enrolment: Enrolment) -> list[tuple[str, str]]:
    return list(enrolment.touches.values_list("step__title", "result"))

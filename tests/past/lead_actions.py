"""The actions of leads with what they take, for the tests that must hold for each action of the product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from crm.bulk.choosing import Choice
from leads import actions as leads
from leads import prospecting
from leads.allocation import actions as allocation
from leads.calling import actions as calling
from leads.capture import actions as capture
from leads.conversion import actions as conversion
from leads.models import (
    CallEntry,
    CallList,
    CaptureForm,
    CaptureSubmission,
    ChecklistItem,
    Enrolment,
    Intake,
    Lead,
    LeadCost,
    ScoreRule,
)
from leads.nurturing import actions as nurturing
from leads.qualification import actions as qualification
from leads.qualification import items
from leads.scoring import actions as scoring
from leads.tracking import actions as tracking
from leads.writing import actions as writing
from leads.writing.queries import Beginning
from tests.factories import make_contact, make_lead, make_user

MOMENT = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def _on(prepared: Any, call: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: call(prepared)


def _converted(actor: Any, lead: Any) -> Any:
    new = conversion.Party(is_new=True)
    firm = new if lead.organization else conversion.Party()
    return conversion.convert_lead(actor=actor, lead=lead, person=new, organization=firm)


def _rule(actor: Any, user: Any) -> Any:
    return allocation.create_rule(actor=actor, fields={"name": "All"}, people=[user])


def _entry() -> CallEntry:
    return CallEntry.objects.create(call_list=CallList.objects.create(name="Fair"), lead=make_lead(), position=1)


def _form() -> CaptureForm:
    return CaptureForm.objects.create(name="Contact", title="Write to us")


def _submitted(form: CaptureForm) -> Any:
    values = {"email": "a@b.example"}
    return capture.take_submission(form=form, values=values, utm={}, has_consent=False, ip="192.0.2.1")


def _sequence() -> Any:
    steps = [nurturing.StepInput("mail", 0, "Three frames", "Hello")]
    return nurturing.create_sequence(actor=None, fields={"name": "After the fair"}, steps=steps)


def _enrolment() -> Enrolment:
    return nurturing.enrol_lead(actor=None, lead=make_lead(), sequence=_sequence())


def _paused() -> Enrolment:
    enrolment = _enrolment()
    nurturing.pause_enrolment(actor=None, enrolment=enrolment)
    return enrolment


COST = {"amount": 100, "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 1, 31)}
LEAD_NOT_ALONE = {
    "in_force", "is_reversible", "made_by",
    "carry_touches", "reassign_missed", "give_waiting", "items_for", "run_scoring", "run_allocation", "submission_of",
    "give_consent", "take_next", "forget_unconfirmed", "carry_opt_outs", "run_enrolling",
}  # fmt: skip
LEAD_MODULES = (
    leads,
    conversion,
    allocation,
    capture,
    tracking,
    qualification,
    items,
    scoring,
    calling,
    nurturing,
    prospecting,
    writing,
)
LEAD_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_lead": lambda actor: lambda: leads.create_lead(actor=actor, fields={"name": "Ada"}),
    "change_lead": lambda actor: _on(
        make_lead(),
        lambda lead: leads.change_lead(actor=actor, lead=lead, version=lead.version, fields={"source": "Fair"}),
    ),
    "log_touch": lambda actor: _on(
        make_lead(), lambda lead: leads.log_touch(actor=actor, lead=lead, channel="phone", subject="Called")
    ),
    "write_to_lead": lambda actor: _on(
        (actor or make_user(), make_lead(), Beginning(None, "", "", "", {})),
        lambda said: writing.write_to_lead(
            actor=said[0], lead=said[1], begun=said[2], to="ada@example.org", subject="Frames", text="Hello"
        ),
    ),
    "move_lead": lambda actor: _on(
        make_lead(),
        lambda lead: leads.move_lead(actor=actor, lead=lead, status="disqualified", lost_reason="no need"),
    ),
    "convert_lead": lambda actor: _on(make_lead(organization="Ashford Mills"), lambda lead: _converted(actor, lead)),
    "reverse_conversion": lambda actor: _on(
        _converted(None, make_lead(email="ada@example.org")).lead,
        lambda lead: conversion.reverse_conversion(actor=actor, lead=lead),
    ),
    "create_rule": lambda actor: _on(make_user(), lambda user: _rule(actor, user)),
    "change_rule": lambda actor: _on(
        (_rule(None, make_user()), make_user()),
        lambda pair: allocation.change_rule(
            actor=actor, rule=pair[0], version=1, fields={"sources": ["Web"]}, people=[pair[1]]
        ),
    ),
    "remove_rule": lambda actor: _on(
        _rule(None, make_user()), lambda rule: allocation.remove_rule(actor=actor, rule=rule)
    ),
    "save_intake": lambda actor: _on(
        Intake(user=make_user()),
        lambda intake: allocation.save_intake(actor=actor, intake=intake, fields={"capacity": 5}),
    ),
    "start_allocation": lambda actor: lambda: allocation.start_allocation(actor=actor),
    "allocate_new": lambda actor: _on(
        (_rule(None, make_user()), make_lead()), lambda pair: allocation.allocate_new(actor=actor, lead=pair[1])
    ),
    "create_and_give": lambda actor: _on(
        _rule(None, make_user()), lambda rule: allocation.create_and_give(actor=actor, fields={"name": "Ada Lund"})
    ),
    "create_form": lambda actor: (
        lambda: capture.create_form(actor=actor, fields={"name": "Contact", "title": "Write to us"})
    ),
    "change_form": lambda actor: _on(
        _form(), lambda form: capture.change_form(actor=actor, form=form, version=1, fields={"source": "Fair"})
    ),
    "take_submission": lambda actor: _on(_form(), _submitted),
    "confirm_submission": lambda actor: _on(
        CaptureSubmission.objects.create(form=_form(), state="waiting", values={"email": "a@b.example"}, ip_digest=""),
        lambda sent: capture.confirm_submission(submission=sent),
    ),
    "create_cost": lambda actor: lambda: tracking.create_cost(actor=actor, fields=COST),
    "change_cost": lambda actor: _on(
        LeadCost.objects.create(**COST),
        lambda cost: tracking.change_cost(actor=actor, cost=cost, version=1, fields={"amount": 200}),
    ),
    "remove_cost": lambda actor: _on(
        LeadCost.objects.create(**COST), lambda cost: tracking.remove_cost(actor=actor, cost=cost)
    ),
    "begin_with_usual": lambda actor: lambda: items.begin_with_usual(actor=actor),
    "save_item": lambda actor: _on(
        ChecklistItem(),
        lambda item: items.save_item(actor=actor, item=item, fields={"kind": "need", "text": "What for?"}),
    ),
    "qualify_lead": lambda actor: _on(
        make_lead(), lambda lead: qualification.qualify_lead(actor=actor, lead=lead, answers={}, verdict="qualified")
    ),
    "save_score_rule": lambda actor: _on(
        ScoreRule(),
        lambda rule: scoring.save_score_rule(
            actor=actor, rule=rule, fields={"name": "All", "kind": "fit", "points": 5}
        ),
    ),
    "remove_score_rule": lambda actor: _on(
        ScoreRule.objects.create(name="All", kind="fit", points=5),
        lambda rule: scoring.remove_score_rule(actor=actor, rule=rule),
    ),
    "start_scoring": lambda actor: lambda: scoring.start_scoring(actor=actor),
    "create_call_list": lambda actor: _on(
        (make_lead(phone="+44 113 496 0188"), actor or make_user()),
        lambda pair: calling.create_call_list(actor=pair[1], name="Fair", view=None),
    ),
    "add_to_call_list": lambda actor: _on(
        (_entry().call_list, make_lead(phone="+44 113 496 0188"), actor or make_user()),
        lambda said: calling.add_to_call_list(actor=said[2], call_list=said[0], lead=said[1]),
    ),
    "lead_of_contact": lambda actor: _on(
        (make_contact(), actor or make_user()),
        lambda pair: prospecting.lead_of_contact(actor=pair[1], contact=pair[0]),
    ),
    "keep_outcome": lambda actor: _on(
        _entry(), lambda entry: calling.keep_outcome(actor=actor, entry=entry, outcome="answered")
    ),
    "close_call_list": lambda actor: _on(
        _entry(), lambda entry: calling.close_call_list(actor=actor, call_list=entry.call_list, is_closed=True)
    ),
    "skip_entry": lambda actor: _on(_entry(), lambda entry: calling.skip_entry(actor=actor, entry=entry)),
    "create_sequence": lambda actor: (
        lambda: nurturing.create_sequence(
            actor=actor, fields={"name": "Fair"}, steps=[nurturing.StepInput("call", 1, "Ask")]
        )
    ),
    "change_sequence": lambda actor: _on(
        _sequence(),
        lambda sequence: nurturing.change_sequence(
            actor=actor, sequence=sequence, version=1, fields={"name": "Other"}, steps=None
        ),
    ),
    "enrol_lead": lambda actor: _on(
        (make_lead(), _sequence()),
        lambda pair: nurturing.enrol_lead(actor=actor, lead=pair[0], sequence=pair[1]),
    ),
    "enrol_new": lambda actor: _on(
        (make_lead(), _sequence()), lambda pair: nurturing.enrol_new(lead=pair[0], sequence=pair[1])
    ),
    "enrol_leads": lambda actor: _on(
        (make_lead(), _sequence()),
        lambda pair: nurturing.enrol_leads(actor=actor, leads=Lead.objects.filter(pk=pair[0].pk), sequence=pair[1]),
    ),
    "start_enrolling": lambda actor: _on(
        (actor or make_user(), Choice("leads.lead", (make_lead().pk,)), _sequence()),
        lambda said: nurturing.start_enrolling(actor=said[0], choice=said[1], sequence=said[2], announced="1 lead"),
    ),
    "pause_enrolment": lambda actor: _on(
        _enrolment(), lambda one: nurturing.pause_enrolment(actor=actor, enrolment=one)
    ),
    "resume_enrolment": lambda actor: _on(
        _paused(), lambda one: nurturing.resume_enrolment(actor=actor, enrolment=one)
    ),
    "stop_enrolment": lambda actor: _on(_enrolment(), lambda one: nurturing.stop_enrolment(actor=actor, enrolment=one)),
    "say_no": lambda actor: _on(_enrolment(), lambda one: nurturing.say_no(enrolment=one)),
    "archive_lead": lambda actor: _on(make_lead(), lambda lead: leads.archive_lead(actor=actor, lead=lead)),
    "restore_lead": lambda actor: _on(
        make_lead(archived_at=MOMENT), lambda lead: leads.restore_lead(actor=actor, lead=lead)
    ),
    "override_score": lambda actor: _on(
        make_lead(), lambda lead: leads.override_score(actor=actor, lead=lead, score=80)
    ),
}

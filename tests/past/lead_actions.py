"""The actions of leads with what they take, for the tests that must hold for each action of the product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from leads import actions as leads
from leads.allocation import actions as allocation
from leads.calling import actions as calling
from leads.capture import actions as capture
from leads.conversion import actions as conversion
from leads.models import CallEntry, CallList, CaptureForm, CaptureSubmission, ChecklistItem, Intake, LeadCost, ScoreRule
from leads.qualification import actions as qualification
from leads.qualification import items
from leads.scoring import actions as scoring
from leads.tracking import actions as tracking
from tests.factories import make_lead, make_user

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


COST = {"amount": 100, "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 1, 31)}
LEAD_NOT_ALONE = {
    "in_force", "is_reversible", "made_by",
    "carry_touches", "reassign_missed", "items_for", "run_scoring", "run_allocation", "submission_of",
    "give_consent", "take_next", "forget_unconfirmed",
}  # fmt: skip
LEAD_MODULES = (leads, conversion, allocation, capture, tracking, qualification, items, scoring, calling)
LEAD_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_lead": lambda actor: lambda: leads.create_lead(actor=actor, fields={"name": "Ada"}),
    "change_lead": lambda actor: _on(
        make_lead(),
        lambda lead: leads.change_lead(actor=actor, lead=lead, version=lead.version, fields={"source": "Fair"}),
    ),
    "log_touch": lambda actor: _on(
        make_lead(), lambda lead: leads.log_touch(actor=actor, lead=lead, channel="phone", subject="Called")
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
    "keep_outcome": lambda actor: _on(
        _entry(), lambda entry: calling.keep_outcome(actor=actor, entry=entry, outcome="answered")
    ),
    "close_call_list": lambda actor: _on(
        _entry(), lambda entry: calling.close_call_list(actor=actor, call_list=entry.call_list, is_closed=True)
    ),
    "skip_entry": lambda actor: _on(_entry(), lambda entry: calling.skip_entry(actor=actor, entry=entry)),
    "archive_lead": lambda actor: _on(make_lead(), lambda lead: leads.archive_lead(actor=actor, lead=lead)),
    "restore_lead": lambda actor: _on(
        make_lead(archived_at=MOMENT), lambda lead: leads.restore_lead(actor=actor, lead=lead)
    ),
    "override_score": lambda actor: _on(
        make_lead(), lambda lead: leads.override_score(actor=actor, lead=lead, score=80)
    ),
}

"""The demo's sequences: two that run, with leads at every place in them, answered, qualified, refused and skipped."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.utils import timezone

from contacts.choices import Channel, Direction
from leads.choices import (
    BY_SCORE,
    EnrolledBy,
    EnrolmentState,
    LeadStatus,
    StepCondition,
    StepKind,
    StopReason,
    TouchResult,
)
from leads.demo.sequence_letters import SEQUENCES
from leads.models import CaptureForm, Enrolment, Lead, LeadTouch, Sequence, SequenceStep, SequenceTouch
from leads.nurturing.actions import OPEN_TO_TOUCHES, StepInput, create_sequence
from leads.nurturing.planning import plan_keys

OF_SOURCE = {"Web form": 0, "Search advertisement": 0, "Trade fair": 1}
MOST = 240
OVER = {LeadStatus.QUALIFIED: StopReason.QUALIFIED, LeadStatus.CONVERTED: StopReason.CONVERTED,
        LeadStatus.DISQUALIFIED: StopReason.LOST}  # fmt: skip
ANSWERS = (
    "Yes, please send the price",
    "Thank you, rather in spring",
    "Which glass do you mean?",
    "Could you call me?",
)


def nurture(rng: np.random.Generator, leads: list[Lead]) -> None:
    """Two sequences, once; leads of this batch that came in during the last months are somewhere in them."""
    if Sequence.objects.exists():
        return
    made = [
        create_sequence(
            actor=None, fields={"name": str(one["name"])}, steps=[StepInput(*step) for step in one["steps"]]
        )
        for one in SEQUENCES
    ]
    SequenceStep.objects.update(created_at=timezone.now() - dt.timedelta(days=365))
    CaptureForm.objects.filter(name="Sample box").update(sequence=made[0])
    now = timezone.now()
    since = now - dt.timedelta(days=60)
    chosen = [one for one in leads if one.source in OF_SOURCE and one.owner_id and one.created_at > since][:MOST]
    steps = {one.pk: list(one.steps.all()) for one in made}
    rows = [_row(rng, lead, made[OF_SOURCE[lead.source]], now) for lead in chosen]
    Enrolment.objects.bulk_create(rows)
    _walk(rng, rows, steps, now)
    plan_keys([row.pk for row in rows if row.state == EnrolmentState.ACTIVE])


def _row(rng: np.random.Generator, lead: Lead, sequence: Sequence, now: dt.datetime) -> Enrolment:
    began = lead.created_at + dt.timedelta(minutes=float(rng.integers(2, 600)))
    began = min(began, now - dt.timedelta(minutes=1))
    # what was said before today stops nothing any more: the demo's calls came at random
    row = Enrolment(
        sequence=sequence, lead=lead, started_at=began, since=now,
        way=EnrolledBy.FORM if lead.source == "Web form" else EnrolledBy.BULK,
    )  # fmt: skip
    if lead.status in OVER:
        row.state, row.reason, row.ended_at = EnrolmentState.STOPPED, OVER[LeadStatus(lead.status)], lead.status_at
    elif lead.status in OPEN_TO_TOUCHES and rng.random() < 0.25:
        refuses = rng.random() < 0.12
        row.state = EnrolmentState.STOPPED
        row.reason = StopReason.UNSUBSCRIBED if refuses else StopReason.REPLIED
        row.ended_at = min(began + dt.timedelta(days=float(rng.uniform(3.5, 16))), now)
    elif rng.random() < 0.04:
        row.state = EnrolmentState.PAUSED
    return row


def _walk(
    rng: np.random.Generator, rows: list[Enrolment], steps: dict[int, list[SequenceStep]], now: dt.datetime
) -> None:
    """Each step that was due by now, or by the end, was done or skipped."""
    touches: list[SequenceTouch] = []
    told: list[LeadTouch] = []
    for row in rows:
        at, until = row.started_at, row.ended_at or now
        may_write = rng.random() < 0.8
        for step in steps[row.sequence_id]:
            at += dt.timedelta(days=step.wait_days, minutes=float(rng.integers(1, 50)))
            if at > until:
                break
            row.last_at = at
            if why := _not_for(step, row.lead, may_write=may_write):
                touches.append(SequenceTouch(enrolment=row, step=step, at=at, result=TouchResult.PASSED, why=why))
                continue
            row.last_step = step
            is_mail = step.kind == StepKind.MAIL
            if is_mail and not may_write:
                why = "No mail: Never asked."
                touches.append(SequenceTouch(enrolment=row, step=step, at=at, result=TouchResult.SKIPPED, why=why))
                continue
            result = TouchResult.SENT if is_mail else TouchResult.TASK
            touches.append(SequenceTouch(enrolment=row, step=step, at=at, result=result))
            if is_mail:
                title = step.title.replace("{first_name|good day}", row.lead.first_name or "good day")
                title = title.replace("{organization|a small gallery}", row.lead.organization or "a small gallery")
                told.append(LeadTouch(lead=row.lead, channel=Channel.EMAIL, occurred_at=at, subject=title[:200]))
        if row.reason == StopReason.REPLIED and row.ended_at:
            said = str(rng.choice(ANSWERS))
            told.append(
                LeadTouch(lead=row.lead, channel=Channel.EMAIL, direction=Direction.INBOUND, occurred_at=row.ended_at,
                          subject=said)
            )  # fmt: skip
    SequenceTouch.objects.bulk_create(touches)
    LeadTouch.objects.bulk_create(told)
    Enrolment.objects.bulk_update(rows, ["last_step", "last_at"])


def _not_for(step: SequenceStep, lead: Lead, *, may_write: bool) -> str:
    """Why a step was not for a lead; empty for one that was. Scores of that time were a little lower than today's."""
    if step.condition == StepCondition.SKIPPED:
        return "The step before was not skipped." if may_write else ""
    if step.condition in BY_SCORE and step.threshold is not None:
        score = step.threshold + lead.pk % 23 - 11
        is_warm = score >= step.threshold
        return "" if is_warm == (step.condition == StepCondition.SCORE) else f"Its score is {score}."
    return ""

"""The REST API of sequences: which there are, how a lead stands, bringing it in, pausing, going on, taking it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from crm.access import can
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.problems import plain_problem
from crm.rest.schemas import Input
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, found
from leads.api import AREA
from leads.choices import EnrolmentState, StopReason, TouchResult
from leads.models import Enrolment, Lead, Sequence
from leads.nurturing import actions
from leads.nurturing.queries import Standing, sequence_lines, standings_of
from leads.resources import LEADS

nurturing = Router(tags=["Leads"])


class SequenceOut(Schema):
    id: int
    name: str = Field(examples=["After the fair"])
    is_active: bool
    purpose: str = Field(examples=["marketing"])
    steps: int
    figures: dict[str, int] = Field(
        description="Of the leads that you may see: enrolled, running, paused, finished, stopped, touched, replied, "
        "refused, qualified, won."
    )


class SequencesOut(Schema):
    items: list[SequenceOut]


class StepDoneOut(Schema):
    step: str
    at: str
    result: TouchResult
    why: str = Field(description="Why a step was skipped.")


class EnrolmentOut(Schema):
    id: int
    sequence_id: int
    sequence: str
    state: EnrolmentState
    reason: StopReason | None = Field(None, description="Why it stopped.")
    started_at: str
    ended_at: str | None = None
    next_step: str | None = None
    next_at: str | None = None
    done: list[StepDoneOut]


class EnrolmentsOut(Schema):
    items: list[EnrolmentOut]


class EnrolIn(Input):
    sequence_id: int = Field(examples=[3])


@nurturing.get("/sequences", response=SequencesOut, auth=reads(AREA))
def list_sequences(request: HttpRequest) -> HttpResponse:
    """The sequences with what became of the leads in them."""
    user = caller(request)
    if not can(user, Verb.VIEW, Sequence):
        raise plain_problem(403)
    items = [
        {
            "id": line.sequence.pk,
            "name": line.sequence.name,
            "is_active": line.sequence.is_active,
            "purpose": line.sequence.purpose,
            "steps": line.steps,
            "figures": {name: figure.count for name, figure in line.figures.items()},
        }
        for line in sequence_lines(user)
    ]
    return JsonResponse({"items": items}, json_dumps_params={"ensure_ascii": False})


@nurturing.get("/{int:lead_id}/enrolments", response=EnrolmentsOut, auth=reads(AREA))
def list_enrolments(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The sequences that a lead is or was in, the newest first, with what was done."""
    return _standings(found(LEADS, request, lead_id))


@nurturing.post("/{int:lead_id}/enrolments", response={201: EnrolmentsOut}, auth=writes(AREA))
def enrol_lead(request: HttpRequest, lead_id: int, body: Body[EnrolIn]) -> HttpResponse:
    """Bring a lead into a sequence. A lead is in one at a time, and goes through each once."""
    lead, user = found(LEADS, request, lead_id, Verb.CHANGE), caller(request)

    def enrol() -> None:
        sequence = Sequence.objects.visible_to(user).filter(pk=body.sequence_id).first()
        if sequence is None:
            raise ValidationError({"sequence_id": "There is no such sequence."})
        actions.enrol_lead(actor=user, lead=lead, sequence=sequence)

    def work() -> HttpResponse:
        acted(enrol)
        return _standings(lead, 201)

    return done_once(cast(ApiRequest, request), work)


@nurturing.post("/{int:lead_id}/sequence/pause", response=EnrolmentsOut, auth=writes(AREA))
def pause_sequence(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Let the lead's sequence wait until you let it go on."""
    return _of_newest(request, lead_id, actions.pause_enrolment)


@nurturing.post("/{int:lead_id}/sequence/resume", response=EnrolmentsOut, auth=writes(AREA))
def resume_sequence(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Let the lead's newest sequence, paused or stopped, go on where it was."""
    return _of_newest(request, lead_id, actions.resume_enrolment)


@nurturing.post("/{int:lead_id}/sequence/stop", response=EnrolmentsOut, auth=writes(AREA))
def stop_sequence(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Take the lead out of its sequence."""
    return _of_newest(request, lead_id, actions.stop_enrolment)


def _of_newest(request: HttpRequest, lead_id: int, act: Callable[..., None]) -> HttpResponse:
    """Do it with the enrolment that the lead came into last; a lead that was in none has none: 404."""
    lead, user = found(LEADS, request, lead_id, Verb.CHANGE), caller(request)
    enrolment = Enrolment.objects.filter(lead=lead).order_by("-started_at", "-pk").first()
    if enrolment is None:
        raise Http404
    acted(lambda: act(actor=user, enrolment=enrolment))
    return _standings(lead)


def _standings(lead: Lead, status: int = 200) -> JsonResponse:
    items = [_shown(one) for one in standings_of(lead)]
    return JsonResponse({"items": items}, status=status, json_dumps_params={"ensure_ascii": False})


def _shown(one: Standing) -> dict[str, Any]:
    row = one.enrolment
    return {
        "id": row.pk,
        "sequence_id": row.sequence_id,
        "sequence": row.sequence.name,
        "state": row.state,
        "reason": row.reason or None,
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "next_step": one.next_title or None,
        "next_at": row.next_at.isoformat() if row.next_at else None,
        "done": [
            {"step": step.title, "at": step.touch.at.isoformat(), "result": step.touch.result, "why": step.touch.why}
            for step in one.done
        ],
    }

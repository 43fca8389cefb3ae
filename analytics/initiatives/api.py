"""The REST API of initiatives: plans with what came of them, their milestones, their costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from analytics.initiatives import actions
from analytics.initiatives.choices import NOTES
from analytics.initiatives.forms import CostForm, InitiativeForm
from analytics.initiatives.views import search_initiatives
from analytics.models import Initiative
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without

AREA = "initiatives"
initiatives = Router(tags=["Initiatives"])


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(initiative: Initiative) -> int:
    return initiative.version


INITIATIVES = Resource(
    name="initiatives",
    label="analytics.initiative",
    noun="initiative",
    default_sort="-starts_on",
    search=search_initiatives,
    extras=(
        _own("description", "What is done"),
        *(_own(name, f"Note: {label.lower()}") for name, label in NOTES),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
)
InitiativeOut = record_schema("Initiative", INITIATIVES)


class InitiativeFields(Input):
    """What can be set on an initiative. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=120, examples=["Welcome calls"])
    owner_id: int | None = None
    description: str | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    budget_amount: str | float | None = Field(None, examples=["12000"])
    measure: str | None = Field(None, description="retention, clv, nps or win_rate.", examples=["retention"])
    segment: str | None = Field(None, description="A segment of the scores; empty: all customers.")
    span: str | None = Field(None, description="month or quarter.")
    target_value: str | float | None = Field(None, description="In percent, points or money.", examples=["55"])
    target_on: dt.date | None = None
    situation: str | None = None
    objectives: str | None = None
    strategy: str | None = None
    tactics: str | None = None
    action: str | None = None
    control: str | None = None
    men: str | None = None
    money: str | None = None
    minutes: str | None = None


class InitiativePatch(InitiativeFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class CostIn(Input):
    what: str = Field(max_length=200, examples=["Training of the service desk"])
    kind: str = Field("other", description="people, software, training, agency, media or other.")
    booked_on: dt.date
    amount: str | float = Field(description="In the company's currency; negative for a credit.")


class CostOut(Schema):
    id: int
    what: str
    kind: str
    booked_on: dt.date
    amount: Decimal


class Costs(Schema):
    items: list[CostOut]


class MilestoneOut(Schema):
    id: int
    name: str
    planned_on: dt.date
    done_on: dt.date | None


class Milestones(Schema):
    items: list[MilestoneOut]


@initiatives.get(
    "", response=page_schema("Initiative", InitiativeOut), auth=reads(AREA), openapi_extra=list_parameters(INITIATIVES)
)
def list_initiatives(request: HttpRequest) -> HttpResponse:
    """Initiatives, page by page, with what came of them."""
    return ApiList(INITIATIVES, request).response()


@initiatives.post("", response={201: InitiativeOut}, auth=writes(AREA))
def create_initiative(request: HttpRequest, body: Body[InitiativeFields]) -> HttpResponse:
    """Plan an initiative. Send an `Idempotency-Key` to do it once."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Initiative)

    def make() -> Initiative:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_initiative(actor=user, fields=form.initiative_fields)

    return created(INITIATIVES, request, make)


@initiatives.get("/{int:initiative_id}", response=InitiativeOut, auth=reads(AREA))
def get_initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """One initiative, with its version as `ETag`."""
    return answer(INITIATIVES, request, found(INITIATIVES, request, initiative_id))


@initiatives.patch("/{int:initiative_id}", response=InitiativeOut, auth=writes(AREA))
def change_initiative(request: HttpRequest, initiative_id: int, body: Body[InitiativePatch]) -> HttpResponse:
    """Change what is given; what it is judged by stands fast once it has started. Needs `If-Match` or `version`."""
    initiative = found(INITIATIVES, request, initiative_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), initiative)
    fields, user = form.initiative_fields, caller(request)
    expected.save(
        lambda: actions.change_initiative(actor=user, initiative=initiative, version=expected.version, fields=fields)
    )
    return answer(INITIATIVES, request, found(INITIATIVES, request, initiative_id))


@initiatives.post("/{int:initiative_id}/start", response=InitiativeOut, auth=writes(AREA))
def start_initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """It begins today."""
    initiative = found(INITIATIVES, request, initiative_id, Verb.CHANGE)
    acted(lambda: actions.start_initiative(actor=caller(request), initiative=initiative))
    return answer(INITIATIVES, request, found(INITIATIVES, request, initiative_id))


@initiatives.post("/{int:initiative_id}/end", response=InitiativeOut, auth=writes(AREA))
def end_initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """The work is done, today."""
    initiative = found(INITIATIVES, request, initiative_id, Verb.CHANGE)
    acted(lambda: actions.end_initiative(actor=caller(request), initiative=initiative))
    return answer(INITIATIVES, request, found(INITIATIVES, request, initiative_id))


@initiatives.get("/{int:initiative_id}/milestones", response=Milestones, auth=reads(AREA))
def list_milestones(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """What is to be there by when, and when it was."""
    initiative = found(INITIATIVES, request, initiative_id)
    return JsonResponse({"items": list(initiative.milestones.values("id", "name", "planned_on", "done_on"))})


@initiatives.get("/{int:initiative_id}/costs", response=Costs, auth=reads(AREA))
def list_initiative_costs(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """Its costs, the newest first."""
    initiative = found(INITIATIVES, request, initiative_id)
    return JsonResponse({"items": list(initiative.costs.values("id", "what", "kind", "booked_on", "amount"))})


@initiatives.post("/{int:initiative_id}/costs", response=InitiativeOut, auth=writes(AREA))
def book_initiative_cost(request: HttpRequest, initiative_id: int, body: Body[CostIn]) -> HttpResponse:
    """Book a cost; the answer is the initiative with the new sum."""
    initiative, user = found(INITIATIVES, request, initiative_id, Verb.CHANGE), caller(request)

    def make_form(data: Any) -> CostForm:
        return CostForm(data=data, user=user, record=initiative, initial={})

    form = cast(CostForm, filled(make_form, body.model_dump(), {}, user))
    acted(lambda: actions.book_cost(actor=user, initiative=initiative, fields=form.part_fields))
    return answer(INITIATIVES, request, found(INITIATIVES, request, initiative_id))


def _form(request: HttpRequest, given: dict[str, Any], initiative: Initiative | None) -> InitiativeForm:
    user = caller(request)

    def make_form(data: Any) -> InitiativeForm:
        return InitiativeForm(data=data, user=user, record=initiative, initial={})

    return cast(InitiativeForm, filled(make_form, given, {"owner_id": "owner"}, user))

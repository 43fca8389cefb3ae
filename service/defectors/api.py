"""The REST API of customers who ended."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, check, created, filled, found, refuse_without
from service.defectors import actions
from service.defectors.choices import AttemptWay, DefectionReason, DefectionState
from service.defectors.forms import AttemptForm, DefectionForm, ResultForm
from service.defectors.queries import search_defections
from service.models import Defection

AREA = "tickets"
NAMES = {"contact_id": "contact", "owner_id": "owner"}
defections = Router(tags=["Customers who ended"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


def _version(defection: Defection) -> int:
    return defection.version


DEFECTIONS = Resource(
    name="defections",
    label="service.defection",
    noun="defection",
    default_sort="-ended_on",
    extras=(
        _own("contact_id", "The customer, by id", stored="service.defection.contact"),
        _own("version", "The version, for a change"),
    ),
    search=search_defections,
    version=_version,
)
DefectionOut = record_schema("Defection", DEFECTIONS)


class DefectionIn(Input):
    contact_id: int = Field(ge=1)
    ended_on: dt.date | None = Field(None, description="Today, if nothing is said.")
    reason: DefectionReason | None = None
    words: str | None = Field(None, max_length=4_000)
    owner_id: int | None = None


class AttemptIn(Input):
    way: AttemptWay = AttemptWay.PHONE
    offer: str = Field("", max_length=200)
    cost_amount: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    words: str = Field("", max_length=4_000)


class ResultIn(Input):
    state: DefectionState = Field(description="won, lost or dropped.", examples=["won"])
    reason: DefectionReason | None = None
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class AttemptOut(Schema):
    id: int


@defections.get(
    "", response=page_schema("Defection", DefectionOut), auth=reads(AREA), openapi_extra=list_parameters(DEFECTIONS)
)
def list_defections(request: HttpRequest) -> HttpResponse:
    """Customers who ended that you may see: `state=open`, `reason=price`, `sort=-worth_amount`."""
    return ApiList(DEFECTIONS, request).response()


@defections.post("", response={201: DefectionOut}, auth=writes(AREA))
def create_defection(request: HttpRequest, body: Body[DefectionIn]) -> HttpResponse:
    """Write down that a customer ended."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Defection)

    def make() -> Defection:
        given = body.model_dump(exclude_unset=True, mode="json")
        form: DefectionForm = filled(
            lambda data: DefectionForm(data=data, user=user, record=None, initial={}), given, NAMES, user
        )
        return actions.note_defection(actor=user, contact=form.cleaned_data["contact"], fields=form.defection_fields)

    return created(DEFECTIONS, request, make)


@defections.get("/{int:defection_id}", response=DefectionOut, auth=reads(AREA))
def get_defection(request: HttpRequest, defection_id: int) -> HttpResponse:
    """One of them, with its version as `ETag`."""
    return answer(DEFECTIONS, request, found(DEFECTIONS, request, defection_id))


@defections.post("/{int:defection_id}/attempts", response={201: AttemptOut}, auth=writes(AREA))
def add_attempt(request: HttpRequest, defection_id: int, body: Body[AttemptIn]) -> HttpResponse:
    """Write down an attempt to win them back."""
    defection, user = found(DEFECTIONS, request, defection_id, Verb.CHANGE), caller(request)
    form = AttemptForm(user=user, record=defection, initial={}, data=body.model_dump(mode="json"))
    check(form, {})
    attempt = acted(lambda: actions.try_to_win_back(actor=user, defection=defection, fields=form.attempt_fields))
    return JsonResponse({"id": attempt.pk}, status=201)


@defections.post("/{int:defection_id}/settle", response=DefectionOut, auth=writes(AREA))
def settle_defection(request: HttpRequest, defection_id: int, body: Body[ResultIn]) -> HttpResponse:
    """How it came out. Needs `If-Match` or `version`."""
    defection, user = found(DEFECTIONS, request, defection_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    given = {"state": body.state.value, "reason": body.reason.value if body.reason else ""}
    form = ResultForm(user=user, record=defection, initial={}, data=given)
    check(form, {})
    expected.save(
        lambda: actions.settle_defection(
            actor=user, defection=defection, version=expected.version, state=form.cleaned_data["state"],
            reason=form.cleaned_data["reason"],
        )
    )  # fmt: skip
    return answer(DEFECTIONS, request, found(DEFECTIONS, request, defection_id))


@defections.post("/{int:defection_id}/reopen", response=DefectionOut, auth=writes(AREA))
def reopen_defection(request: HttpRequest, defection_id: int) -> HttpResponse:
    """The result was none after all."""
    defection = found(DEFECTIONS, request, defection_id, Verb.CHANGE)
    acted(lambda: actions.reopen_defection(actor=caller(request), defection=defection))
    return answer(DEFECTIONS, request, found(DEFECTIONS, request, defection_id))

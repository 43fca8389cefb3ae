"""The REST API of compensation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, check, created, found
from service.models import Compensation
from service.remedies import actions
from service.remedies.choices import Remedy
from service.remedies.forms import LONGEST, CompensationForm
from service.remedies.queries import search_compensations
from service.resources import TICKETS

AREA = "tickets"
compensations = Router(tags=["Compensation"])
given = Router(tags=["Compensation"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


def _version(compensation: Compensation) -> int:
    return compensation.version


COMPENSATIONS = Resource(
    name="compensations",
    label="service.compensation",
    noun="compensation",
    default_sort="-added_on",
    extras=(
        _own("ticket_id", "The ticket, by id"),
        _own("contact_id", "The customer, by id", stored="service.compensation.contact"),
        _own("decided_at", "When it was decided"),
        _own("version", "The version, for a decision"),
    ),
    search=search_compensations,
    version=_version,
)
CompensationOut = record_schema("Compensation", COMPENSATIONS)


class CompensationIn(Input):
    remedy: Remedy = Field(examples=["credit"])
    size: Decimal = Field(
        gt=0, max_digits=11, decimal_places=2, description="Money of the company's, or whole points.", examples=["20"]
    )
    reason: str = Field(min_length=1, max_length=LONGEST, examples=["The frame came broken twice."])


class DecisionIn(Input):
    words: str = Field("", max_length=LONGEST, description="To who asked; needed to refuse and to take back.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


@compensations.get(
    "",
    response=page_schema("Compensation", CompensationOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(COMPENSATIONS),
)
def list_compensations(request: HttpRequest) -> HttpResponse:
    """What was given or asked for with tickets that you may see, the newest first: `state=awaiting`, `contact=7`."""
    return ApiList(COMPENSATIONS, request).response()


@given.post("/{int:ticket_id}/compensations", response={201: CompensationOut}, auth=writes(AREA))
def create_compensation(request: HttpRequest, ticket_id: int, body: Body[CompensationIn]) -> HttpResponse:
    """Give something to the customer of a ticket; beyond your limit, approval is asked for (`state`: awaiting). Send an
    `Idempotency-Key` to give it once."""
    ticket, user = found(TICKETS, request, ticket_id, Verb.CHANGE), caller(request)
    form = CompensationForm(user=user, record=ticket, initial={}, data=body.model_dump(mode="json"))
    form.take_rights(user, Compensation)
    check(form, {})
    return created(COMPENSATIONS, request, lambda: actions.compensate(actor=user, ticket=ticket, **form.given))


@compensations.get("/{int:compensation_id}", response=CompensationOut, auth=reads(AREA))
def get_compensation(request: HttpRequest, compensation_id: int) -> HttpResponse:
    """One compensation, with its version as `ETag`."""
    return answer(COMPENSATIONS, request, found(COMPENSATIONS, request, compensation_id))


@compensations.post("/{int:compensation_id}/approve", response=CompensationOut, auth=writes(AREA))
def approve_compensation(request: HttpRequest, compensation_id: int, body: Body[DecisionIn]) -> HttpResponse:
    """Allow what was asked for, within your own limit. Needs `If-Match` or `version`."""
    return _decided(request, compensation_id, body, actions.approve_compensation)


@compensations.post("/{int:compensation_id}/refuse", response=CompensationOut, auth=writes(AREA))
def refuse_compensation(request: HttpRequest, compensation_id: int, body: Body[DecisionIn]) -> HttpResponse:
    """Say no, and why. Needs `If-Match` or `version`."""
    return _decided(request, compensation_id, body, actions.refuse_compensation)


@compensations.post("/{int:compensation_id}/reverse", response=CompensationOut, auth=writes(AREA))
def reverse_compensation(request: HttpRequest, compensation_id: int, body: Body[DecisionIn]) -> HttpResponse:
    """Take back what was given by mistake. Needs `If-Match` or `version`."""
    return _decided(request, compensation_id, body, actions.reverse_compensation)


@compensations.post("/{int:compensation_id}/withdraw", response=CompensationOut, auth=writes(AREA))
def withdraw_compensation(request: HttpRequest, compensation_id: int) -> HttpResponse:
    """Ask for it no more; withdrawing twice changes nothing."""
    compensation = found(COMPENSATIONS, request, compensation_id, Verb.CHANGE)
    acted(lambda: actions.withdraw_compensation(actor=caller(request), compensation=compensation))
    return answer(COMPENSATIONS, request, found(COMPENSATIONS, request, compensation_id))


def _decided(
    request: HttpRequest, compensation_id: int, body: DecisionIn, act: Callable[..., Compensation]
) -> HttpResponse:
    compensation = found(COMPENSATIONS, request, compensation_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    expected.save(
        lambda: act(actor=caller(request), compensation=compensation, version=expected.version, words=body.words)
    )
    return answer(COMPENSATIONS, request, found(COMPENSATIONS, request, compensation_id))

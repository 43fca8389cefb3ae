"""The REST API of leads: the pages' forms, actions and rows, for programs."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, check, created, filled, found, refuse_without
from leads import actions
from leads.allocation.actions import create_and_give
from leads.forms import LeadForm, MoveForm
from leads.models import Lead
from leads.resources import LEADS

AREA = "leads"
CustomValue = bool | int | float | str | list[str] | None
NAMES = {"owner_id": "owner", "team_id": "team", "product_id": "product"}
leads = Router(tags=["Leads"])
LeadOut = record_schema("Lead", LEADS)


class LeadFields(Input):
    """What can be set on a lead. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=300, examples=["Mia Keller"])
    first_name: str | None = Field(None, max_length=150)
    last_name: str | None = Field(None, max_length=150)
    email: str | None = Field(None, max_length=254, examples=["mia.keller@example.com"])
    phone: str | None = Field(None, max_length=60)
    organization: str | None = Field(None, max_length=300)
    product_id: int | None = Field(None, description="What they are interested in.")
    message: str | None = Field(None, max_length=20_000, description="What they wrote.")
    city: str | None = Field(None, max_length=150)
    postal_code: str | None = Field(None, max_length=32)
    country: str | None = Field(None, max_length=80, description="The name or its two letters.", examples=["GB"])
    language: str | None = Field(None, max_length=8, examples=["en"])
    industry: str | None = Field(None, max_length=120)
    market: str | None = Field(None, description="consumer, business, government or international.")
    tags: list[str] | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=120, examples=["Web form"])
    list_kind: str | None = Field(None, description="response or compiled.")
    list_name: str | None = Field(None, max_length=120)
    campaign: str | None = Field(None, max_length=120)
    utm_source: str | None = Field(None, max_length=120)
    utm_medium: str | None = Field(None, max_length=120)
    utm_campaign: str | None = Field(None, max_length=120)
    utm_term: str | None = Field(None, max_length=120)
    utm_content: str | None = Field(None, max_length=120)
    external_id: str | None = Field(None, max_length=200)
    owner_id: int | None = Field(
        None, description="You, unless said otherwise; null: nobody, and the rules of allocation give a new lead away."
    )
    team_id: int | None = None
    custom: dict[str, CustomValue] | None = Field(
        None, max_length=500, description="Values of custom fields by key; null empties one."
    )


class LeadPatch(LeadFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class MoveIn(Input):
    """Where a lead goes: `working`, `nurturing` (needs `recycle_on`) or `disqualified` (needs `lost_reason`)."""

    status: str = Field(examples=["nurturing"])
    recycle_on: str | None = Field(None, description="The day on which it is worked on again, as 2026-03-02.")
    lost_reason: str | None = Field(None, max_length=16)
    reason: str | None = Field(None, max_length=200)


def _form(request: HttpRequest, given: dict[str, Any], record: Lead | None) -> LeadForm:
    """The page's form, filled and valid."""
    if "tags" in given:
        given["tags"] = ", ".join(given["tags"] or [])
    user = caller(request)

    def make_form(data: Any) -> LeadForm:
        return LeadForm(data=data, user=user, record=record, initial={})

    return cast(LeadForm, filled(make_form, given, NAMES, user))


@leads.get("", response=page_schema("Lead", LeadOut), auth=reads(AREA), openapi_extra=list_parameters(LEADS))
def list_leads(request: HttpRequest) -> HttpResponse:
    """Leads that you may see, newest first, with the filters of the list page."""
    return ApiList(LEADS, request).response()


@leads.post("", response={201: LeadOut}, auth=writes(AREA))
def create_lead(request: HttpRequest, body: Body[LeadFields]) -> HttpResponse:
    """Make a lead. Who is known already becomes a lead of that contact. Send an `Idempotency-Key` to make it once."""
    refuse_without(caller(request), Verb.ADD, Lead)

    def make() -> Lead:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return create_and_give(actor=caller(request), fields=form.lead_fields, custom=form.custom)

    return created(LEADS, request, make)


@leads.get("/{int:lead_id}", response=LeadOut, auth=reads(AREA))
def get_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """One lead, with its version as `ETag`."""
    return answer(LEADS, request, found(LEADS, request, lead_id))


@leads.patch("/{int:lead_id}", response=LeadOut, auth=writes(AREA))
def change_lead(request: HttpRequest, lead_id: int, body: Body[LeadPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    lead = found(LEADS, request, lead_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), lead)
    expected.save(
        lambda: actions.change_lead(
            actor=caller(request), lead=lead, version=expected.version, fields=form.lead_fields, custom=form.custom
        )
    )
    return answer(LEADS, request, found(LEADS, request, lead_id))


@leads.post("/{int:lead_id}/move", response=LeadOut, auth=writes(AREA))
def move_lead(request: HttpRequest, lead_id: int, body: Body[MoveIn]) -> HttpResponse:
    """Work on a lead, put it off to a day, or give it up for a reason."""
    lead, user = found(LEADS, request, lead_id, Verb.CHANGE), caller(request)
    form = MoveForm(user=user, record=lead, data=body.model_dump(exclude_unset=True))
    check(form, {})
    acted(lambda: actions.move_lead(actor=user, lead=lead, **form.move))
    return answer(LEADS, request, found(LEADS, request, lead_id))


@leads.post("/{int:lead_id}/archive", response=LeadOut, auth=writes(AREA))
def archive_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Take a lead out of the lists; archiving twice changes nothing."""
    lead = found(LEADS, request, lead_id, Verb.DELETE)
    acted(lambda: actions.archive_lead(actor=caller(request), lead=lead))
    return answer(LEADS, request, found(LEADS, request, lead_id))


@leads.post("/{int:lead_id}/restore", response=LeadOut, auth=writes(AREA))
def restore_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Bring an archived lead back."""
    lead = found(LEADS, request, lead_id, Verb.DELETE)
    acted(lambda: actions.restore_lead(actor=caller(request), lead=lead))
    return answer(LEADS, request, found(LEADS, request, lead_id))

"""The REST API of permission: what a contact allowed, and whether they may be written to."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Query, Router, Schema
from pydantic import AwareDatetime, Field

from contacts.api import AREA
from contacts.choices import Answer, ConsentChannel, LegalBasis
from contacts.models import Consent
from contacts.permission.actions import record_consent
from contacts.permission.forms import ConsentForm
from contacts.permission.rule import MARKETING, may_write
from contacts.resources import CONSENTS, CONTACTS
from crm.choices import Verb
from crm.models import User
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import created, filled, found

permission = Router(tags=["Contacts"])
ConsentOut = record_schema("Consent", CONSENTS)


class ConsentIn(Input):
    channel: ConsentChannel = Field(examples=["email"])
    purpose: str = Field(MARKETING, max_length=60, examples=["marketing"])
    level: int = Field(ge=0, le=3, description="0 no, 1 implied, 2 opt-in, 3 double opt-in.", examples=[2])
    basis: LegalBasis = LegalBasis.CONSENT
    recorded_at: Annotated[AwareDatetime, Field(description="Now, if nothing is said.")] | None = None
    source: str | None = Field(None, max_length=200, examples=["form at the fair"])
    wording: str | None = None
    proof: str | None = Field(None, max_length=300)


class PermissionOut(Schema):
    is_allowed: bool
    answer: Answer = Field(description="The rule that decided.")
    sentence: str = Field(examples=["They agreed on 5 January 2026, form at the fair (opt-in)"])
    consent_id: int | None = Field(None, description="The consent that decided it, if one did.")


class Asked(Schema):
    channel: ConsentChannel = ConsentChannel.EMAIL
    purpose: str = Field(MARKETING, max_length=60)


@permission.get(
    "/{int:contact_id}/consents",
    response=page_schema("Consent", ConsentOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(CONSENTS),
)
def list_consents(request: HttpRequest, contact_id: int) -> HttpResponse:
    """What a contact allowed and took back, the newest first."""
    contact = found(CONTACTS, request, contact_id)
    rows = CONSENTS.rows(caller(request)).filter(contact=contact)
    return ApiList(CONSENTS, request, rows).response()


@permission.post("/{int:contact_id}/consents", response={201: ConsentOut}, auth=writes(AREA))
def add_consent(request: HttpRequest, contact_id: int, body: Body[ConsentIn]) -> HttpResponse:
    """Record what a contact allows or takes back. Entries are only added, never changed."""
    contact = found(CONTACTS, request, contact_id, Verb.CHANGE)
    user: User = caller(request)

    def make() -> Consent:
        given = body.model_dump(exclude_unset=True)
        form: ConsentForm = filled(lambda data: ConsentForm(data, user=user, record=contact), given, {}, user)
        return record_consent(actor=user, contact=contact, **form.entry)

    return created(CONSENTS, request, make)


@permission.get("/{int:contact_id}/permission", response=PermissionOut, auth=reads(AREA))
def ask_permission(request: HttpRequest, contact_id: int, asked: Query[Asked]) -> HttpResponse:
    """Whether this contact may be written to today, and why."""
    contact = found(CONTACTS, request, contact_id)
    said = may_write(contact, channel=asked.channel, purpose=asked.purpose)
    answer: dict[str, Any] = {
        "is_allowed": said.is_yes,
        "answer": said.answer,
        "sentence": said.sentence,
        "consent_id": said.consent_id,
    }
    return JsonResponse(answer)

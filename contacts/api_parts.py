"""The REST API of what belongs to a contact: contact points, addresses, interactions."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import AwareDatetime, Field

from contacts import actions
from contacts.actions import PointInput
from contacts.api import AREA, NAMES, Line
from contacts.choices import PointKind
from contacts.forms import POINT_FIELDS, ContactForm, InteractionForm
from contacts.models import Address, Contact, ContactPoint, Interaction
from contacts.resources import ADDRESS_PARTS, CONTACTS, EMAIL, HANDLES, INTERACTIONS, PHONE
from crm.choices import Verb
from crm.field_rights import hides
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, created, filled, found, refuse_without

STORED = {PointKind.EMAIL: EMAIL, PointKind.PHONE: PHONE, PointKind.HANDLE: HANDLES}
parts = Router(tags=["Contacts"])
FORM_FIELDS = {kind: name for name, kind in POINT_FIELDS.items()}
InteractionOut = record_schema("Interaction", INTERACTIONS)


class PointOut(Schema):
    id: int
    kind: str = Field(examples=["email"])
    label: str
    value: str = Field(examples=["Mia.Keller@example.com"])
    normalised: str = Field(description="The form in which it is compared.", examples=["mia.keller@example.com"])
    is_primary: bool


class AddressOut(Schema):
    id: int
    label: str
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    is_primary: bool


class Points(Schema):
    items: list[PointOut]


class Addresses(Schema):
    items: list[AddressOut]


class PointIn(Input):
    kind: PointKind = Field(examples=["email"])
    value: Line = Field(examples=["mia@example.com"])


class InteractionIn(Input):
    channel: str = Field(examples=["phone"])
    subject: str = Field(max_length=200, examples=["Asked for the catalogue"])
    direction: str = Field("out", description="in (from the customer) or out.")
    body: str | None = None
    outcome: str | None = Field(None, max_length=80)
    occurred_at: Annotated[AwareDatetime, Field(description="Now, if nothing is said.")] | None = None
    minutes: int | None = Field(None, ge=0, le=24 * 60)


@parts.get("/{int:contact_id}/points", response=Points, auth=reads(AREA))
def list_points(request: HttpRequest, contact_id: int) -> HttpResponse:
    """How to reach a contact: e-mail addresses, phone numbers, social handles."""
    return _points(request, found(CONTACTS, request, contact_id))


@parts.post("/{int:contact_id}/points", response={201: Points}, auth=writes(AREA))
def add_point(request: HttpRequest, contact_id: int, body: Body[PointIn]) -> HttpResponse:
    """Add a way to reach a contact, after those of its kind. The same one twice is one."""
    contact = found(CONTACTS, request, contact_id, Verb.CHANGE)

    def work() -> HttpResponse:
        current = Contact.objects.select_for_update().get(pk=contact.pk)
        points = [PointInput(point.kind, point.value) for point in current.points.all()]
        name = FORM_FIELDS[body.kind]
        lines = "\n".join([*(point.value for point in points if point.kind == body.kind), body.value])
        user = caller(request)
        form: ContactForm = filled(
            lambda data: ContactForm(data=data, user=user, record=current, initial={}), {name: lines}, NAMES, user
        )
        points = [point for point in points if point.kind != body.kind]
        points += [PointInput(body.kind, line) for line in form.cleaned_data[name]]
        acted(
            lambda: actions.change_contact(
                actor=user, contact=current, version=current.version, fields={}, points=points
            )
        )
        return _points(request, current, status=201)

    return done_once(cast(ApiRequest, request), work)


@parts.get("/{int:contact_id}/addresses", response=Addresses, auth=reads(AREA))
def list_addresses(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Postal addresses of a contact, the main one first. Change the main one by changing the contact."""
    contact = found(CONTACTS, request, contact_id)
    shown = [part for part in ADDRESS_PARTS if not hides(caller(request), f"contacts.address.{part}")]
    return JsonResponse({"items": [_address(row, shown) for row in contact.addresses.all()]})


@parts.get(
    "/{int:contact_id}/interactions",
    response=page_schema("Interaction", InteractionOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(INTERACTIONS),
)
def list_interactions(request: HttpRequest, contact_id: int) -> HttpResponse:
    """What passed between a contact and the company, newest first."""
    contact = found(CONTACTS, request, contact_id)
    rows = INTERACTIONS.rows(caller(request)).filter(contact=contact)
    return ApiList(INTERACTIONS, request, rows).response()


@parts.post("/{int:contact_id}/interactions", response={201: InteractionOut}, auth=writes(AREA))
def add_interaction(request: HttpRequest, contact_id: int, body: Body[InteractionIn]) -> HttpResponse:
    """Log an interaction that has happened. Interactions are only added, never changed."""
    contact = found(CONTACTS, request, contact_id)
    user = caller(request)
    refuse_without(user, Verb.ADD, Interaction)

    def make() -> Interaction:
        given = body.model_dump(exclude_unset=True)
        form: InteractionForm = filled(InteractionForm, given, {}, user)
        return actions.log_interaction(actor=user, contact=contact, **form.touch)

    return created(INTERACTIONS, request, make)


def _points(request: HttpRequest, contact: Contact, status: int = 200) -> JsonResponse:
    user = caller(request)
    rows = ContactPoint.objects.filter(contact=contact).order_by("kind", "-is_primary", "id")
    shown = [row for row in rows if not hides(user, STORED[PointKind(row.kind)])]
    return JsonResponse({"items": [_point(row) for row in shown]}, status=status)


def _point(row: ContactPoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "kind", "label", "value", "normalised", "is_primary")}


def _address(row: Address, shown: list[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "label", *shown, "is_primary")}

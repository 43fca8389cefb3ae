"""The REST API of registered products."""

from __future__ import annotations

import datetime as dt
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
from crm.rest.writing import Expected, answer, created, filled, found, refuse_without
from orders.models import ProductRegistration
from orders.registrations import actions
from orders.registrations.forms import RegistrationForm
from orders.registrations.queries import search_registrations

AREA = "registrations"
NAMES = {"contact_id": "contact", "product_id": "product"}
registrations = Router(tags=["Registrations"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


def _version(registration: ProductRegistration) -> int:
    return registration.version


REGISTRATIONS = Resource(
    name="registrations",
    label="orders.productregistration",
    noun="registration",
    default_sort="-registered_on",
    extras=(
        _own("contact_id", "The customer, by id"),
        _own("product_id", "The product, by id", stored="orders.productregistration.product"),
        _own("order_id", "The order it was bought with, by id"),
        _own("version", "The version, for a change"),
        _own("created_at", "When it was written down here"),
    ),
    search=search_registrations,
    version=_version,
)
RegistrationOut = record_schema("Registration", REGISTRATIONS)


class RegistrationFields(Input):
    """What can be set on a registration. A value that is left out stays; null empties it."""

    contact_id: int | None = Field(None, description="The customer.", examples=[7])
    product_id: int | None = Field(None, description="The product.", examples=[12])
    serial: str | None = Field(None, max_length=120, examples=["PM-2207-1184"])
    registered_on: dt.date | None = Field(None, description="Today, if nothing is said.")
    bought_on: dt.date | None = None
    warranty_ends_on: dt.date | None = Field(None, description="The last day; else as the product's months say.")
    channel: str | None = Field(None, max_length=40)
    order_number: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=300)
    external_id: str | None = Field(None, max_length=200)


class RegistrationPatch(RegistrationFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _fields(request: HttpRequest, given: dict[str, Any], record: ProductRegistration | None) -> dict[str, Any]:
    user = caller(request)
    form: RegistrationForm = filled(
        lambda data: RegistrationForm(data=data, user=user, record=record, initial={}), given, NAMES, user
    )
    return form.registration_fields


@registrations.get(
    "",
    response=page_schema("Registration", RegistrationOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(REGISTRATIONS),
)
def list_registrations(request: HttpRequest) -> HttpResponse:
    """Registered products of customers that you may see, newest first."""
    return ApiList(REGISTRATIONS, request).response()


@registrations.post("", response={201: RegistrationOut}, auth=writes(AREA))
def create_registration(request: HttpRequest, body: Body[RegistrationFields]) -> HttpResponse:
    """Register a piece of a product; its serial number is there once for each product."""
    refuse_without(caller(request), Verb.ADD, ProductRegistration)

    def make() -> ProductRegistration:
        fields = _fields(request, body.model_dump(exclude_unset=True), None)
        return actions.register_product(actor=caller(request), fields=fields)

    return created(REGISTRATIONS, request, make)


@registrations.get("/{int:registration_id}", response=RegistrationOut, auth=reads(AREA))
def get_registration(request: HttpRequest, registration_id: int) -> HttpResponse:
    """One registration, with its version as `ETag`."""
    return answer(REGISTRATIONS, request, found(REGISTRATIONS, request, registration_id))


@registrations.patch("/{int:registration_id}", response=RegistrationOut, auth=writes(AREA))
def change_registration(request: HttpRequest, registration_id: int, body: Body[RegistrationPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    registration, user = found(REGISTRATIONS, request, registration_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    fields = _fields(request, body.model_dump(exclude_unset=True, exclude={"version"}), registration)
    expected.save(
        lambda: actions.change_registration(
            actor=user, registration=registration, version=expected.version, fields=fields
        )
    )
    return answer(REGISTRATIONS, request, found(REGISTRATIONS, request, registration_id))

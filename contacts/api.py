"""The REST API of contacts and organizations: the pages' forms, actions and rows, for programs."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router
from pydantic import Field, StringConstraints

from contacts import actions
from contacts.choices import PointKind
from contacts.forms import ContactForm
from contacts.likely.queries import Typed, likely_ones
from contacts.models import Contact
from contacts.privacy.looks.noting import looked_at
from contacts.resources import CONTACTS, ORGANIZATIONS
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without

AREA = "contacts"
CustomValue = bool | int | float | str | list[str] | None
Line = Annotated[str, StringConstraints(max_length=320, pattern=r"^[^\r\n]*$")]
NAMES = {
    "turnover": "revenue",
    "owner_id": "owner",
    "team_id": "team",
    "territory_id": "territory",
    "organization_id": "organization",
    "parent_id": "parent",
    "market": "markets",
    "acquired_list_ids": "acquired_lists",
}
LISTS = ("emails", "phones", "handles")

contacts = Router(tags=["Contacts"])
organizations = Router(tags=["Organizations"])
ContactOut = record_schema("Contact", CONTACTS)
ContactPage = page_schema("Contact", ContactOut)


class ContactFields(Input):
    """What can be set on a contact. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=300, examples=["Mia Keller"])
    first_name: str | None = Field(None, max_length=150)
    last_name: str | None = Field(None, max_length=150)
    organization_id: int | None = Field(None, description="Where a person works.")
    parent_id: int | None = Field(None, description="What an organization belongs to.")
    external_id: str | None = Field(None, max_length=200, examples=["K-1042"])
    created_on: str | None = Field(None, description="Customer since, as 2026-03-02.", examples=["2026-03-02"])
    emails: list[Line] | None = Field(None, max_length=20, examples=[["mia.keller@example.com"]])
    phones: list[Line] | None = Field(None, max_length=20, examples=[["+44 113 496 0188"]])
    handles: list[Line] | None = Field(None, max_length=20)
    street: str | None = Field(None, max_length=300)
    postal_code: str | None = Field(None, max_length=32)
    city: str | None = Field(None, max_length=150, examples=["Leeds"])
    region: str | None = Field(None, max_length=150)
    country: str | None = Field(None, max_length=80, description="The name or its two letters.", examples=["GB"])
    owner_id: int | None = None
    team_id: int | None = None
    territory_id: int | None = Field(None, description="Chosen by hand; null lets the rules decide.")
    market: list[str] | None = Field(None, max_length=10, examples=[["consumer"]])
    tags: list[str] | None = Field(None, max_length=100)
    industry: str | None = Field(None, max_length=120)
    employees: int | None = None
    turnover: str | float | None = Field(None, description="The organization's own revenue a year.")
    website: str | None = Field(None, max_length=300)
    birthday: str | None = Field(None, description="As 1984-05-17.", examples=["1984-05-17"])
    source: str | None = Field(None, max_length=120)
    list_kind: str | None = Field(None, description="response or compiled.")
    acquired_list_ids: list[int] | None = Field(None, max_length=100, description="Lists that they came with.")
    potential: str | float | None = Field(None, description="What they could buy in a year, in the company's currency.")
    review_on: str | None = Field(None, description="The next review, as 2026-03-02.")
    review_days: int | None = Field(None, ge=1, le=3660, description="Reviewed every so many days.")
    custom: dict[str, CustomValue] | None = Field(
        None,
        max_length=500,
        description="Values of custom fields by key; a key that is left out stays, null empties it.",
        examples=[{"contract": "One year"}],
    )


class ContactIn(ContactFields):
    kind: str = Field("person", description="person or organization", examples=["person"])


class OrganizationIn(ContactFields):
    """What can be set on an organization."""


class ContactPatch(ContactFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _form(request: HttpRequest, given: dict[str, Any], record: Contact | None) -> ContactForm:
    """The page's form, filled and valid."""
    for name in LISTS:
        if name in given:
            given[name] = "\n".join(given[name] or [])
    if "tags" in given:
        given["tags"] = ", ".join(given["tags"] or [])
    user = caller(request)

    def make_form(data: Any) -> ContactForm:
        return ContactForm(data=data, user=user, record=record, initial={})

    return cast(ContactForm, filled(make_form, given, NAMES, user))


def _create(request: HttpRequest, resource: Resource, given: dict[str, Any]) -> HttpResponse:
    refuse_without(caller(request), Verb.ADD, Contact)

    def make() -> Contact:
        form = _form(request, given, None)
        return actions.create_contact(
            actor=caller(request),
            fields=form.contact_fields,
            points=form.points,
            address=form.address,
            custom=form.custom,
            lists=form.lists,
        )

    return created(resource, request, make, lambda contact: _possible_duplicates(request, contact))


def _possible_duplicates(request: HttpRequest, contact: Contact) -> dict[str, str]:
    """The ids of contacts that may be the same, for a header; nothing where nobody is like it."""
    points = list(contact.points.all())
    emails, phones = (
        tuple(point.value for point in points if point.kind == kind) for kind in (PointKind.EMAIL, PointKind.PHONE)
    )
    typed = Typed(contact.kind, contact.name, emails, phones, contact.main_country, contact.pk)
    keys = [str(one.key) for one in likely_ones(caller(request), typed)]
    return {"Possible-Duplicates": ", ".join(keys)} if keys else {}


def _change(request: HttpRequest, resource: Resource, pk: int, body: ContactPatch) -> HttpResponse:
    contact = found(resource, request, pk, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), contact)
    expected.save(
        lambda: actions.change_contact(
            actor=caller(request),
            contact=contact,
            version=expected.version,
            fields=form.contact_fields,
            points=form.points,
            address=form.address,
            custom=form.custom,
            lists=form.lists,
        )
    )
    return answer(resource, request, found(resource, request, pk))


def _archive(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    contact = found(resource, request, pk, Verb.DELETE)
    acted(lambda: actions.archive_contact(actor=caller(request), contact=contact))
    return answer(resource, request, found(resource, request, pk))


def _restore(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    contact = found(resource, request, pk, Verb.DELETE)
    acted(lambda: actions.restore_contact(actor=caller(request), contact=contact))
    return answer(resource, request, found(resource, request, pk))


def _looked(request: HttpRequest, contact_id: int, response: JsonResponse) -> HttpResponse:
    token_id = cast(ApiRequest, request).auth.pk
    return looked_at(response, contact_id=contact_id, user=caller(request), token_id=token_id)


@contacts.get("", response=ContactPage, auth=reads(AREA), openapi_extra=list_parameters(CONTACTS))
def list_contacts(request: HttpRequest) -> HttpResponse:
    """Persons and organizations that you may see, page by page, with the filters of the list page."""
    return ApiList(CONTACTS, request).response()


@contacts.post("", response={201: ContactOut}, auth=writes(AREA))
def create_contact(request: HttpRequest, body: Body[ContactIn]) -> HttpResponse:
    """Make a person or an organization. Send an `Idempotency-Key` to be safe against making it twice.

    Where others that you may see are like it, the header `Possible-Duplicates` has their ids, the likeliest first.
    """
    return _create(request, CONTACTS, body.model_dump(exclude_unset=True))


@contacts.get("/{int:contact_id}", response=ContactOut, auth=reads(AREA))
def get_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One contact, with its version as `ETag`. That it was read is written down, once a day."""
    return _looked(request, contact_id, answer(CONTACTS, request, found(CONTACTS, request, contact_id)))


@contacts.patch("/{int:contact_id}", response=ContactOut, auth=writes(AREA))
def change_contact(request: HttpRequest, contact_id: int, body: Body[ContactPatch]) -> HttpResponse:
    """Change what is given. Lists (emails, tags) are replaced as a whole. Needs `If-Match` or `version`."""
    return _change(request, CONTACTS, contact_id, body)


@contacts.post("/{int:contact_id}/archive", response=ContactOut, auth=writes(AREA))
def archive_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Take a contact out of the lists. All that hangs on it stays; archiving twice changes nothing."""
    return _archive(request, CONTACTS, contact_id)


@contacts.post("/{int:contact_id}/restore", response=ContactOut, auth=writes(AREA))
def restore_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Bring an archived contact back."""
    return _restore(request, CONTACTS, contact_id)


@organizations.get("", response=ContactPage, auth=reads(AREA), openapi_extra=list_parameters(ORGANIZATIONS))
def list_organizations(request: HttpRequest) -> HttpResponse:
    """Organizations that you may see, page by page."""
    return ApiList(ORGANIZATIONS, request).response()


@organizations.post("", response={201: ContactOut}, auth=writes(AREA))
def create_organization(request: HttpRequest, body: Body[OrganizationIn]) -> HttpResponse:
    """Make an organization."""
    return _create(request, ORGANIZATIONS, {**body.model_dump(exclude_unset=True), "kind": "organization"})


@organizations.get("/{int:organization_id}", response=ContactOut, auth=reads(AREA))
def get_organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """One organization, with its version as `ETag`."""
    response = answer(ORGANIZATIONS, request, found(ORGANIZATIONS, request, organization_id))
    return _looked(request, organization_id, response)


@organizations.patch("/{int:organization_id}", response=ContactOut, auth=writes(AREA))
def change_organization(request: HttpRequest, organization_id: int, body: Body[ContactPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    return _change(request, ORGANIZATIONS, organization_id, body)


@organizations.post("/{int:organization_id}/archive", response=ContactOut, auth=writes(AREA))
def archive_organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Take an organization out of the lists."""
    return _archive(request, ORGANIZATIONS, organization_id)


@organizations.post("/{int:organization_id}/restore", response=ContactOut, auth=writes(AREA))
def restore_organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Bring an archived organization back."""
    return _restore(request, ORGANIZATIONS, organization_id)

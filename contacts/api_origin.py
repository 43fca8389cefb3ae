"""The REST API of where contacts come from: their origin, and the lists that were acquired."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from contacts.acquired import actions
from contacts.acquired.forms import AcquiredListForm
from contacts.acquired.queries import search_lists
from contacts.api import AREA
from contacts.models import AcquiredList
from contacts.resources import CONTACTS
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.past.origins import origin_of
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, answer, created, filled, found, refuse_without

LISTS = Resource(
    name="acquired lists",
    label="contacts.acquiredlist",
    noun="acquired list",
    default_sort="name",
    extras=(
        FieldSpec("note", "Note", "note", column=False, filter=False),
        FieldSpec("version", "The version, for a change", "version", column=False, filter=False),
    ),
    version=lambda acquired: acquired.version,
    search=search_lists,
)
origins = Router(tags=["Contacts"])
acquired_lists = Router(tags=["Acquired lists"])
ListOut = record_schema("AcquiredList", LISTS)


class OriginOut(Schema):
    way: str | None = Field(description="page, api, form, import, job or command; null where it is not known.")
    sentence: str = Field(examples=["From customers.csv, row 12"])
    at: dt.datetime | None
    who: str | None
    file: str | None
    row: int | None


class ListFields(Input):
    """What can be set on a list. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=120, examples=["Joiners and fitters, south"])
    kind: str | None = Field(None, description="response or compiled.")
    vendor: str | None = Field(None, max_length=120)
    received_on: str | None = None
    licence_ends_on: str | None = Field(None, description="The last day, as 2026-12-31; null: without an end.")
    cost: str | float | None = Field(None, description="For the whole list.")
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    names_delivered: int | None = Field(None, ge=0)
    note: str | None = Field(None, max_length=300)


class ListPatch(ListFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _form(request: HttpRequest, given: dict[str, Any], record: AcquiredList | None) -> AcquiredListForm:
    user = caller(request)

    def make_form(data: Any) -> AcquiredListForm:
        return AcquiredListForm(data=data, user=user, record=record, initial={})

    return cast(AcquiredListForm, filled(make_form, given, {}, user))


@origins.get("/{int:contact_id}/origin", response=OriginOut, auth=reads(AREA))
def get_origin(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Where a contact came from: by which way, from which file and row, by whom and when."""
    origin = origin_of(found(CONTACTS, request, contact_id))
    if origin is None:
        nothing = dict.fromkeys(("way", "at", "who", "file", "row"))
        return JsonResponse({**nothing, "sentence": "The history does not go back to its making."})
    who = origin.who.name if origin.who else None
    said = {"at": origin.at, "who": who, "file": origin.file or None, "row": origin.row}
    return JsonResponse({"way": origin.way or None, "sentence": origin.sentence, **said})


@acquired_lists.get(
    "", response=page_schema("AcquiredList", ListOut), auth=reads(AREA), openapi_extra=list_parameters(LISTS)
)
def list_acquired_lists(request: HttpRequest) -> HttpResponse:
    """Lists of names that were gathered or bought."""
    return ApiList(LISTS, request).response()


@acquired_lists.post("", response={201: ListOut}, auth=writes(AREA))
def create_acquired_list(request: HttpRequest, body: Body[ListFields]) -> HttpResponse:
    """Write a list down."""
    refuse_without(caller(request), Verb.ADD, AcquiredList)

    def make() -> AcquiredList:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_acquired_list(actor=caller(request), fields=form.list_fields)

    return created(LISTS, request, make)


@acquired_lists.get("/{int:list_id}", response=ListOut, auth=reads(AREA))
def get_acquired_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """One list, with its version as `ETag`."""
    return answer(LISTS, request, found(LISTS, request, list_id))


@acquired_lists.patch("/{int:list_id}", response=ListOut, auth=writes(AREA))
def change_acquired_list(request: HttpRequest, list_id: int, body: Body[ListPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    acquired = found(LISTS, request, list_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), acquired)
    expected.save(
        lambda: actions.change_acquired_list(
            actor=caller(request), acquired=acquired, version=expected.version, fields=form.list_fields
        )
    )
    return answer(LISTS, request, found(LISTS, request, list_id))

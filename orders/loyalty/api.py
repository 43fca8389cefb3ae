"""The REST API of the loyalty programme: where a member stands, the ledger of points, joining, spending."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from contacts.models import Contact
from contacts.resources import CONTACTS
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.resources import Resource, not_searched
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, check, created, found
from orders.choices import PointsKind
from orders.loyalty import actions
from orders.loyalty.forms import MOST, PointsForm
from orders.loyalty.queries import standing_of
from orders.models import LoyaltyMember, PointsEntry

AREA = "loyalty"
loyalty = Router(tags=["Loyalty"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


ENTRIES = Resource(
    name="entries",
    label="orders.pointsentry",
    noun="entry",
    default_sort="-at",
    extras=(
        FieldSpec("at", "When it was written", "at", sort=True),
        _own("kind", "earned, returned, spent, expired or adjusted"),
        _own("points", "Above zero they came, below they went"),
        _own("order_id", "The order that earned them or took them back, by id"),
        _own("note", "What for"),
        _own("expires_on", "The last day of these points"),
        _own("actor", "Who wrote it down", select=("actor",)),
    ),
    search=not_searched,
)
EntryOut = record_schema("PointsEntry", ENTRIES)


class StandingOut(Schema):
    is_member: bool
    number: str | None = Field(None, examples=["L0000042"])
    joined_on: dt.date | None = None
    balance: int | None = Field(None, description="The sum of the ledger.")
    earned: int | None = Field(None, description="For purchases of the last twelve months, returns taken off.")
    tier: str | None = None
    next_tier: str | None = None
    missing: int | None = Field(None, description="Points to the next tier.")


class PointsIn(Input):
    kind: str = Field("spent", description="spent, or adjusted by hand (with a reason).", examples=["spent"])
    points: int = Field(ge=-MOST, le=MOST, examples=[40])
    note: str | None = Field(None, max_length=200)


def _member(contact: Contact) -> LoyaltyMember:
    member = LoyaltyMember.objects.filter(contact=contact).first()
    if member is None:
        raise Http404
    return member


@loyalty.get("/{int:contact_id}/loyalty", response=StandingOut, auth=reads(AREA))
def get_standing(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Whether a contact takes part, and where they stand."""
    return _standing(found(CONTACTS, request, contact_id))


@loyalty.post("/{int:contact_id}/loyalty", response={201: StandingOut}, auth=writes(AREA))
def enrol_member(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Let a contact take part; who does already stays as they are."""
    contact = found(CONTACTS, request, contact_id, Verb.CHANGE)

    def work() -> HttpResponse:
        acted(lambda: actions.enrol_member(actor=caller(request), contact=contact))
        return _standing(contact, status=201)

    return done_once(cast(ApiRequest, request), work)


@loyalty.get(
    "/{int:contact_id}/loyalty/entries",
    response=page_schema("PointsEntry", EntryOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(ENTRIES),
)
def list_entries(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The ledger of a contact's points, the newest first; empty for who does not take part."""
    contact = found(CONTACTS, request, contact_id)
    return ApiList(ENTRIES, request, ENTRIES.rows(caller(request)).filter(member__contact=contact)).response()


@loyalty.post("/{int:contact_id}/loyalty/entries", response={201: EntryOut}, auth=writes(AREA))
def add_entry(request: HttpRequest, contact_id: int, body: Body[PointsIn]) -> HttpResponse:
    """Spend points, or give and take some by hand. Entries are only added; a balance is never set."""
    contact, user = found(CONTACTS, request, contact_id, Verb.CHANGE), caller(request)
    member = _member(contact)

    def make() -> PointsEntry:
        form = PointsForm(body.model_dump(exclude_none=True), user=user, record=contact)
        check(form, {})
        said = form.cleaned_data
        act = actions.spend_points if said["kind"] == PointsKind.SPENT else actions.adjust_points
        return act(actor=user, member=member, points=said["points"], note=said["note"])

    return created(ENTRIES, request, make)


def _standing(contact: Contact, status: int = 200) -> JsonResponse:
    member = LoyaltyMember.objects.filter(contact=contact).first()
    if member is None:
        return JsonResponse({"is_member": False}, status=status)
    standing = standing_of(member)
    answer: dict[str, Any] = {
        "is_member": True,
        "number": str(member),
        "joined_on": member.joined_on.isoformat(),
        "balance": standing.balance,
        "earned": standing.earned,
        "tier": standing.tier.name if standing.tier else None,
        "next_tier": standing.next_tier.name if standing.next_tier else None,
        "missing": standing.missing if standing.next_tier else None,
    }
    return JsonResponse(answer, status=status)

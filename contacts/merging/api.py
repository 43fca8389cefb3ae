"""The REST API of merges: two contacts become one, and two again, by the actions of the pages."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Body, Field, Router

from contacts.merging import actions
from contacts.merging.rights import may_merge
from contacts.models import Contact, ContactMerge
from contacts.resources import CONTACTS
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.problems import plain_problem, wrong_fields
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, answer, found

AREA = "contacts"
merging = Router(tags=["Contacts"])
merges = Router(tags=["Merges"])


def _own(name: str, label: str) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False)


MERGES = Resource(
    name="merges",
    label="contacts.contactmerge",
    noun="merge",
    default_sort="-at",
    extras=(_own("kept_id", "The contact that goes on, by id"), _own("gone_id", "The one that became it, by id")),
)
MergeOut = record_schema("Merge", MERGES)


class MergeIn(Input):
    """With which contact the one of the address becomes one."""

    into_id: int = Field(description="The contact that goes on; the one of the address is put away.")


@merging.post("/{int:contact_id}/merge", response={201: MergeOut}, auth=writes(AREA))
def merge_contact(request: HttpRequest, contact_id: int, body: Body[MergeIn]) -> HttpResponse:
    """Let a contact become another one: all that hangs on it is moved, and its address leads on (307). Where the two
    differ, the filled value is taken, of two the one that was looked over later. It needs the right to change both and
    to remove the one that goes. Send an `Idempotency-Key` to be safe against an answer that is lost."""

    def work() -> HttpResponse:
        user = caller(request)
        gone = found(CONTACTS, request, contact_id, Verb.DELETE)
        kept = Contact.objects.visible_to(user, Verb.CHANGE).filter(pk=body.into_id).first()
        if kept is None:
            raise wrong_fields([{"field": "into_id", "message": "There is no such contact that you may change."}])
        merge = acted(lambda: actions.merge_contacts(actor=user, kept=kept, gone=gone))
        response = answer(MERGES, request, found(MERGES, request, merge.pk), status=201)
        response["Location"] = f"/api/v1/merges/{merge.pk}"
        return response

    return done_once(cast(ApiRequest, request), work)


@merges.get("", response=page_schema("Merge", MergeOut), auth=reads(AREA), openapi_extra=list_parameters(MERGES))
def list_merges(request: HttpRequest) -> HttpResponse:
    """Contacts that became one, the newest first, of which you may see the one that goes on."""
    return ApiList(MERGES, request).response()


@merges.get("/{int:merge_id}", response=MergeOut, auth=reads(AREA))
def get_merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """One merge."""
    return answer(MERGES, request, found(MERGES, request, merge_id))


@merges.post("/{int:merge_id}/undo", response=MergeOut, auth=writes(AREA))
def undo_merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Make two contacts of them again, every row as it was; twice is once. What stands in the way is said (422)."""

    def work() -> HttpResponse:
        merge: Any = found(MERGES, request, merge_id)
        rows = Contact.objects.in_bulk([merge.kept_id, merge.gone_id])
        if not may_merge(caller(request), rows[merge.kept_id], rows[merge.gone_id]):
            raise plain_problem(403)
        acted(lambda: actions.undo_merge(actor=caller(request), merge=ContactMerge.objects.get(pk=merge_id)))
        return answer(MERGES, request, found(MERGES, request, merge_id))

    return done_once(cast(ApiRequest, request), work)

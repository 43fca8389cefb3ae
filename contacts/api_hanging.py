"""The REST API of what hangs on a contact: notes, files (to look at), relations."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from contacts.api import AREA
from contacts.choices import RelationKind
from contacts.composing.forms import LONGEST_TEXT
from contacts.models import Contact, Relationship
from contacts.relations.actions import end_relation, relate
from contacts.relations.forms import RelationForm
from contacts.resources import CONTACTS
from crm.access import Unseen, veil
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.models import Note
from crm.notes.actions import add_note, delete_note
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_fields
from crm.rest.resources import Resource, not_searched
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, answer, created, filled, found, refuse_without

NOTES_AREA = "notes"
UNSEEN = {"contact": "a contact you cannot see", "other": "a contact you cannot see"}
MOST_RELATIONS = 500
hanging = Router(tags=["Contacts"])
notes = Router(tags=["Notes"])


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


NOTES = Resource(
    name="notes",
    label="crm.note",
    noun="note",
    default_sort="-created_at",
    only=lambda spec: False,
    extras=(
        _own("text", "What it says"),
        _own("contact_id", "The contact that it is about, by id"),
        _own("author", "Who wrote it", select=("author",)),
        _own("created_at", "When it was written", sort=True),
    ),
    search=not_searched,
)
FILES = Resource(
    name="files",
    label="crm.attachment",
    noun="file",
    default_sort="-created_at",
    only=lambda spec: False,
    extras=(
        _own("name", "Its name", "file__name", select=("file",)),
        _own("content_type", "What its content is", "file__content_type", select=("file",)),
        _own("size", "Bytes", "file__size", select=("file",)),
        _own("author", "Who put it there", select=("author",)),
        _own("created_at", "When it was put there", sort=True),
    ),
    search=not_searched,
)
NoteOut = record_schema("Note", NOTES)
FileOut = record_schema("File", FILES)


class NoteIn(Input):
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, examples=["Wants the offer before Easter."])


class OtherOut(Schema):
    id: int | None = Field(None, description="Null for a contact that you may not see.")
    name: str


class RelationOut(Schema):
    id: int
    kind: RelationKind = Field(description="How `contact` stands to `other`.")
    contact: OtherOut
    other: OtherOut
    role: str
    since: dt.date | None
    until: dt.date | None
    note: str


class Relations(Schema):
    items: list[RelationOut]


class RelationIn(Input):
    kind: RelationKind = Field(examples=["partner"])
    other_id: int = Field(description="To whom this contact stands so.", examples=[8])
    role: str | None = Field(None, max_length=120)
    since: dt.date | None = None
    until: dt.date | None = None
    note: str | None = Field(None, max_length=300)


@hanging.get(
    "/{int:contact_id}/notes",
    response=page_schema("Note", NoteOut),
    auth=reads(NOTES_AREA),
    openapi_extra=list_parameters(NOTES),
)
def list_notes(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Notes about a contact, the newest first."""
    contact = found(CONTACTS, request, contact_id)
    return ApiList(NOTES, request, NOTES.rows(caller(request)).filter(contact_id=contact.pk)).response()


@hanging.post("/{int:contact_id}/notes", response={201: NoteOut}, auth=writes(NOTES_AREA))
def create_note(request: HttpRequest, contact_id: int, body: Body[NoteIn]) -> HttpResponse:
    """Write a note about a contact that you may see."""
    contact, user = found(CONTACTS, request, contact_id), caller(request)
    refuse_without(user, Verb.ADD, Note)
    if not body.text.strip():
        raise wrong_fields([{"field": "text", "message": "This field is required."}])
    return created(NOTES, request, lambda: add_note(actor=user, record=contact, text=body.text.strip()))


@notes.get("/{int:note_id}", response=NoteOut, auth=reads(NOTES_AREA))
def get_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One note."""
    return answer(NOTES, request, found(NOTES, request, note_id))


@notes.delete("/{int:note_id}", response={204: None}, auth=writes(NOTES_AREA))
def remove_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Take a note away; the history keeps what it said."""
    note = found(NOTES, request, note_id, Verb.DELETE)
    acted(lambda: delete_note(actor=caller(request), note=note))
    return HttpResponse(status=204)


@hanging.get(
    "/{int:contact_id}/files",
    response=page_schema("File", FileOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(FILES),
)
def list_files(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Files at a contact, the newest first: what they are, not their content."""
    contact = found(CONTACTS, request, contact_id)
    rows = FILES.rows(caller(request)).filter(contact_id=contact.pk, removed_at=None)
    return ApiList(FILES, request, rows).response()


@hanging.get("/{int:contact_id}/relations", response=Relations, auth=reads(AREA))
def list_relations(request: HttpRequest, contact_id: int) -> HttpResponse:
    """How a contact stands to others, and others to it."""
    return _relations(request, found(CONTACTS, request, contact_id))


@hanging.post("/{int:contact_id}/relations", response={201: Relations}, auth=writes(AREA))
def add_relation(request: HttpRequest, contact_id: int, body: Body[RelationIn]) -> HttpResponse:
    """Say how this contact stands to another one."""
    contact, user = found(CONTACTS, request, contact_id, Verb.CHANGE), caller(request)

    def work() -> HttpResponse:
        given = body.model_dump(exclude_unset=True)
        names = {"other_id": "other"}
        form: RelationForm = filled(lambda data: RelationForm(data, user=user, record=contact), given, names, user)
        acted(lambda: relate(actor=user, **form.relation))
        return _relations(request, contact, status=201)

    return done_once(cast(ApiRequest, request), work)


@hanging.delete("/{int:contact_id}/relations/{int:relation_id}", response={200: Relations}, auth=writes(AREA))
def remove_relation(request: HttpRequest, contact_id: int, relation_id: int) -> HttpResponse:
    """Take a relation of this contact away. Doing it twice is doing it once."""
    contact = found(CONTACTS, request, contact_id, Verb.CHANGE)
    relation = _rows(contact).filter(pk=relation_id).first()
    if relation is not None:
        acted(lambda: end_relation(actor=caller(request), relation=relation))
    return _relations(request, contact)


def _rows(contact: Contact) -> Any:
    rows = Relationship.objects.filter(Q(contact=contact) | Q(other=contact)).select_related("contact", "other")
    return rows.order_by("pk")


def _relations(request: HttpRequest, contact: Contact, status: int = 200) -> JsonResponse:
    relations = list(_rows(contact)[:MOST_RELATIONS])
    veil(caller(request), relations, UNSEEN)
    return JsonResponse({"items": [_relation(one) for one in relations]}, status=status)


def _relation(one: Relationship) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind": one.kind,
        "contact": _party(one.contact),
        "other": _party(one.other),
        "role": one.role,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "note": one.note,
    }


def _party(contact: Contact | Unseen) -> dict[str, Any]:
    return {"id": contact.pk, "name": contact.name}

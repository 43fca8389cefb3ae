"""The REST API of segments: which there are, and who is in them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from campaigns.models import Segment
from campaigns.segments import actions
from campaigns.segments.forms import SegmentForm
from campaigns.segments.meaning import people_in
from campaigns.segments.resources import SEGMENTS
from contacts.resources import CONTACTS
from crm.choices import Verb
from crm.filtering.trees.nodes import TreeProblem
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_question
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import answer, created, filled, found, refuse_without

AREA = "campaigns"
segments = Router(tags=["Campaigns"])
SegmentOut = record_schema("Segment", SEGMENTS)


class SegmentIn(Input):
    """A segment: `filter` is a tree as lists of contacts take it (its JSON as a text)."""

    name: str = Field(max_length=120, examples=["Quiet since spring"])
    description: str = Field("", max_length=2_000)
    is_fixed: bool = Field(False, description="Whether who is in it now stays in it.")
    filter: str = Field("", max_length=20_000, description="Empty: everybody.")


@segments.get(
    "", response=page_schema("Segment", SegmentOut), auth=reads(AREA), openapi_extra=list_parameters(SEGMENTS)
)
def list_segments(request: HttpRequest) -> HttpResponse:
    """Segments, page by page."""
    return ApiList(SEGMENTS, request).response()


@segments.post("", response={201: SegmentOut}, auth=writes(AREA))
def create_segment(request: HttpRequest, body: Body[SegmentIn]) -> HttpResponse:
    """Keep a filter of contacts as a segment. Send an `Idempotency-Key` to keep it once."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Segment)

    def make_form(data: Any) -> SegmentForm:
        return SegmentForm(data=data, user=user, record=None, initial={})

    def make() -> Segment:
        form = filled(make_form, body.model_dump(exclude_unset=True), {}, user)
        fields = {**form.segment_fields, "owner": user}
        return actions.create_segment(actor=user, fields=fields, tree=form.cleaned_data["filter"])

    return created(SEGMENTS, request, make)


@segments.get("/{int:segment_id}", response=SegmentOut, auth=reads(AREA))
def get_segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """One segment."""
    return answer(SEGMENTS, request, found(SEGMENTS, request, segment_id))


@segments.get("/{int:segment_id}/contacts", auth=reads("contacts"), openapi_extra=list_parameters(CONTACTS))
def list_segment_contacts(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Who is in a segment, of those that you may see, page by page, with the filters of the list of contacts."""
    segment = found(SEGMENTS, request, segment_id)
    try:
        people = people_in(segment, caller(request))
    except TreeProblem as problem:
        raise wrong_question([str(problem)]) from problem
    return ApiList(CONTACTS, request, people).response()

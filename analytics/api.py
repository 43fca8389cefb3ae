"""The REST API of customer scores: every figure that the analysis keeps of a customer, to read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from crm.catalogue import FieldSpec
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import list_parameters, page_schema, record_schema
from crm.rest.tokens import reads
from crm.rest.writing import answer, found

scores = Router(tags=["Scores"])
KEPT = ("name", "external_id")


def _own(name: str, label: str, path: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path, column=False, filter=False, is_score=True, select=("rfm",), **more)


SCORES = Resource(
    name="scores",
    label="contacts.contact",
    noun="score",
    default_sort="name",
    only=lambda spec: spec.is_score or spec.name in KEPT,
    extras=(
        _own("as_of", "The day of the scores", "rfm__as_of"),
        _own("last_purchase_on", "The day of the last purchase", "rfm__last_purchase_on"),
    ),
    narrow=lambda rows: rows.filter(rfm__isnull=False).defer("search_text", "custom"),
)
ScoreOut = record_schema("CustomerScore", SCORES)


@scores.get(
    "", response=page_schema("CustomerScore", ScoreOut), auth=reads("scores"), openapi_extra=list_parameters(SCORES)
)
def list_scores(request: HttpRequest) -> HttpResponse:
    """Scored customers that you may see, with the filters of the contact list. `id` is the contact's."""
    return ApiList(SCORES, request).response()


@scores.get("/{int:contact_id}", response=ScoreOut, auth=reads("scores"))
def get_scores(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The scores of one customer."""
    return answer(SCORES, request, found(SCORES, request, contact_id))

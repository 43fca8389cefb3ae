"""The REST API of duplicates: pairs that wait for review, to read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from analytics.duplicates.views import search_pairs
from crm.catalogue import FieldSpec
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import list_parameters, page_schema, record_schema
from crm.rest.tokens import reads
from crm.rest.writing import answer, found

duplicates = Router(tags=["Duplicates"])


def _own(name: str, label: str, **more: str) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)  # type: ignore[arg-type]


def _waiting(rows: Any) -> Any:
    return rows.waiting()


PAIRS = Resource(
    name="duplicates",
    label="analytics.duplicatepair",
    noun="possible duplicate",
    default_sort="-probability",
    extras=(
        _own("first_id", "One of both, by id: the older one"),
        _own("second_id", "The other, by id"),
    ),
    narrow=_waiting,
    search=search_pairs,
)
PairOut = record_schema("PossibleDuplicate", PAIRS)


@duplicates.get(
    "",
    response=page_schema("PossibleDuplicate", PairOut),
    auth=reads("contacts"),
    openapi_extra=list_parameters(PAIRS),
)
def list_duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of contacts that may be one party and wait for review, both of which you may see."""
    return ApiList(PAIRS, request).response()


@duplicates.get("/{int:pair_id}", response=PairOut, auth=reads("contacts"))
def get_duplicate(request: HttpRequest, pair_id: int) -> HttpResponse:
    """One pair."""
    return answer(PAIRS, request, found(PAIRS, request, pair_id))

"""The REST API of suggestions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, check, created, filled, found, refuse_without
from feedback.ideas import actions
from feedback.ideas.choices import IdeaSource, IdeaState
from feedback.ideas.forms import LONGEST_ANSWER, LONGEST_WORDS, MoveForm, SuggestionForm, VoteForm
from feedback.ideas.queries import search_suggestions
from feedback.models import Suggestion

AREA = "suggestions"
NAMES = {"contact_id": "contact", "owner_id": "owner", "product_id": "product", "touch_point_id": "touch_point"}
suggestions = Router(tags=["Suggestions"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


def _version(suggestion: Suggestion) -> int:
    return suggestion.version


SUGGESTIONS = Resource(
    name="suggestions",
    label="feedback.suggestion",
    noun="suggestion",
    default_sort="-votes",
    extras=(
        _own("product_id", "The product, by id", stored="feedback.suggestion.product"),
        _own("version", "The version, for a change"),
    ),
    search=search_suggestions,
    version=_version,
)
SuggestionOut = record_schema("Suggestion", SUGGESTIONS)


class SuggestionChange(Input):
    title: str | None = Field(None, max_length=200, examples=["Hooks that hold ten kilos"])
    text: str | None = Field(None, max_length=4_000)
    owner_id: int | None = None
    product_id: int | None = None
    touch_point_id: int | None = None
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class SuggestionIn(Input):
    title: str = Field(max_length=200, examples=["Hooks that hold ten kilos"])
    text: str | None = Field(None, max_length=4_000)
    owner_id: int | None = Field(None, description="You, if nothing is said.")
    product_id: int | None = None
    touch_point_id: int | None = None
    contact_id: int | None = Field(None, description="The customer who has the idea.")
    words: str | None = Field(None, max_length=LONGEST_WORDS, description="In the customer's own words.")


class MoveIn(Input):
    state: IdeaState = Field(examples=["planned"])
    answer: str | None = Field(None, max_length=LONGEST_ANSWER, description="What customers are told.")
    planned_on: dt.date | None = None
    tells: bool = Field(False, description="Write to who asked for it; each is told once of each state.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class VoteIn(Input):
    contact_id: int = Field(ge=1)
    words: str = Field("", max_length=LONGEST_WORDS)


class VoteOut(Schema):
    id: int


@suggestions.get(
    "",
    response=page_schema("Suggestion", SuggestionOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(SUGGESTIONS),
)
def list_suggestions(request: HttpRequest) -> HttpResponse:
    """What customers suggest, what most ask for first: `state=new`, `sort=-created_at`."""
    return ApiList(SUGGESTIONS, request).response()


@suggestions.post("", response={201: SuggestionOut}, auth=writes(AREA))
def create_suggestion(request: HttpRequest, body: Body[SuggestionIn]) -> HttpResponse:
    """Write a suggestion down, with the customer who has it. Send an `Idempotency-Key` to write it once."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Suggestion)

    def make() -> Suggestion:
        given = body.model_dump(exclude_unset=True, mode="json")
        begun = {"owner": user.pk}
        form: SuggestionForm = filled(
            lambda data: SuggestionForm(data=data, user=user, record=None, initial=begun), given, NAMES, user
        )
        cleaned = form.cleaned_data
        return actions.suggest(
            actor=user, fields=form.suggestion_fields, contact=cleaned.get("contact"),
            words=cleaned.get("words") or "", source=IdeaSource.API,
        )  # fmt: skip

    return created(SUGGESTIONS, request, make)


@suggestions.get("/{int:suggestion_id}", response=SuggestionOut, auth=reads(AREA))
def get_suggestion(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """One suggestion, with its version as `ETag`."""
    return answer(SUGGESTIONS, request, found(SUGGESTIONS, request, suggestion_id))


@suggestions.patch("/{int:suggestion_id}", response=SuggestionOut, auth=writes(AREA))
def change_suggestion(request: HttpRequest, suggestion_id: int, body: Body[SuggestionChange]) -> HttpResponse:
    """Change what you send. Needs `If-Match` or `version`."""
    suggestion, user = found(SUGGESTIONS, request, suggestion_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"}, mode="json")
    form: SuggestionForm = filled(
        lambda data: SuggestionForm(data=data, user=user, record=suggestion, initial={}), given, NAMES, user
    )
    expected.save(
        lambda: actions.change_suggestion(
            actor=user, suggestion=suggestion, version=expected.version, fields=form.suggestion_fields
        )
    )
    return answer(SUGGESTIONS, request, found(SUGGESTIONS, request, suggestion_id))


@suggestions.post("/{int:suggestion_id}/move", response=SuggestionOut, auth=writes(AREA))
def move_suggestion(request: HttpRequest, suggestion_id: int, body: Body[MoveIn]) -> HttpResponse:
    """Say what becomes of it, and tell who asked. Needs `If-Match` or `version`."""
    suggestion, user = found(SUGGESTIONS, request, suggestion_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"}, mode="json")
    form = MoveForm(user=user, record=suggestion, initial={}, data={**given, "state": body.state.value})
    form.take_rights(user, Suggestion)
    check(form, {})

    @transaction.atomic
    def act() -> None:
        actions.move_suggestion(
            actor=user, suggestion=suggestion, version=expected.version, state=body.state.value, fields=form.moved
        )
        if body.tells:
            actions.tell_customers(actor=user, suggestion=suggestion)

    expected.save(act)
    return answer(SUGGESTIONS, request, found(SUGGESTIONS, request, suggestion_id))


@suggestions.post("/{int:suggestion_id}/votes", response={201: VoteOut}, auth=writes(AREA))
def add_suggestion_vote(request: HttpRequest, suggestion_id: int, body: Body[VoteIn]) -> HttpResponse:
    """A customer asks for it, too; twice is once."""
    suggestion, user = found(SUGGESTIONS, request, suggestion_id), caller(request)
    given = {"contact": str(body.contact_id), "words": body.words}
    form = VoteForm(user=user, record=suggestion, initial={}, data=given)
    check(form, {"contact": "contact_id"})
    vote = acted(
        lambda: actions.add_vote(
            actor=user, suggestion=suggestion, contact=form.cleaned_data["contact"], words=form.cleaned_data["words"],
            source=IdeaSource.API,
        )
    )  # fmt: skip
    return JsonResponse({"id": vote.pk}, status=201)

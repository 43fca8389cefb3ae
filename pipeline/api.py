"""The REST API of deals: the pages' forms, actions and rows, for programs."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.models import User
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_fields
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from pipeline import actions
from pipeline.forms import DealForm
from pipeline.models import Deal, Stage
from pipeline.resources import DEALS

AREA = "deals"
CustomValue = bool | int | float | str | list[str] | None
NAMES = {f"{name}_id": name for name in ("organization", "contact", "product", "owner", "team", "stage")}
deals = Router(tags=["Deals"])
DealOut = record_schema("Deal", DEALS)


class DealFields(Input):
    """What can be set on a deal. A value that is left out stays; null empties it. It changes its stage by a move."""

    title: str | None = Field(None, max_length=300, examples=["Showroom wall, 48 samples"])
    organization_id: int | None = None
    contact_id: int | None = Field(None, description="The person it is talked over with.")
    product_id: int | None = Field(None, description="Its list price counts while there is no amount.")
    amount: str | float | None = Field(None, examples=["4800.00"])
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    opened_on: str | None = Field(None, description="The day, as 2026-03-02; today, unless said otherwise.")
    expected_on: str | None = Field(None, description="The day on which it is likely to be won or lost.")
    forecast_category: str | None = Field(None, description="commit, best_case, pipeline or omitted.")
    source: str | None = Field(None, max_length=120, examples=["Trade fair"])
    next_step: str | None = Field(None, max_length=300)
    next_step_on: str | None = None
    external_id: str | None = Field(None, max_length=200)
    owner_id: int | None = Field(None, description="You, unless said otherwise.")
    team_id: int | None = None
    custom: dict[str, CustomValue] | None = Field(
        None, max_length=500, description="Values of custom fields by key; null empties one."
    )


class DealIn(DealFields):
    stage_id: int | None = Field(None, ge=1, description="An open stage; the first one of the first pipeline.")


class DealPatch(DealFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class DealMove(Input):
    """Where a deal goes."""

    stage_id: int = Field(ge=1, description="A stage of the deal's pipeline.")
    reason: str = Field("", max_length=120, description="Why it was won or lost.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


@deals.get("", response=page_schema("Deal", DealOut), auth=reads(AREA), openapi_extra=list_parameters(DEALS))
def list_deals(request: HttpRequest) -> HttpResponse:
    """Deals that you may see, page by page, with the filters of the list page."""
    return ApiList(DEALS, request).response()


@deals.post("", response={201: DealOut}, auth=writes(AREA))
def create_deal(request: HttpRequest, body: Body[DealIn]) -> HttpResponse:
    """Open a deal. Send an `Idempotency-Key` to open it once."""
    refuse_without(caller(request), Verb.ADD, Deal)

    def make() -> Deal:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.open_deal(actor=caller(request), fields=form.deal_fields, custom=form.custom)

    return created(DEALS, request, make)


@deals.get("/{int:deal_id}", response=DealOut, auth=reads(AREA))
def get_deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """One deal, with its version as `ETag`."""
    return answer(DEALS, request, found(DEALS, request, deal_id))


@deals.patch("/{int:deal_id}", response=DealOut, auth=writes(AREA))
def change_deal(request: HttpRequest, deal_id: int, body: Body[DealPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    deal = found(DEALS, request, deal_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), deal)
    expected.save(
        lambda: actions.change_deal(
            actor=caller(request), deal=deal, version=expected.version, fields=form.deal_fields, custom=form.custom
        )
    )
    return answer(DEALS, request, found(DEALS, request, deal_id))


@deals.post("/{int:deal_id}/archive", response=DealOut, auth=writes(AREA))
def archive_deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Take a deal off the board and out of every figure; archiving twice changes nothing."""
    deal = found(DEALS, request, deal_id, Verb.DELETE)
    acted(lambda: actions.archive_deal(actor=caller(request), deal=deal))
    return answer(DEALS, request, found(DEALS, request, deal_id))


@deals.post("/{int:deal_id}/restore", response=DealOut, auth=writes(AREA))
def restore_deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Bring an archived deal back."""
    deal = found(DEALS, request, deal_id, Verb.DELETE)
    acted(lambda: actions.restore_deal(actor=caller(request), deal=deal))
    return answer(DEALS, request, found(DEALS, request, deal_id))


@deals.post("/{int:deal_id}/move", response=DealOut, auth=writes(AREA))
def move_deal(request: HttpRequest, deal_id: int, body: Body[DealMove]) -> HttpResponse:
    """Move a deal into another stage; won and lost close it. Needs `If-Match` or `version`."""
    deal, user = found(DEALS, request, deal_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    stage = _stage(user, body.stage_id)
    expected.save(
        lambda: actions.move_deal(actor=user, deal=deal, version=expected.version, stage=stage, reason=body.reason)
    )
    return answer(DEALS, request, found(DEALS, request, deal_id))


def _stage(user: User, stage_id: int) -> Stage:
    stage = Stage.objects.visible_to(user).filter(pk=stage_id).first()
    if stage is None:
        raise wrong_fields([{"field": "stage_id", "message": "There is no such stage."}])
    return stage


def _form(request: HttpRequest, given: dict[str, Any], record: Deal | None) -> DealForm:
    """The page's form, filled and valid."""
    user = caller(request)

    def make_form(data: Any) -> DealForm:
        return DealForm(data=data, user=user, record=record, initial={})

    return cast(DealForm, filled(make_form, given, NAMES, user))

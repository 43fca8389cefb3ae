"""The REST API of deals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.models import User
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_fields
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, answer, found
from pipeline import actions
from pipeline.models import Stage
from pipeline.resources import DEALS

deals = Router(tags=["Deals"])
DealOut = record_schema("Deal", DEALS)


class DealMove(Input):
    """Where a deal goes."""

    stage_id: int = Field(ge=1, description="A stage of the deal's pipeline.")
    reason: str = Field("", max_length=120, description="Why it was won or lost.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


@deals.get("", response=page_schema("Deal", DealOut), auth=reads("deals"), openapi_extra=list_parameters(DEALS))
def list_deals(request: HttpRequest) -> HttpResponse:
    """Deals that you may see, page by page, with the filters of the list page."""
    return ApiList(DEALS, request).response()


@deals.get("/{int:deal_id}", response=DealOut, auth=reads("deals"))
def get_deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """One deal, with its version as `ETag`."""
    return answer(DEALS, request, found(DEALS, request, deal_id))


@deals.post("/{int:deal_id}/move", response=DealOut, auth=writes("deals"))
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

"""The REST API of campaigns: plans, and what came of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from campaigns import actions
from campaigns.forms import CampaignForm
from campaigns.models import Campaign
from campaigns.queries import outcome_for
from campaigns.resources import CAMPAIGNS
from campaigns.results import as_metrics
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, answer, created, filled, found, refuse_without

AREA = "campaigns"
campaigns = Router(tags=["Campaigns"])
CampaignOut = record_schema("Campaign", CAMPAIGNS)


class CampaignFields(Input):
    """What can be set on a campaign. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=200, examples=["Spring frames"])
    type: str | None = Field(None, description="Such as retention, cross_sell, win_back.")
    channel: str | None = Field(None, description="email, post, phone, sms or social.")
    goal: str | None = Field(None, max_length=5_000)
    owner_id: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    window_days: int | None = Field(None, ge=1, le=365)
    budget_amount: Decimal | None = None
    currency: str | None = Field(None, max_length=3)
    contact_cost_amount: Decimal | None = Field(None, description="Cost of reaching one person.")
    fixed_cost_amount: Decimal | None = None
    margin: Decimal | None = Field(None, ge=0, le=1)


class CampaignPatch(CampaignFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class Figures(Schema):
    """What a part of a campaign came to. `lift`: of the response rate, above the control group, with its 95 % interval;
    null without a control group, and so are incremental money and return."""

    n: int
    opened_rate: float | None
    clicked_rate: float | None
    responded_rate: float | None
    converted_rate: float | None
    replied_rate: float | None
    bounced_rate: float | None
    complained_rate: float | None
    amount_per_contact: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    lift_p: float | None
    lift_relative: float | None
    converted_lift: float | None
    converted_lift_low: float | None
    converted_lift_high: float | None
    converted_lift_p: float | None
    converted_lift_relative: float | None
    amount_lift: float | None
    amount_lift_low: float | None
    amount_lift_high: float | None
    amount_lift_p: float | None
    amount_lift_relative: float | None
    incremental_amount: float | None
    cost: float | None
    roi: float | None
    cost_per_acquisition: float | None


class Results(Schema):
    variants: dict[str, Figures]
    treated: Figures = Field(description="All that were reached, together.")
    control: str | None = Field(description="The name of the control group.")
    note: str = Field(description="“no control group”, where there is none.")


@campaigns.get(
    "", response=page_schema("Campaign", CampaignOut), auth=reads(AREA), openapi_extra=list_parameters(CAMPAIGNS)
)
def list_campaigns(request: HttpRequest) -> HttpResponse:
    """Campaigns, page by page, with the filters of the list page."""
    return ApiList(CAMPAIGNS, request).response()


@campaigns.post("", response={201: CampaignOut}, auth=writes(AREA))
def create_campaign(request: HttpRequest, body: Body[CampaignFields]) -> HttpResponse:
    """Plan a campaign. Send an `Idempotency-Key` to plan it once."""
    refuse_without(caller(request), Verb.ADD, Campaign)

    def make() -> Campaign:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.plan_campaign(actor=caller(request), fields=form.campaign_fields)

    return created(CAMPAIGNS, request, make)


@campaigns.get("/{int:campaign_id}", response=CampaignOut, auth=reads(AREA))
def get_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """One campaign, with its version as `ETag`."""
    return answer(CAMPAIGNS, request, found(CAMPAIGNS, request, campaign_id))


@campaigns.patch("/{int:campaign_id}", response=CampaignOut, auth=writes(AREA))
def change_campaign(request: HttpRequest, campaign_id: int, body: Body[CampaignPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    campaign = found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), campaign)
    expected.save(
        lambda: actions.change_campaign(
            actor=caller(request), campaign=campaign, version=expected.version, fields=form.campaign_fields
        )
    )
    return answer(CAMPAIGNS, request, found(CAMPAIGNS, request, campaign_id))


@campaigns.get("/{int:campaign_id}/results", response=Results, auth=reads(AREA))
def get_results(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What came of a campaign, of the people that you may see: rates, lift with its interval, incremental money."""
    campaign = found(CAMPAIGNS, request, campaign_id)
    return JsonResponse(as_metrics(outcome_for(caller(request), campaign)))


def _form(request: HttpRequest, given: dict[str, Any], campaign: Campaign | None) -> CampaignForm:
    user = caller(request)

    def make_form(data: Any) -> CampaignForm:
        return CampaignForm(data=data, user=user, record=campaign, initial={})

    return cast(CampaignForm, filled(make_form, given, {"owner_id": "owner"}, user))

"""The REST API of sending: whom a campaign is for, what it says, the check, the start and the stops, who got it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from campaigns.models import Campaign, Variant
from campaigns.queries import recipients_of
from campaigns.resources import CAMPAIGNS, RECIPIENTS, VARIANTS
from campaigns.sending import actions, trying
from campaigns.sending.bodies import (
    AudienceIn,
    VariantIn,
    VariantPatch,
    audience_form,
    audience_shown,
    schedule_shown,
    variant_form,
)
from campaigns.sending.preflight import look_over
from campaigns.sending.starting import begin_campaign
from contacts.models import Contact
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.problems import wrong_fields
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, found

AREA = "campaigns"
sending = Router(tags=["Campaigns"])
CampaignOut = record_schema("SentCampaign", CAMPAIGNS)
VariantOut = record_schema("Variant", VARIANTS)


class AudienceOut(Schema):
    """Whom a campaign is for, and how it goes out."""

    segment_ids: list[int]
    without_ids: list[int]
    offer_ids: list[int] = Field(description="What it may offer: each person is given the best one for them.")
    control_share: Decimal = Field(description="Kept out as control, 0 to 0.9.")
    purpose: str
    sender_name: str
    language: str
    starts_at: dt.datetime | None
    timing: str
    test_share: Decimal | None = Field(description="Tested; the others wait for the winner. Null: no test.")
    decides_at: dt.datetime | None
    decides_by: str
    version: int


class OfferCountOut(Schema):
    offer_id: int | None = Field(description="Null: none is open to them.")
    count: int


class LineOut(Schema):
    """People who get it at one time of their clocks (`local_time`), or at one moment (null)."""

    count: int
    local_time: dt.time | None
    first_at: dt.datetime
    last_at: dt.datetime


class ScheduleOut(Schema):
    lines: list[LineOut]
    unknown: int = Field(description="Of them, those whose country is not known: by the company's time.")
    passed: int = Field(description="Of them, those whose time would have passed at a start now.")


class LastsOut(Schema):
    """When the last mail has left as far as the limits say, and which takes longest. Quiet hours come on top."""

    ends_at: dt.datetime
    words: str


class CheckOut(Schema):
    """What was looked over: `faults` are in the way of a start, `notes` are worth knowing."""

    chosen: int
    reached: int = Field(description="Who may be written to, the control group among them.")
    is_estimate: bool = Field(description="Whether of so many people some were asked by lot: the counts are estimates.")
    left_out: dict[str, int]
    faults: list[str]
    notes: list[str]
    links: list[str]
    offers: list[OfferCountOut]
    needs_approval: bool
    schedule: ScheduleOut | None = Field(description="When they would get it; null: all at once at the start.")
    lasts: LastsOut | None = Field(description="How long the limits of the mail channel make it take; null: no time.")


class TestIn(Input):
    variant_id: int
    contact_id: int = Field(description="As this contact would get it.")


@sending.get("/{int:campaign_id}/audience", response=AudienceOut, auth=reads(AREA))
def get_audience(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Whom a campaign is for, whom it leaves out, what it may offer."""
    return _audience(request, campaign_id)


@sending.patch("/{int:campaign_id}/audience", response=AudienceOut, auth=writes(AREA))
def change_audience(request: HttpRequest, campaign_id: int, body: Body[AudienceIn]) -> HttpResponse:
    """Change what is given, before it starts; an approval is void then. Needs `If-Match` or `version`."""
    user, campaign = caller(request), found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = audience_form(user, body.model_dump(exclude_unset=True, exclude={"version"}), campaign)
    said = form.cleaned_data
    expected.save(
        lambda: actions.set_audience(
            actor=user, campaign=campaign, version=expected.version, fields=form.sending_fields,
            segments=said["segments"], without=said["without"], offers=said["offers"],
        )
    )  # fmt: skip
    return _audience(request, campaign_id)


def _audience(request: HttpRequest, campaign_id: int) -> JsonResponse:
    campaign = found(CAMPAIGNS, request, campaign_id)
    response = JsonResponse(audience_shown(campaign))
    response["ETag"] = f'"{campaign.version}"'
    return response


@sending.get(
    "/{int:campaign_id}/variants", response=page_schema("Variant", VariantOut), auth=reads(AREA),
    openapi_extra=list_parameters(VARIANTS),
)  # fmt: skip
def list_variants(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What a campaign says, and its control group once it has one."""
    campaign = found(CAMPAIGNS, request, campaign_id)
    return ApiList(VARIANTS, request, VARIANTS.rows(caller(request)).filter(campaign=campaign)).response()


@sending.post("/{int:campaign_id}/variants", response={201: VariantOut}, auth=writes(AREA))
def add_variant(request: HttpRequest, campaign_id: int, body: Body[VariantIn]) -> HttpResponse:
    """Add something that it says. Send an `Idempotency-Key` to add it once."""
    user, campaign = caller(request), found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)

    def make() -> Variant:
        form = variant_form(user, body.model_dump(exclude_unset=True), campaign)
        return actions.set_variant(actor=user, campaign=campaign, variant=None, fields=form.variant_fields)

    return created(VARIANTS, request, make)


@sending.get("/variants/{int:variant_id}", response=VariantOut, auth=reads(AREA))
def get_variant(request: HttpRequest, variant_id: int) -> HttpResponse:
    """One variant with its blocks."""
    return answer(VARIANTS, request, found(VARIANTS, request, variant_id))


@sending.patch("/variants/{int:variant_id}", response=VariantOut, auth=writes(AREA))
def change_variant(request: HttpRequest, variant_id: int, body: Body[VariantPatch]) -> HttpResponse:
    """Change what is given; `blocks` become all blocks of the mail."""
    user, variant = caller(request), _spoken(request, variant_id)
    form = variant_form(user, body.model_dump(exclude_unset=True), variant)
    fields = form.variant_fields
    acted(lambda: actions.set_variant(actor=user, campaign=variant.campaign, variant=variant, fields=fields))
    return answer(VARIANTS, request, found(VARIANTS, request, variant_id))


@sending.delete("/variants/{int:variant_id}", response={204: None}, auth=writes(AREA))
def remove_variant(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Take it away, before the campaign starts."""
    variant = _spoken(request, variant_id)
    acted(lambda: actions.remove_variant(actor=caller(request), campaign=variant.campaign, variant=variant))
    return HttpResponse(status=204)


def _spoken(request: HttpRequest, variant_id: int) -> Variant:
    """A variant that says something, to be changed."""
    variant: Variant = found(VARIANTS, request, variant_id, Verb.CHANGE)
    if variant.is_control:
        raise Http404
    return variant


@sending.post("/{int:campaign_id}/check", response=CheckOut, auth=writes(AREA))
def check_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Everything that is looked at before it starts. Changes nothing."""
    campaign = found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)
    seen = look_over(campaign, caller(request))
    whole = {
        "chosen": seen.audience.chosen,
        "reached": seen.audience.reached,
        "is_estimate": seen.is_estimate,
        "left_out": seen.audience.out,
        "faults": seen.faults,
        "notes": seen.notes,
        "links": seen.links,
        "offers": [{"offer_id": one.offer.pk if one.offer else None, "count": one.count} for one in seen.offers],
        "needs_approval": seen.needs_approval,
        "schedule": seen.schedule and schedule_shown(seen.schedule),
        "lasts": seen.lasts and {"ends_at": seen.lasts.ends_at, "words": seen.lasts.words},
    }
    return JsonResponse(whole)


@sending.post("/{int:campaign_id}/test", response={202: None}, auth=writes(AREA))
def test_campaign(request: HttpRequest, campaign_id: int, body: Body[TestIn]) -> HttpResponse:
    """Send a variant, as a contact would get it, to yourself. Send an `Idempotency-Key` to send it once."""
    user, campaign = caller(request), found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)

    def work() -> HttpResponse:
        variant = campaign.variants.filter(pk=body.variant_id, is_control=False).first()
        contact = Contact.objects.visible_to(user).filter(pk=body.contact_id).first()
        missing = {"variant_id": variant, "contact_id": contact}
        if wrong := [{"field": name, "message": "There is none."} for name, one in missing.items() if one is None]:
            raise wrong_fields(wrong)
        acted(lambda: trying.send_test(actor=user, variant=variant, contact=contact))  # type: ignore[arg-type]
        return HttpResponse(status=202)

    return done_once(request, work)  # type: ignore[arg-type]


def _step(request: HttpRequest, campaign_id: int, act: Callable[..., Any]) -> HttpResponse:
    """One step of a campaign; it as it is then."""
    campaign: Campaign = found(CAMPAIGNS, request, campaign_id, Verb.CHANGE)
    acted(lambda: act(actor=caller(request), campaign=campaign))
    return answer(CAMPAIGNS, request, found(CAMPAIGNS, request, campaign_id))


@sending.post("/{int:campaign_id}/ask", response=CampaignOut, auth=writes(AREA))
def ask_campaign_approval(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Ask a second person."""
    return _step(request, campaign_id, actions.ask_approval)


@sending.post("/{int:campaign_id}/approve", response=CampaignOut, auth=writes(AREA))
def approve_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Let it start, as a second person."""
    return _step(request, campaign_id, actions.approve_campaign)


@sending.post("/{int:campaign_id}/launch", response=CampaignOut, auth=writes(AREA))
def launch_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Write everybody down, draw the control group, choose the offers, and let it leave. Twice starts once. Where it is
    for many, a job does so, and the campaign is planned until then."""
    return _step(request, campaign_id, begin_campaign)


@sending.post("/{int:campaign_id}/pause", response=CampaignOut, auth=writes(AREA))
def pause_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Let nothing more leave."""
    return _step(request, campaign_id, actions.pause_campaign)


@sending.post("/{int:campaign_id}/resume", response=CampaignOut, auth=writes(AREA))
def resume_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Go on exactly where it was."""
    return _step(request, campaign_id, actions.resume_campaign)


@sending.post("/{int:campaign_id}/cancel", response=CampaignOut, auth=writes(AREA))
def cancel_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Call it back: who has not got it will not."""
    return _step(request, campaign_id, actions.cancel_campaign)


@sending.get(
    "/{int:campaign_id}/recipients", response=page_schema("Recipient", record_schema("Recipient", RECIPIENTS)),
    auth=reads(AREA), openapi_extra=list_parameters(RECIPIENTS),
)  # fmt: skip
def list_recipients(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Everybody in it whom you may see: what became of their mail, what they did, what they were offered."""
    campaign = found(CAMPAIGNS, request, campaign_id)
    return ApiList(RECIPIENTS, request, recipients_of(caller(request), campaign)).response()

"""The REST API of offers: what is offered, what came of it, the orders that carry its codes."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from campaigns.models import Offer
from campaigns.offers import actions
from campaigns.offers.forms import OfferForm
from campaigns.offers.queries import newest_redemptions
from campaigns.offers.resources import OFFERS
from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without

AREA = "campaigns"
offers = Router(tags=["Campaigns"])
OfferOut = record_schema("Offer", OFFERS)
NAMES = {"product_id": "product", "segment_id": "segment", "owner_id": "owner"}


class OfferFields(Input):
    """What can be set on an offer. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=200, examples=["Oak frames, a fifth off"])
    words: str | None = Field(None, max_length=200, description="What the customer reads.")
    product_id: int | None = None
    family: str | None = Field(None, max_length=120, description="A group of products, instead of one.")
    benefit: str | None = Field(None, description="percent, amount, price or none.", examples=["percent"])
    benefit_value: str | float | None = Field(None, examples=["20"])
    currency: str | None = Field(None, max_length=3)
    margin_amount: str | float | None = Field(None, description="What is left of one that is taken.")
    expected_rate: float | None = Field(None, gt=0, le=1)
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    limit_per_customer: int | None = Field(None, ge=1)
    rest_days: int | None = Field(None, ge=0)
    segment_id: int | None = None
    least_chance: float | None = Field(None, ge=0, le=1)
    owner_id: int | None = None


class OfferPatch(OfferFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class RedemptionOut(Schema):
    """An order that carries a code of the offer. `verdict`: accepted, other (given to somebody else), expired,
    too_often."""

    order_id: int
    contact_id: int = Field(description="Whom the code was given to.")
    campaign_id: int
    verdict: str


class Redemptions(Schema):
    items: list[RedemptionOut]


@offers.get("", response=page_schema("Offer", OfferOut), auth=reads(AREA), openapi_extra=list_parameters(OFFERS))
def list_offers(request: HttpRequest) -> HttpResponse:
    """Offers, page by page, with what came of them."""
    return ApiList(OFFERS, request).response()


@offers.post("", response={201: OfferOut}, auth=writes(AREA))
def create_offer(request: HttpRequest, body: Body[OfferFields]) -> HttpResponse:
    """Write an offer down. Send an `Idempotency-Key` to do it once."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Offer)

    def make() -> Offer:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_offer(actor=user, fields=form.offer_fields)

    return created(OFFERS, request, make)


@offers.get("/{int:offer_id}", response=OfferOut, auth=reads(AREA))
def get_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One offer, with its version as `ETag`."""
    return answer(OFFERS, request, found(OFFERS, request, offer_id))


@offers.patch("/{int:offer_id}", response=OfferOut, auth=writes(AREA))
def change_offer(request: HttpRequest, offer_id: int, body: Body[OfferPatch]) -> HttpResponse:
    """Change what is given; what customers were promised stands. Needs `If-Match` or `version`."""
    offer = found(OFFERS, request, offer_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), offer)
    fields, user = form.offer_fields, caller(request)
    expected.save(lambda: actions.change_offer(actor=user, offer=offer, version=expected.version, fields=fields))
    return answer(OFFERS, request, found(OFFERS, request, offer_id))


@offers.post("/{int:offer_id}/archive", response=OfferOut, auth=writes(AREA))
def archive_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Take it out of what campaigns can choose; codes that customers have still hold."""
    offer = found(OFFERS, request, offer_id, Verb.DELETE)
    acted(lambda: actions.archive_offer(actor=caller(request), offer=offer))
    return answer(OFFERS, request, found(OFFERS, request, offer_id))


@offers.post("/{int:offer_id}/restore", response=OfferOut, auth=writes(AREA))
def restore_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Let campaigns choose it again."""
    offer = found(OFFERS, request, offer_id, Verb.DELETE)
    acted(lambda: actions.restore_offer(actor=caller(request), offer=offer))
    return answer(OFFERS, request, found(OFFERS, request, offer_id))


@offers.get("/{int:offer_id}/redemptions", response=Redemptions, auth=reads(AREA))
def list_offer_redemptions(request: HttpRequest, offer_id: int) -> HttpResponse:
    """The newest orders with its codes, of those that you may see."""
    offer = found(OFFERS, request, offer_id)
    items = [
        {
            "order_id": row.order_id,
            "contact_id": row.given.recipient.contact_id,
            "campaign_id": row.given.recipient.campaign_id,
            "verdict": row.verdict,
        }
        for row in newest_redemptions(caller(request), offer)
    ]
    return JsonResponse({"items": items})


def _form(request: HttpRequest, given: dict[str, Any], offer: Offer | None) -> OfferForm:
    user = caller(request)

    def make_form(data: Any) -> OfferForm:
        return OfferForm(data=data, user=user, record=offer, initial={})

    return cast(OfferForm, filled(make_form, given, NAMES, user))

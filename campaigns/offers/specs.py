"""The fields of offers, and those that they add to contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import models
from django.db.models import OuterRef, Q

from campaigns.choices import Benefit, Verdict
from campaigns.looking_up import one_of
from campaigns.models import GivenOffer, Offer
from campaigns.offers.queries import OfferFigures, read_figures, state_of
from campaigns.offers.terms import GOT
from crm.catalogue import FieldSpec
from crm.company import current_company
from crm.templatetags.figures import money, percent, whole_money
from crm.templatetags.pieces import pill


def offer_choices() -> Sequence[tuple[str, str]]:
    return [(str(key), name) for key, name in Offer.objects.order_by("sort_name").values_list("pk", "name")]


def _offer(record: models.Model) -> Offer:
    return cast(Offer, record)


def _figures(record: Any) -> OfferFigures:
    return cast(OfferFigures, record.figures)


def _rate(record: models.Model) -> str:
    rate = _figures(record).rate
    return "" if rate is None else percent(rate, 1)


def _margin(record: models.Model) -> str:
    margin = _figures(record).margin
    return whole_money(margin, current_company().currency) if margin is not None and _figures(record).orders else ""


def _one(record: models.Model) -> str:
    return money(_offer(record).margin_amount, _offer(record).currency)


OFFER_FIELDS = (
    FieldSpec("name", "Offer", "name", sort=True, sort_by="sort_name", default=True, order=10, always=True,
        held_in="search_text"),
    FieldSpec("state", "State", "id", kind="text", filter=False, default=True, order=15, always=True,
        value=lambda record: state_of(_offer(record))[0], cell=lambda record: pill(*state_of(_offer(record)))),
    FieldSpec("product", "Product", "product__name", select=("product",), default=True, order=20),
    FieldSpec("family", "Product group", "family", order=21),
    FieldSpec("words", "What the customer reads", "words", order=22),
    FieldSpec("benefit", "Benefit", "benefit", kind="choice", choices=lambda: Benefit.choices, default=True, order=23,
        cell=lambda record: _offer(record).benefit_words),
    FieldSpec("benefit_value", "How much", "benefit_value", kind="number", order=24),
    FieldSpec("currency", "Currency", "currency", order=25),
    FieldSpec("margin_amount", "Margin of one", "margin_amount", kind="number", sort=True, default=True, order=30,
        cell=_one),
    FieldSpec("valid_from", "From", "valid_from", kind="date", order=40),
    FieldSpec("valid_until", "Until", "valid_until", kind="date", sort=True, default=True, order=41),
    FieldSpec("segment", "For the segment", "segment__name", select=("segment",), order=42),
    FieldSpec("given", "Given to", "id", kind="number", filter=False, default=True, order=50, along=read_figures,
        value=lambda record: _figures(record).given, help="People whose mail said it."),
    FieldSpec("taken", "Taken by", "id", kind="number", filter=False, default=True, order=51, along=read_figures,
        value=lambda record: _figures(record).taken, help="Those whose code came with an order."),
    FieldSpec("taken_rate", "Share", "id", kind="number", filter=False, default=True, order=52, along=read_figures,
        cell=_rate, value=lambda record: _figures(record).rate),
    FieldSpec("earned_amount", "Margin it brought", "id", kind="number", filter=False, default=True, order=53,
        along=read_figures, cell=_margin, value=lambda record: _figures(record).margin,
        stored="campaigns.offer.margin_amount", help="Of the orders with its codes; in the company's currency."),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), order=60),
    FieldSpec("created_at", "Made", "created_at", kind="date", order=61),
    FieldSpec("external_id", "External id", "external_id", order=70),
)  # fmt: skip


def was_offered(look_up: str, value: Any) -> Q:
    """Contacts that were given one of these offers; without any value: some offer, or none."""
    rows = GivenOffer.objects.filter(recipient__contact=OuterRef("pk"), recipient__state__in=GOT)
    return one_of(rows, "offer", look_up, value)


def took(look_up: str, value: Any) -> Q:
    """Contacts whose code of one of these offers came with an order."""
    rows = GivenOffer.objects.filter(
        recipient__contact=OuterRef("pk"), recipient__state__in=GOT, redemptions__verdict=Verdict.ACCEPTED
    )
    return one_of(rows, "offer", look_up, value)


CONTACT_OFFER_FIELDS = (
    FieldSpec("offered", "Was offered", "id", kind="choice", group="Campaigns", choices=offer_choices, column=False,
        order=115, condition=lambda end, value: was_offered("in", value), compare=was_offered,
        stored="campaigns.givenoffer.offer", help="By a mail of a campaign."),
    FieldSpec("took_offer", "Took the offer", "id", kind="choice", group="Campaigns", choices=offer_choices,
        column=False, order=116, condition=lambda end, value: took("in", value), compare=took,
        stored="campaigns.redemption.verdict", help="Its code came with an order."),
)  # fmt: skip

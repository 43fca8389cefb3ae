"""The fields of deals that lists, the board and filter trees can show, filter and sort by."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Sum, Value
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.related_totals import Total
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill
from pipeline.choices import ForecastCategory, Outcome
from pipeline.models import Deal, DealShare, Pipeline, Stage

WHOLE = 100
TONES = {Outcome.OPEN: "neutral", Outcome.WON: "good", Outcome.LOST: "bad"}


def pipeline_choices() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Pipeline.objects.values_list("pk", "name")]


def stage_choices() -> list[tuple[str, str]]:
    """Stages by pipeline; the pipeline's name with them where there are several."""
    rows = list(Stage.objects.order_by("pipeline__position", "position").values_list("pk", "name", "pipeline__name"))
    several = len({pipeline for _, _, pipeline in rows}) > 1
    return [(str(pk), f"{pipeline}: {name}" if several else name) for pk, name, pipeline in rows]


def reasons_in_use() -> list[tuple[str, str]]:
    """Reasons that some deal has, by name."""
    names = Deal.objects.exclude(reason="").order_by("reason").values_list("reason", flat=True).distinct()[:500]
    return [(name, name) for name in names]


def _deal(record: models.Model) -> Deal:
    return cast(Deal, record)


def _amount(record: models.Model) -> str:
    deal = _deal(record)
    return money(deal.amount, deal.currency) if deal.amount is not None else ""


def _outcome(record: models.Model) -> SafeString:
    deal = _deal(record)
    return pill(deal.get_outcome_display(), TONES[Outcome(deal.outcome)])


def _customer(record: models.Model) -> SafeString | str:
    deal = _deal(record)
    found = deal.organization or deal.contact
    return conditional_escape(str(found)) if found else ""


def _days_condition(end: str, value: Any) -> Q:
    """At least so many days in the stage means: since a day that lies that far back, or further."""
    day = company_today() - dt.timedelta(days=int(value))
    open_only = Q(outcome=Outcome.OPEN)
    looks = {"min": Q(stage_since__lte=day), "max": Q(stage_since__gte=day)}
    return open_only & looks.get(end, Q(stage_since=day))


def _days_compared(look_up: str, value: Any) -> Q:
    turned = {"gte": "lte", "gt": "lt", "lte": "gte", "lt": "gt", "exact": "exact"}
    try:
        day = company_today() - dt.timedelta(days=int(Decimal(str(value))))
    except (InvalidOperation, OverflowError, ValueError):
        return Q(pk=None)
    return Q(outcome=Outcome.OPEN) & Q(**{f"stage_since__{turned.get(look_up, look_up)}": day})


def _slipped(mark: str) -> Q:
    if mark != "yes":
        raise ValueError("The mark of slipped deals is “yes”.")
    return Q(outcome=Outcome.OPEN, archived_at=None, expected_on__lt=company_today())


def _counts_for(end: str, value: Any) -> Q:
    """Of the owner, as far as it is not all shared out, and of who has a share: as performance and forecast count."""
    parts = DealShare.objects.order_by().values("deal")
    given_away = parts.annotate(given=Sum("percent")).filter(given__gte=WHOLE).values("deal")
    return Q(owner=value) & ~Q(pk__in=given_away) | Q(pk__in=parts.filter(user=value))


def is_rotting(today: dt.date) -> Q:
    """Longer in its stage than the stage expects; of open deals."""
    latest = ExpressionWrapper(Value(today) - F("stage__expected_days"), models.DateField())
    return Q(stage__expected_days__isnull=False, stage_since__lt=latest)


def _rotting(mark: str) -> Q:
    if mark != "yes":
        raise ValueError("The mark of rotting deals is “yes”.")
    return Q(outcome=Outcome.OPEN, archived_at=None) & is_rotting(company_today())


DEAL_FIELDS = (
    FieldSpec(
        "title", "Deal", "title", filter=False, in_trees=True, sort=True, sort_by="sort_name", default=True, order=10,
        always=True, held_in="search_text",
    ),
    FieldSpec(
        "customer", "Customer", "organization__name", filter=False, default=True, order=20,
        select=("organization", "contact"), cell=_customer, value=lambda deal: str(_customer(deal)), always=True,
    ),
    FieldSpec(
        "organization", "Organization", "organization__name", select=("organization",), order=21, column=False,
        unseen=UNSEEN_ORGANIZATION, held_in="organization__search_text",
    ),
    FieldSpec(
        "person", "Person", "contact__name", select=("contact",), order=22, column=False,
        stored="pipeline.deal.contact", unseen=UNSEEN_CONTACT, held_in="contact__search_text",
        also=("contact_external_id",),
    ),
    FieldSpec("pipeline", "Pipeline", "pipeline", kind="choice", choices=pipeline_choices, order=30, always=True,
        select=("pipeline",), cell=lambda deal: conditional_escape(_deal(deal).pipeline.name),
        value=lambda deal: _deal(deal).pipeline.name),
    FieldSpec(
        "stage", "Stage", "stage", kind="choice", choices=stage_choices, default=True, order=31, always=True,
        select=("stage",), cell=lambda deal: conditional_escape(_deal(deal).stage.name),
        value=lambda deal: _deal(deal).stage.name,
    ),
    FieldSpec(
        "outcome", "Stands", "outcome", kind="choice", choices=lambda: Outcome.choices, default=True, order=32,
        always=True, cell=_outcome,
    ),
    FieldSpec(
        "amount", "Amount", "amount", kind="money", cell=_amount, default=True, order=40,
        covers=("pipeline.deal.base_amount", "pipeline.dealline.amount", "pipeline.dealline.unit_price",
                "pipeline.dealline.discount", "pipeline.stagechange.base_amount"),
    ),
    FieldSpec("currency", "Currency", "currency", order=41),
    FieldSpec(
        "base_amount", "In our currency", "base_amount", kind="money", order=42, stored="pipeline.deal.amount",
        help="At the rate of the closing day; open deals at today's, without an amount at the list price.",
    ),
    FieldSpec("expected_on", "Expected close", "expected_on", kind="date", sort=True, default=True, order=50,
        cell=lambda deal: full_day(_deal(deal).expected_on)),
    FieldSpec("opened_on", "Opened", "opened_on", kind="date", order=51,
        cell=lambda deal: full_day(_deal(deal).opened_on)),
    FieldSpec("closed_on", "Closed", "closed_on", kind="date", sort=True, order=52,
        cell=lambda deal: full_day(_deal(deal).closed_on)),
    FieldSpec("added_on", "Added here", "created_at", kind="date", filter=False, in_trees=True, sort=True, order=53),
    FieldSpec("stage_since", "In its stage since", "stage_since", kind="date", filter=False, order=54,
        cell=lambda deal: full_day(_deal(deal).stage_since)),
    FieldSpec(
        "days_in_stage", "Days in stage", "stage_since", kind="number", column=False, order=55,
        condition=_days_condition, compare=_days_compared, help="Of open deals.",
    ),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=60,
        also=("owner_email", "owner_name")),
    FieldSpec("shared_with", "Shared with", "shares__user", kind="person", column=False, order=60),
    FieldSpec(
        "counts_for", "Counts for", "owner", kind="record", column=False, order=83, condition=_counts_for,
        help="Their own deals, and those of which they have a share.",
    ),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=61),
    FieldSpec("product", "Product", "product__name", select=("product",), order=62, stored="pipeline.deal.product",
        also=("product_external_id",)),
    FieldSpec("source", "Source", "source", order=63),
    FieldSpec(
        "forecast_category", "Rep's forecast", "forecast_category", kind="choice",
        choices=lambda: ForecastCategory.choices, order=64,
    ),
    FieldSpec("reason", "Reason", "reason", kind="choice", choices=reasons_in_use, order=65, also=("loss_reason",)),
    FieldSpec("next_step", "Next step", "next_step", order=66),
    FieldSpec("next_step_on", "Next step by", "next_step_on", kind="date", order=67),
    FieldSpec("competitor", "Competitor", "competitors__name", column=False, order=68),
    FieldSpec("external_id", "External id", "external_id", order=70, searched=True, held_in="search_text"),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=80, always=True,
        condition=lambda end, value: Q(contact=value) | Q(organization=value)),
    FieldSpec("slipped", "Slipped", "expected_on", kind="mark", mark=_slipped, words=lambda mark: "yes", column=False,
        order=81, help="Open, and the expected day has passed."),
    FieldSpec("rotting", "Rotting", "stage_since", kind="mark", mark=_rotting, words=lambda mark: "yes", column=False,
        order=82, help="Longer in its stage than the stage expects."),
    FieldSpec("state", "State", "archived_at", kind="state", column=False, order=90, always=True),
)  # fmt: skip


def _of_deals(name: str, label: str, measure: str, outcome: str) -> FieldSpec:
    """A figure of the deals in which a contact is the person or the organization, for filter trees."""
    is_money = measure == "sum"
    return FieldSpec(
        name, label, "pk", kind="money" if is_money else "number", group="Deals", column=False, filter=False, order=92,
        stored="pipeline.deal.amount" if is_money else "pipeline.deal.opened_on",
        total=Total(
            "pipeline.deal", "organization", measure, "opened_on", "base_amount" if is_money else "",
            (("outcome", outcome), ("archived_at", None)),
        ),
    )  # fmt: skip


CONTACT_FIELDS = (
    _of_deals("open_deals", "Open deals", "count", Outcome.OPEN),
    _of_deals("open_deals_sum", "Open deals, worth", "sum", Outcome.OPEN),
    _of_deals("won_deals", "Won deals", "count", Outcome.WON),
)

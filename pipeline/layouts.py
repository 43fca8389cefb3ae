"""What can be arranged of deals: their form, and the right side of their page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from crm.catalogue import panels_of
from crm.company import company_today, current_company
from crm.languages.words import in_words, translated
from crm.layouts.facts import TEMPLATE, Drawn, Fact, blocks_of, draw_groups, record_link
from crm.layouts.forms import form_place
from crm.layouts.places import Block, LayoutPlace
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import person
from pipeline.forms import DealForm
from pipeline.models import Deal

LABEL = "pipeline.deal"


def _quiet(words: str) -> SafeString:
    return format_html('<span class="ink-3">{}</span>', words)


def _next_step(deal: Deal) -> Drawn:
    if not deal.next_step:
        return _quiet(gettext("none yet"))
    by_when = _quiet(" " + in_words("by %(day)s", day=full_day(deal.next_step_on))) if deal.next_step_on else ""
    return format_html("{}{}", deal.next_step, by_when)


def _amount(deal: Deal) -> Drawn:
    return _quiet(gettext("not known")) if deal.amount is None else money(deal.amount, deal.currency)


def _has_other_worth(deal: Deal) -> bool:
    return deal.amount is None or deal.currency != current_company().currency


def _in_base(deal: Deal) -> Drawn:
    if deal.base_amount is None:
        return gettext("no list price") if deal.amount is None else gettext("no exchange rate for that day")
    note = _quiet(" " + gettext("at list price")) if deal.amount is None else ""
    return format_html("{}{}", money(deal.base_amount, current_company().currency), note)


def _expected_on(deal: Deal) -> Drawn:
    if not deal.expected_on:
        return _quiet(gettext("not known"))
    passed = (
        format_html(' <span class="tone-warn">{}</span>', gettext("passed")) if deal.is_slipped(company_today()) else ""
    )
    return format_html("{}{}", full_day(deal.expected_on), passed)


def _owner(deal: Deal) -> Drawn:
    who = person(deal.owner.name) if deal.owner else gettext("nobody")
    return format_html("{}{}", who, _quiet(f" · {deal.team}") if deal.team else "")


def _is_open(deal: Deal) -> bool:
    return deal.is_open


FACTS: dict[str, Fact] = {
    "next_step": Fact(_("Next step"), _next_step, ("next_step", "next_step_on"), when=_is_open),
    "organization": Fact(
        _("Organization"), lambda deal: record_link(deal.organization) or _quiet(gettext("none")), ("organization",)
    ),
    "contact": Fact(_("Person"), lambda deal: record_link(deal.contact) or _quiet(gettext("nobody yet")), ("contact",)),
    "amount": Fact(_("Amount"), _amount, ("amount", "currency"), shows=("amount",)),
    "base_amount": Fact(_("In our currency"), _in_base, shows=("amount",), when=_has_other_worth),
    "product": Fact(_("Product"), lambda deal: record_link(deal.product) or _quiet(gettext("none")), ("product",)),
    "expected_on": Fact(_("Expected close"), _expected_on, ("expected_on",), when=_is_open),
    "opened_on": Fact(_("Opened"), lambda deal: full_day(deal.opened_on) if deal.opened_on else "", ("opened_on",)),
    "closed_on": Fact(_("Closed"), lambda deal: full_day(deal.closed_on) if deal.closed_on else ""),
    "reason": Fact(_("Reason"), lambda deal: deal.reason),
    "owner": Fact(_("Owner"), _owner, ("owner", "team"), shows=("owner",)),
    "forecast_category": Fact(
        _("Rep's forecast"),
        lambda deal: translated(deal.get_forecast_category_display()),
        ("forecast_category",),
        when=_is_open,
    ),
    "source": Fact(_("Source"), lambda deal: deal.source or _quiet(gettext("not known")), ("source",)),
    "external_id": Fact(_("External id"), lambda deal: deal.external_id or "", ("external_id",)),
}


def side_blocks() -> tuple[Block, ...]:
    """The facts, the custom fields, and the parts beside them."""
    return blocks_of(FACTS, LABEL, [Block(panel.label, panel=panel.name) for panel in panels_of(LABEL, "side")])


def draw_facts(request: HttpRequest, record: models.Model, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Each group with the facts of the deal."""
    user = cast(SignedInRequest, request).user
    return draw_groups(user, record, blocks, FACTS, reverse("pipeline:deal_fact", args=[record.pk]))


FORM = form_place(DealForm, LABEL, "Form of deals", needed=("title", "stage", "currency", "opened_on"))
SIDE = LayoutPlace(LABEL, "side", "Right side of a deal’s page", side_blocks, draw_facts, TEMPLATE)
LAYOUTS = (FORM, SIDE)

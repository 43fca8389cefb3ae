"""Rung of loyalty, strategy and tenth of value as fields of contacts: lists, filters, segments, reports, files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.choices import Rung, Strategy
from analytics.models import LadderScore, StrategyScore
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import pill

GROUP = "Worth"
RUNG_TONES: dict[str, str] = {
    Rung.SUSPECT: "neutral", Rung.PROSPECT: "neutral", Rung.CUSTOMER: "accent", Rung.CLIENT: "accent",
    Rung.SUPPORTER: "good", Rung.ADVOCATE: "good",
}  # fmt: skip
STRATEGY_TONES: dict[str, str] = {
    Strategy.START: "accent", Strategy.PROTECT: "good", Strategy.ENHANCE: "good", Strategy.REENGINEER: "warn",
    Strategy.HARVEST: "neutral", Strategy.END: "bad", Strategy.WIN_BACK: "warn",
}  # fmt: skip


def ladder_of(contact: Any) -> LadderScore | None:
    """The rung of a contact, None where it has none."""
    try:
        found: LadderScore = contact.ladder
    except ObjectDoesNotExist:
        return None
    return found


def rung_cell(contact: Any) -> str:
    found = ladder_of(contact)
    return pill(found.get_rung_display(), RUNG_TONES.get(found.rung, "neutral")) if found else NOTHING


def strategy_of(contact: Any) -> StrategyScore | None:
    """The strategy of a contact, None where it has none."""
    try:
        found: StrategyScore = contact.strategy
    except ObjectDoesNotExist:
        return None
    return found


def strategy_cell(contact: Any) -> str:
    found = strategy_of(contact)
    tone = STRATEGY_TONES.get(found.strategy, "neutral") if found else ""
    return pill(found.get_strategy_display(), tone, "", f"Rule: {found.rule}") if found else NOTHING


PORTFOLIO_FIELDS = (
    FieldSpec(
        "ladder", "Rung of loyalty", "ladder__rung", kind="choice", choices=lambda: Rung.choices, cell=rung_cell,
        group=GROUP, order=29, select=("ladder",), is_score=True,
        covers=("analytics.ladderscore.evidence", "analytics.ladderscore.evidence_on", "analytics.ladderscore.count"),
        help="Suspect, prospect, customer, client, supporter, advocate: the highest reached.",
    ),
    FieldSpec(
        "strategy", "Strategy", "strategy__strategy", kind="choice", choices=lambda: Strategy.choices,
        cell=strategy_cell, group=GROUP, order=29, select=("strategy",), is_score=True,
        covers=("analytics.strategyscore.rule", "analytics.strategyscore.because"),
        help="By the first rule of the table of strategies that fits.",
    ),
    FieldSpec(
        "value_tenth", "Tenth of value", "strategy__value_tenth", kind="number", group=GROUP, order=29,
        select=("strategy",), is_score=True, covers=("analytics.strategyscore.value",),
        help="Among all customers by lifetime value, or else revenue: 10 is the top tenth.",
    ),
)  # fmt: skip

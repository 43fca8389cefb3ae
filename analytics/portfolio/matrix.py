"""Strategies by value: how many contacts each cell holds, what they are worth, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from analytics.choices import Strategy
from analytics.models import ModelRun, StrategyRule, StrategyScore
from analytics.portfolio.queries import contacts_url
from analytics.portfolio.specs import STRATEGY_TONES
from analytics.portfolio.words import rule_in_words
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.models import User
from crm.templatetags.figures import plural, short_money

CLASSES = (("Top tenth", 10, 10), ("Upper fifth", 8, 9), ("Middle", 4, 7), ("Lower", 1, 3))
"""Classes of value: label, first and last tenth."""
NO_VALUE = "Not bought yet"
HEAT_LEVELS = 6
MEANINGS: dict[str, str] = {
    Strategy.START: "begin a relationship: prospects worth winning, and those who have just bought",
    Strategy.PROTECT: "keep the best from others: a personal contact, the first word of what is new",
    Strategy.ENHANCE: "sell more and better: cross-sell, up-sell, membership",
    Strategy.REENGINEER: "worth keeping, too dear to serve: cheaper channels, other terms",
    Strategy.HARVEST: "take what comes without spending on it",
    Strategy.END: "let go: no offers, no visits, prices that cover the cost",
    Strategy.WIN_BACK: "were worth much and went quiet: ask why, and make an offer",
}


@dataclass(frozen=True)
class Cell:
    """Contacts of one strategy in one class of value, their value in the company's currency, and the list of them."""

    count: int
    value: float
    money: str
    title: str
    level: int | None
    url: str


@dataclass(frozen=True)
class StrategyRow:
    name: str
    label: str
    tone: str
    meaning: str
    cells: list[Cell]
    total: Cell


def matrix(user: User, *, currency: str, shows_value: bool) -> list[StrategyRow]:
    """A row for each strategy, of the contacts that the person sees; in one column where their value is hidden."""
    rows = StrategyScore.objects.visible_to(user).order_by().values("strategy", "value_tenth")
    found: dict[tuple[str, int | None], tuple[int, float]] = {
        (one["strategy"], one["value_tenth"]): (one["count"], float(one["total"] or 0))
        for one in rows.annotate(count=Count("pk"), total=Sum("value"))
    }
    spans: list[tuple[int | None, int | None]] = [(low, high) for _, low, high in CLASSES]
    spans = [*spans, (None, None)] if shows_value else []
    most = max((_sum(found, name, *span)[0] for name in Strategy.values for span in spans), default=0)
    shown = _Shown(currency if shows_value else "", most)
    return [
        StrategyRow(
            name, label, STRATEGY_TONES[name], MEANINGS[name],
            [shown.cell(label, *_sum(found, name, *span), _span_url(name, *span)) for span in spans],
            shown.cell(label, *_all(found, name), contacts_url(strategy=name)),
        )
        for name, label in Strategy.choices
    ]  # fmt: skip


def columns() -> list[str]:
    return [*(label for label, *_ in CLASSES), NO_VALUE]


def rule_rows(run: ModelRun) -> list[dict[str, Any]]:
    """The rules in their order, in words."""
    return [
        {
            "rule": rule,
            "words": rule_in_words(rule),
            "tone": STRATEGY_TONES[rule.strategy],
            "missing": _missing(rule, run),
        }
        for rule in StrategyRule.objects.order_by("position")
    ]


def _missing(rule: StrategyRule, run: ModelRun) -> str:
    """What a rule asks for and the run did not know; then it fits nobody."""
    known = run.parameters
    asked = {"churn": ("chance_from", "chance_to"), "cost_to_serve": ("cost_from", "cost_to")}
    words = {"churn": "the chance to leave", "cost_to_serve": "the cost to serve"}
    found = [
        words[name]
        for name, fields in asked.items()
        if not known.get(name) and any(getattr(rule, field) is not None for field in fields)
    ]
    return " and ".join(found)


@dataclass(frozen=True)
class _Shown:
    currency: str
    most: int

    def cell(self, label: str, count: int, value: float, url: str) -> Cell:
        money = short_money(value, self.currency) if self.currency and value else ""
        title = f"{label}: {plural(count, 'contact')}" + (f", {money}" if money else "")
        # the root spreads the few large counts and the many small ones over the colours
        level = max(1, round(HEAT_LEVELS * (count / self.most) ** 0.5)) if count and self.most >= count else None
        return Cell(count, value, money, title, level, url)


def _sum(found: dict[tuple[str, int | None], tuple[int, float]], name: str, low: Any, high: Any) -> tuple[int, float]:
    tenths = [None] if low is None else range(low, high + 1)
    cells = [found.get((name, tenth), (0, 0.0)) for tenth in tenths]
    return sum(count for count, _ in cells), sum(value for _, value in cells)


def _all(found: dict[tuple[str, int | None], tuple[int, float]], name: str) -> tuple[int, float]:
    cells = [one for (strategy, _), one in found.items() if strategy == name]
    return sum(count for count, _ in cells), sum(value for _, value in cells)


def _span_url(name: str, low: int | None, high: int | None) -> str:
    if low is None:
        return contacts_url(strategy=name, **{FILTER: as_text(Condition("value_tenth", "empty"))})
    return contacts_url(strategy=name, value_tenth_min=low, value_tenth_max=high)

"""Why a customer is likely to leave or to stay, in words a colleague would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.company import current_company
from crm.templatetags.figures import money, number, plain_number, plural

MONEY = ("money_90", "money_365", "mean_purchase", "subscription_monthly")
COUNTS = {
    "purchases": ("bought {} so far", "time"),
    "purchases_30": ("bought {} in 30 days", "time"),
    "purchases_90": ("bought {} in 90 days", "time"),
    "purchases_180": ("bought {} in 180 days", "time"),
    "purchases_365": ("bought {} in a year", "time"),
    "tenure": ("{} since the first purchase", "day"),
    "returns_365": ("{} in a year", "return"),
    "families_365": ("bought from {} in a year", "family"),
    "channels": ("{} used", "channel"),
    "interactions_90": ("{} in 90 days", "interaction"),
    "interactions_365": ("{} in a year", "interaction"),
    "inbound_365": ("came to us in {} in a year", "interaction"),
    "gap": ("usually {} between purchases", "day"),
}


@dataclass(frozen=True)
class Reason:
    """What speaks for leaving (`raises`) or against it; `weight` is its share of the strongest one, 0 to 1."""

    text: str
    raises: bool
    weight: float


def reasons_in_words(
    stored: Sequence[Sequence[Any]], labels: Mapping[str, str], *, is_by_label: bool = False
) -> list[Reason]:
    """The stored reasons of a score, [name, value, log-odds, usual value], the strongest first. By a label they are
    fields of the house under the names that it gave them, though one may be called like a feature of the orders.
    """
    words = _of_field if is_by_label else _sentence
    most = max((abs(one[2]) for one in stored), default=1.0) or 1.0
    return [
        Reason(words(one[0], one[1], one[3] if len(one) > 3 else None, labels), one[2] > 0, abs(one[2]) / most)
        for one in stored
    ]


def _as_begun(label: str) -> str:
    """A label within a sentence: `Mean purchase` becomes `mean purchase`, an abbreviation stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _of_field(name: str, value: Any, usual: Any, labels: Mapping[str, str]) -> str:
    label = labels.get(name, name)
    return f"{label}: not known" if value is None else _labelled(label, name, value)


def _sentence(name: str, value: Any, usual: Any, labels: Mapping[str, str]) -> str:
    label = _as_begun(labels.get(name, name))
    if value is None:
        return "has bought once only: no usual gap is known" if name in ("gap", "overdue") else f"{label}: not known"
    if name == "recency":
        return f"{plural(value, 'day')} without a purchase" + (f" (usual {number(usual)})" if usual else "")
    if name == "overdue":
        return f"without a purchase for {number(value, 1)} times the usual gap" + (
            f" of {plural(round(usual), 'day')}" if usual else ""
        )
    if name == "trend":
        return f"the last 90 days at {number(100 * value)} % of the year’s pace"
    if name == "returned_share":
        return f"{number(100 * value)} % of the money came back"
    if name in COUNTS:
        pattern, one = COUNTS[name]
        return pattern.format(plural(round(value), one, "families" if one == "family" else ""))
    return _labelled(label, name, value)


def _labelled(label: str, name: str, value: Any) -> str:
    if name in MONEY:
        return f"{label}: {money(value, current_company().currency)}"
    return f"{label}: {plain_number(round(value, 2)) if isinstance(value, (int, float)) else value}"

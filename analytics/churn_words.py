"""Why a customer is likely to leave or to stay, in words a colleague would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from crm.company import current_company
from crm.languages.words import in_words, translated
from crm.templatetags.figures import money, number, plain_number, plural

MONEY = ("money_90", "money_365", "mean_purchase", "subscription_monthly")
COUNTS = {
    "purchases": (_("bought {} so far"), "time"),
    "purchases_30": (_("bought {} in 30 days"), "time"),
    "purchases_90": (_("bought {} in 90 days"), "time"),
    "purchases_180": (_("bought {} in 180 days"), "time"),
    "purchases_365": (_("bought {} in a year"), "time"),
    "tenure": (_("{} since the first purchase"), "day"),
    "returns_365": (_("{} in a year"), "return"),
    "families_365": (_("bought from {} in a year"), "family"),
    "channels": (_("{} used"), "channel"),
    "interactions_90": (_("{} in 90 days"), "interaction"),
    "interactions_365": (_("{} in a year"), "interaction"),
    "inbound_365": (_("came to us in {} in a year"), "interaction"),
    "gap": (_("usually {} between purchases"), "day"),
}


@dataclass(frozen=True)
class Reason:
    """What speaks for leaving (`raises`) or against it; `weight` is its share of the strongest one, 0 to 1. Where not
    `is_known`, it tells that a value is missing."""

    text: str
    raises: bool
    weight: float
    is_known: bool = True


def reasons_in_words(
    stored: Sequence[Sequence[Any]], labels: Mapping[str, str], *, is_by_label: bool = False
) -> list[Reason]:
    """The stored reasons of a score, [name, value, log-odds, usual value], the strongest first. By a label they are
    fields of the house under the names that it gave them, though one may be called like a feature of the orders.
    """
    words = _of_field if is_by_label else _sentence
    most = max((abs(one[2]) for one in stored), default=1.0) or 1.0
    return [
        Reason(
            words(one[0], one[1], one[3] if len(one) > 3 else None, labels),
            raises=one[2] > 0,
            weight=abs(one[2]) / most,
            is_known=one[1] is not None,
        )
        for one in stored
    ]


def _as_begun(label: str) -> str:
    """A label within a sentence: `Mean purchase` becomes `mean purchase`, an abbreviation stays."""
    return label[:1].lower() + label[1:] if get_language() != "de" and label[1:2].islower() else label


def _of_field(name: str, value: Any, usual: Any, labels: Mapping[str, str]) -> str:
    label = translated(labels.get(name, name))
    return in_words("%(label)s: not known", label=label) if value is None else _labelled(label, name, value)


def _sentence(name: str, value: Any, usual: Any, labels: Mapping[str, str]) -> str:
    label = _as_begun(translated(labels.get(name, name)))
    if value is None:
        unknown = in_words("%(label)s: not known", label=label)
        return gettext("has bought once only: no usual gap is known") if name in ("gap", "overdue") else unknown
    if name == "recency":
        names = {"days": plural(value, "day"), "usual": number(usual)}
        said = (
            gettext("%(days)s without a purchase (usual %(usual)s)")
            if usual
            else gettext("%(days)s without a purchase")
        )
        return said % names
    if name == "overdue":
        names = {"times": number(value, 1), "gap": plural(round(usual or 0), "day")}
        if usual:
            return gettext("without a purchase for %(times)s times the usual gap of %(gap)s") % names
        return gettext("without a purchase for %(times)s times the usual gap") % names
    if name == "trend":
        return in_words("the last 90 days at %(share)s %% of the year’s pace", share=number(100 * value))
    if name == "returned_share":
        return in_words("%(share)s %% of the money came back", share=number(100 * value))
    if name in COUNTS:
        pattern, one = COUNTS[name]
        return translated(pattern).format(plural(round(value), one, "families" if one == "family" else ""))
    return _labelled(label, name, value)


def _labelled(label: str, name: str, value: Any) -> str:
    if name in MONEY:
        return f"{label}: {money(value, current_company().currency)}"
    return f"{label}: {plain_number(round(value, 2)) if isinstance(value, (int, float)) else value}"

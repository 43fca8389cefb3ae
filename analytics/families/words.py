"""Why a customer is likely to buy a family, or not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analytics.churn_words import Reason
from crm.company import current_company
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import money, number, percent, plural

SINCE, YEAR = "since:", 365
BOUGHT, MONEY, PRODUCT = "orders.order.ordered_on", "orders.order.base_amount", "orders.orderline.product"


def reasons_for(stored: Sequence[Sequence[Any]], user: User) -> list[Reason]:
    """The stored reasons in words, the strongest first, without those that tell what is hidden from the person."""
    most = max((abs(size) for _, _, size in stored), default=1.0) or 1.0
    return [
        Reason(in_words(name, value), raises=size > 0, weight=abs(size) / most, is_known=value is not None)
        for name, value, size in stored
        if not _is_hidden(name, user)
    ]


def _is_hidden(name: str, user: User) -> bool:
    if name == "money_365":
        return hides(user, MONEY)
    about_products = name.startswith(("own_", SINCE)) or name == "families_365"
    return hides(user, BOUGHT) or (about_products and hides(user, PRODUCT))


def in_words(name: str, value: Any) -> str:
    """A fact of a customer as a sentence: `never bought it`, `bought Glass 3 times in a year`."""
    if name.startswith(SINCE):
        family = name.removeprefix(SINCE)
        return f"bought {family} {_days(value)} ago" if value < YEAR else f"did not buy {family} within a year"
    return UNKNOWN.get(name, "not known") if value is None else SENTENCES[name](value)


def _times(what: str, value: Any) -> str:
    return f"{what} {plural(round(value), 'time')} in a year" if value else f"{what} not once in a year"


def _days(value: Any) -> str:
    return plural(round(value), "day")


UNKNOWN = {
    "own_recency": "never bought it",
    "own_due": "has not bought it twice: no usual gap is known",
    "overdue": "has bought once only: no usual gap is known",
}
SENTENCES: dict[str, Callable[[Any], str]] = {
    "own_recency": lambda value: f"bought it {_days(value)} ago",
    "own_days": lambda value: f"bought it {plural(round(value), 'time')} so far" if value else "never bought it",
    "own_days_365": lambda value: _times("bought it", value),
    "own_share": lambda value: f"it is in {percent(value)} of the purchases of a year",
    "own_due": lambda value: f"bought it last {number(value, 1)} times the usual gap ago",
    "recency": lambda value: f"{_days(value)} without any purchase",
    "purchases_365": lambda value: f"bought anything {plural(round(value), 'time')} in a year",
    "overdue": lambda value: f"without any purchase for {number(value, 1)} times the usual gap",
    "tenure": lambda value: f"{_days(value)} since the first purchase",
    "money_365": lambda value: f"spent {money(value, current_company().currency)} in a year",
    "families_365": lambda value: f"bought from {plural(round(value), 'family', 'families')} in a year",
}

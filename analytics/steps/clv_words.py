"""What a run of customer lifetime value has to say in words: where an assumption fails, and why figures are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm.company import current_company
from crm.templatetags.figures import full_day, number, percent, plural, short_money

if TYPE_CHECKING:
    import datetime as dt

    from analytics.models import ModelRun

FEW_REPEATERS = 100
STRONG_CORRELATION = 0.3
LARGE_ERROR = 0.2
LARGE_PART = 0.3
LARGE_RETURNS = 0.02


@dataclass(frozen=True)
class Found:
    """What the sentences rest on."""

    as_of: dt.date
    customers: int
    repeaters: int
    without_rate: int
    later_orders: int
    return_share: float
    correlation: float | None
    largest_purchases: float  # shares of the largest customer
    largest_value: float
    all_alike: bool
    margin: float
    seen: Mapping[str, Any] | None  # of clv_figures.seen


def sentences(
    found: Found, refusals: Sequence[str], edges: Sequence[str], holdout: Mapping[str, Any] | None
) -> list[str]:
    """Sentences for people, the gravest first. `refusals`: why a model could not be fitted."""
    said = _thin(found, refusals)
    said += [f"At the edge of the model: {edge}" for edge in edges]
    said += _assumptions(found)
    said += _holdout(found, holdout, has_fit=not refusals)
    said += _data(found)
    return said


def _thin(found: Found, refusals: Sequence[str]) -> list[str]:
    if not found.customers:
        return [f"No customer has a purchase up to {full_day(found.as_of)}, so there is nothing to forecast."]
    said = []
    if found.customers == 1:
        said.append("Only one customer has a purchase: one history says nothing about others, so nothing is forecast.")
    else:
        said += refusals
        said += _seen(found) if refusals else []
    if not refusals and found.repeaters < FEW_REPEATERS:
        said.append(
            f"Only {plural(found.repeaters, 'customer has', 'customers have')} bought on more than one day: "
            "the forecast is rough."
        )
    if found.customers > 1 and found.all_alike:
        said.append("All customers have the same history: what they have in common is known, how they differ is not.")
    return said


def _seen(found: Found) -> list[str]:
    """Instead of a forecast, what the customers did so far."""
    seen = found.seen
    if not seen or not found.repeaters:
        return []
    share, between = percent(seen["share"]), f"{percent(seen['low'])} to {percent(seen['high'])}"
    words = f"Seen so far: {number(found.repeaters)} of {plural(found.customers, 'customer')} came back"
    words += f" ({share}; for customers like these {between})"
    if seen["days_between"]:
        words += f", on average {plural(round(seen['days_between']), 'day')} after the purchase before"
    if seen["repeat_value"] is not None:
        words += f", and brought {short_money(seen['repeat_value'], current_company().currency)} on such a day"
    return [f"{words}."]


def _assumptions(found: Found) -> list[str]:
    said = []
    if found.correlation is not None and abs(found.correlation) >= STRONG_CORRELATION:
        more = "more" if found.correlation > 0 else "less"
        said.append(
            f"Customers who buy more often spend {more} each time (correlation {number(found.correlation, 2)}). The "
            "forecast takes the two as independent of each other: read the value of a single customer with care."
        )
    if found.customers > 1 and found.largest_purchases >= LARGE_PART:
        said.append(
            f"One customer makes {percent(found.largest_purchases)} of all purchases: the figures of all lean on it."
        )
    if found.customers > 1 and found.largest_value >= LARGE_PART:
        said.append(f"One customer holds {percent(found.largest_value)} of the value of all: the total hangs on it.")
    if found.margin <= 0:
        said.append("The purchases cost as much as they bring, or more: more of them are worth nothing or less.")
    return said


def _holdout(found: Found, holdout: Mapping[str, Any] | None, *, has_fit: bool) -> list[str]:
    if not has_fit:
        return []
    if holdout is None:
        return ["The history is too short or too thin to be tested: no part of it could be held out."]
    error = holdout["models"][0]["error"]
    if error is not None and abs(error) > LARGE_ERROR:
        side = "more" if error > 0 else "fewer"
        expected = f"In the test the model expected {percent(abs(error))} {side} purchases than were made"
        return [f"{expected}: customers do not buy at a steady rate, or something changed."]
    return []


def _data(found: Found) -> list[str]:
    said = []
    if found.return_share > LARGE_RETURNS:
        said.append(
            f"Returns take off {percent(found.return_share)} of what was bought. They lower the profit to date; "
            "the forecast counts purchases before returns."
        )
    if found.without_rate:
        orders = plural(found.without_rate, "order is", "orders are")
        said.append(
            f"{orders} in a currency without an exchange rate: counted as purchases, but left out of the money. "
            "Enter the rate under Administration and run this again."
        )
    if found.later_orders:
        orders = plural(found.later_orders, "order is", "orders are")
        said.append(f"{orders} dated in the future and left out.")
    return said


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    figures, currency = run.metrics, current_company().currency
    lines = [f"{plural(figures['customers'], 'customer')}, {number(figures['repeat_customers'])} of them came back."]
    if figures.get("total_clv") is not None:
        low, high = figures.get("total_clv_low"), figures.get("total_clv_high")
        worth, months = short_money(figures["total_clv"], currency), plural(run.parameters["months"], "month")
        ends = f"{short_money(low, currency)} to {short_money(high, currency)}"
        lines.append(f"Together they are worth {worth} in the next {months} ({ends}).")
    return [*lines, *figures.get("sentences", ())]

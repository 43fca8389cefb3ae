"""What an alert rests on and what is to be done, in sentences."""

from __future__ import annotations

import datetime as dt

from analytics.choices import AlertKind
from analytics.models import SellAlert
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import days, full_day, number, percent

KIND_TONES: dict[str, str] = {
    AlertKind.CROSS: "accent",
    AlertKind.UP: "accent",
    AlertKind.SWITCH: "accent",
    AlertKind.DRIFT: "warn",
    AlertKind.MARGIN: "warn",
}
KIND_ICONS: dict[str, str] = {
    AlertKind.CROSS: "bag",
    AlertKind.UP: "arrow-up-right",
    AlertKind.SWITCH: "shuffle",
    AlertKind.DRIFT: "hourglass-split",
    AlertKind.MARGIN: "graph-down",
}
COST = "orders.product.unit_cost"


def evidence_of(alert: SellAlert, user: User | None) -> str:
    """Why this customer is told of; costs stay out of it for whom they are hidden from."""
    return {
        AlertKind.CROSS: _cross,
        AlertKind.UP: _up,
        AlertKind.SWITCH: _switch,
        AlertKind.DRIFT: _drift,
        AlertKind.MARGIN: _margin,
    }[AlertKind(alert.kind)](alert, hides(user, COST))


def advice_of(alert: SellAlert) -> str:
    """What to do, and what it would bring."""
    if alert.kind == AlertKind.DRIFT:
        return "Call and ask how it went. What they bring in a year, times the chance that they have left, is at stake."
    if alert.kind == AlertKind.MARGIN:
        return (
            "Look at what was discounted before the next offer. What a year at the margin of before would leave more, "
            "times the chance that the fall is no accident, is at stake."
        )
    return (
        "Offer it when you next talk. What it usually brings, times the chance that they take it, is what it is worth."
    )


def _has(alert: SellAlert) -> str:
    return str(alert.instead_of) if alert.instead_of_id else "something of ours"


def _cross(alert: SellAlert, hides_cost: bool) -> str:
    share, both, buyers = alert.facts("share", 0), alert.facts("both", 0), alert.facts("buyers", 0)
    return (
        f"Has {_has(alert)}, last bought {_day(alert)}. Of {number(buyers)} customers who have it, {number(both)}"
        f" ({percent(share)}) have {alert.product}, too: {alert.facts('lift', 0):.1f} times as many as of all customers"
        f" (95 % interval {alert.facts('low', 0):.1f} to {alert.facts('high', 0):.1f})."
    )


def _up(alert: SellAlert, hides_cost: bool) -> str:
    return (
        f"Bought {_has(alert)} {number(alert.facts('times', 0))} times in a year. {_went_on(alert)}, which costs"
        f" {percent(alert.facts('ratio', 1) - 1)} more."
    )


def _switch(alert: SellAlert, hides_cost: bool) -> str:
    leaves = (
        "and leaves us more"
        if hides_cost
        else f"and leaves us {percent(alert.facts('margin', 0))} of its price instead of"
        f" {percent(alert.facts('margin_was', 0))}"
    )
    return (
        f"Bought {_has(alert)} {number(alert.facts('times', 0))} times in a year. {alert.product} costs about the same"
        f" {leaves}. {_went_on(alert)}."
    )


def _drift(alert: SellAlert, hides_cost: bool) -> str:
    return (
        f"Usually buys every {days(int(alert.facts('gap', 0)))}, last {_day(alert)}: quiet for"
        f" {days(int(alert.facts('quiet', 0)))}. Nine in ten of this customer's own pauses would have ended within"
        f" {days(int(alert.facts('limit', 0)))}."
    )


def _margin(alert: SellAlert, hides_cost: bool) -> str:
    if hides_cost:
        return "What they buy leaves us less than it did the year before."
    low, high = 100 * alert.facts("low", 0), 100 * alert.facts("high", 0)
    return (
        f"Of what they bought in the last half year {percent(alert.facts('now', 0))} is left after costs, of the year"
        f" before {percent(alert.facts('was', 0))}: between {low:.0f} and {high:.0f} points less (95 % interval), by"
        f" {number(alert.facts('orders_now', 0))} and {number(alert.facts('orders_was', 0))} orders."
    )


def _went_on(alert: SellAlert) -> str:
    moved, buyers = number(alert.facts("moved", 0)), number(alert.facts("buyers", 0))
    return f"Of {buyers} customers who had it, {moved} went on to {alert.product}"


def _day(alert: SellAlert) -> str:
    text = alert.facts("last_on")
    return full_day(dt.date.fromisoformat(text)) if text else "some time ago"

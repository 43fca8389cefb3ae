"""What an alert rests on and what is to be done, in sentences."""

from __future__ import annotations

import datetime as dt

from analytics.choices import AlertKind
from analytics.models import SellAlert
from crm.field_rights import hides
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import days, full_day, number, percent

KIND_TONES: dict[str, str] = {
    AlertKind.CROSS: "accent",
    AlertKind.UP: "accent",
    AlertKind.SWITCH: "accent",
    AlertKind.NEXT: "accent",
    AlertKind.DRIFT: "warn",
    AlertKind.MARGIN: "warn",
}
KIND_ICONS: dict[str, str] = {
    AlertKind.CROSS: "bag",
    AlertKind.UP: "arrow-up-right",
    AlertKind.SWITCH: "shuffle",
    AlertKind.NEXT: "skip-forward",
    AlertKind.DRIFT: "hourglass-split",
    AlertKind.MARGIN: "graph-down",
}
COST = "orders.product.unit_cost"
NEXT_ITEM = "analytics.nextscore.item"


def evidence_of(alert: SellAlert, user: User | None) -> str:
    """Why this customer is told of; costs, and what is in line, stay out of it for whom they are hidden from."""
    if alert.kind == AlertKind.NEXT and hides(user, NEXT_ITEM):
        return in_words("What other customers went on to buy after what this one bought last.")
    return {
        AlertKind.CROSS: _cross,
        AlertKind.UP: _up,
        AlertKind.SWITCH: _switch,
        AlertKind.NEXT: _next,
        AlertKind.DRIFT: _drift,
        AlertKind.MARGIN: _margin,
    }[AlertKind(alert.kind)](alert, hides(user, COST))


def advice_of(alert: SellAlert) -> str:
    """What to do, and what it would bring."""
    if alert.kind == AlertKind.DRIFT:
        return in_words(
            "Call and ask how it went. What they bring in a year, times the chance that they have left, is at stake."
        )
    if alert.kind == AlertKind.MARGIN:
        return in_words(
            "Look at what was discounted before the next offer. What a year at the margin of before would leave more, "
            "times the chance that the fall is no accident, is at stake."
        )
    return in_words(
        "Offer it when you next talk. What it usually brings, times the chance that they take it, is what it is worth."
    )


def _has(alert: SellAlert) -> str:
    return str(alert.instead_of) if alert.instead_of_id else in_words("something of ours")


def _cross(alert: SellAlert, hides_cost: bool) -> str:
    return in_words(
        "Has %(has)s, last bought %(day)s. Of %(buyers)s customers who have it, %(both)s (%(share)s) have %(product)s,"
        " too: %(lift)s times as many as of all customers (95 %% interval %(low)s to %(high)s).",
        both=number(alert.facts("both", 0)),
        share=percent(alert.facts("share", 0)),
        lift=number(alert.facts("lift", 0), 1),
        low=number(alert.facts("low", 0), 1),
        high=number(alert.facts("high", 0), 1),
        day=_day(alert),
        **_names(alert),
    )


def _up(alert: SellAlert, hides_cost: bool) -> str:
    return in_words(
        "Bought %(has)s %(times)s times in a year. Of %(buyers)s customers who had it, %(moved)s went on to"
        " %(product)s, which costs %(more)s more.",
        more=percent(alert.facts("ratio", 1) - 1),
        **_moves(alert),
    )


def _switch(alert: SellAlert, hides_cost: bool) -> str:
    if hides_cost:
        return in_words(
            "Bought %(has)s %(times)s times in a year. %(product)s costs about the same and leaves us more. Of"
            " %(buyers)s customers who had it, %(moved)s went on to %(product)s.",
            **_moves(alert),
        )
    return in_words(
        "Bought %(has)s %(times)s times in a year. %(product)s costs about the same and leaves us %(margin)s of its"
        " price instead of %(was)s. Of %(buyers)s customers who had it, %(moved)s went on to %(product)s.",
        margin=percent(alert.facts("margin", 0)),
        was=percent(alert.facts("margin_was", 0)),
        **_moves(alert),
    )


def _next(alert: SellAlert, hides_cost: bool) -> str:
    last = str(alert.facts("last", ""))
    if before := alert.facts("before"):
        last = in_words("%(first)s, then %(second)s", first=before, second=last)
    return in_words(
        "Bought %(last)s, last %(day)s. Of %(occasions)s next purchases after that, %(count)s (%(share)s) were"
        " %(item)s: %(lift)s times as many as after anything (95 %% interval %(low)s to %(high)s), half of them"
        " within %(gap)s.",
        last=last,
        day=_day(alert),
        occasions=number(alert.facts("occasions", 0)),
        count=number(alert.facts("count", 0)),
        share=percent(alert.facts("share", 0)),
        item=str(alert.facts("item", "")),
        lift=number(alert.facts("lift", 0), 1),
        low=number(alert.facts("low", 0), 1),
        high=number(alert.facts("high", 0), 1),
        gap=days(int(alert.facts("gap", 0))),
    )


def _drift(alert: SellAlert, hides_cost: bool) -> str:
    return in_words(
        "Usually buys every %(gap)s, last %(day)s: quiet for %(quiet)s. Nine in ten of this customer's own pauses"
        " would have ended within %(limit)s.",
        gap=days(int(alert.facts("gap", 0))),
        day=_day(alert),
        quiet=days(int(alert.facts("quiet", 0))),
        limit=days(int(alert.facts("limit", 0))),
    )


def _margin(alert: SellAlert, hides_cost: bool) -> str:
    if hides_cost:
        return in_words("What they buy leaves us less than it did the year before.")
    return in_words(
        "Of what they bought in the last half year %(now)s is left after costs, of the year before %(was)s: between"
        " %(low)s and %(high)s points less (95 %% interval), by %(orders_now)s and %(orders_was)s orders.",
        now=percent(alert.facts("now", 0)),
        was=percent(alert.facts("was", 0)),
        low=number(100 * alert.facts("low", 0)),
        high=number(100 * alert.facts("high", 0)),
        orders_now=number(alert.facts("orders_now", 0)),
        orders_was=number(alert.facts("orders_was", 0)),
    )


def _names(alert: SellAlert) -> dict[str, str]:
    return {"has": _has(alert), "product": str(alert.product), "buyers": number(alert.facts("buyers", 0))}


def _moves(alert: SellAlert) -> dict[str, str]:
    """The names of a sentence about who went on from one product to another."""
    return {
        **_names(alert),
        "times": number(alert.facts("times", 0)),
        "moved": number(alert.facts("moved", 0)),
    }


def _day(alert: SellAlert) -> str:
    text = alert.facts("last_on")
    return full_day(dt.date.fromisoformat(text)) if text else in_words("some time ago")

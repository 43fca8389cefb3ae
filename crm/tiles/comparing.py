"""The days of a period up to today, and figures beside those of as many days before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from crm.company import company_today
from crm.templatetags.figures import percent
from crm.tiles.spec import Figure

DAYS = {"month": 30, "quarter": 90, "year": 365}
LEAST_CHANGE = 0.005
OTHER = {"good": "bad", "bad": "good"}
DAY = dt.timedelta(days=1)


def days_of(period: str) -> tuple[dt.date, dt.date]:
    """The first and the last of as many days as a period has, up to today."""
    today = company_today()
    return today - (DAYS[period] - 1) * DAY, today


def days_before(period: str) -> tuple[dt.date, dt.date]:
    """As many days before those."""
    first, _ = days_of(period)
    return first - DAYS[period] * DAY, first - DAY


def beside(figure: Figure, now: Any, before: Any, *, more_is: str = "good") -> Figure:
    """A figure with its change, as a share of what it was; as it is where there was nothing. `more_is`: good, bad or
    neutral."""
    if now is None or not before:
        return figure
    share = float(now) / float(before) - 1
    if abs(share) < LEAST_CHANGE:
        return replace(figure, change="as before", change_tone="neutral")
    tone = more_is if share > 0 else OTHER.get(more_is, "neutral")
    return replace(figure, change=f"{'+' if share > 0 else ''}{percent(share)}", change_tone=tone)

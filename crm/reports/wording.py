"""Groups and figures in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crm.templatetags.figures import full_day, money, number, percent, plain_number, whole_money

FINE = 100  # a smaller figure keeps two decimals


def period_in_words(first: dt.date, by: str) -> str:
    """`2026`, `Q3 2026`, `Sep 2026`, `week 38, 2026`, `14 Sep 2026`."""
    if by == "year":
        return str(first.year)
    if by == "quarter":
        return f"Q{(first.month + 2) // 3} {first.year}"
    if by == "month":
        return f"{first:%b %Y}"
    if by == "week":
        year, week, _ = first.isocalendar()
        return f"week {week}, {year}"
    return full_day(first)


def band_in_words(low: Decimal, width: Decimal, *, is_whole: bool) -> str:
    """`7`, `10 to 19` of whole numbers; `0.1 to under 0.2` of others."""
    if is_whole:
        return plain_number(low) if width == 1 else f"{plain_number(low)} to {plain_number(low + width - 1)}"
    return f"{plain_number(low)} to under {plain_number(low + width)}"


def figure_in_words(value: Any, kind: str, currency: str = "") -> str:
    """A figure of a measure: a number, money or a share."""
    if value is None:
        return "–"
    if kind == "share":
        return percent(value, 1)
    if kind == "money":
        return whole_money(value, currency) if abs(value) >= FINE or value == 0 else money(value, currency)
    is_whole = value == int(value)
    return number(value, 0 if is_whole or abs(value) >= FINE * FINE else 2)

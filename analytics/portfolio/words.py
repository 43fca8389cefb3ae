"""The rules of the strategies in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from analytics.choices import Rung
from crm.templatetags.figures import number

RUNGS: dict[str, str] = dict(Rung.choices)
EVERYBODY = "everybody else"
MEASURES = (
    ("value", "value tenth", ""),
    ("revenue", "revenue tenth", ""),
    ("chance", "chance to leave", "\N{NO-BREAK SPACE}%"),
    ("quiet", "days since the last purchase", ""),
    ("cost", "cost to serve", "\N{NO-BREAK SPACE}% of the contribution"),
    ("potential", "potential", ""),
)
"""The bounds of a rule but the rung's: the beginning of their fields, what they bound, and its unit."""


def rule_in_words(rule: Any) -> str:
    """`client and above; value tenth 9 and above; days since the last purchase up to 90`; of a row or a mapping."""
    read = rule.get if isinstance(rule, dict) else lambda name: getattr(rule, name)
    low, high = (RUNGS.get(read(f"rung_{end}") or "", "") for end in ("from", "to"))
    said = [_between(low.lower(), high.lower())] if low or high else []
    for name, label, unit in MEASURES:
        ends = [_plain(read(f"{name}_{end}")) for end in ("from", "to")]
        if any(ends):
            said.append(f"{label} {_between(ends[0], ends[1], unit)}")
    return "; ".join(said) or EVERYBODY


def _between(low: str, high: str, unit: str = "") -> str:
    if low and high:
        return f"{low}{unit}" if low == high else f"{low} to {high}{unit}"
    return f"{low}{unit} and above" if low else f"up to {high}{unit}"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return ""
    return number(value, 2) if isinstance(value, Decimal) and value % 1 else number(value)

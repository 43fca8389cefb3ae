"""What the page of the satisfaction-profit chain shows."""

from __future__ import annotations

from typing import Any

from analytics.models import ModelRun
from analytics.steps.defaults import CHAIN_DAYS
from crm.templatetags.figures import full_day

ZERO, WIDTH = 50.0, 50.0
"""A bar is drawn from the middle of 0 to 100, a coefficient of 1 takes it to the end."""


class ChainPage:
    """The links of a run of the step, ready to be drawn."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run

    @property
    def links(self) -> list[dict[str, Any]]:
        """Each link with its coefficients as bars around nought."""
        found = self.run.metrics.get("chain") or []
        return [{**one, "bars": [_bar(bar) for bar in one["coefficients"]]} for one in found]

    @property
    def is_empty(self) -> bool:
        return not any(one["n"] for one in self.links)

    @property
    def explanation(self) -> str:
        return (
            "Each link is fitted by itself by least squares on standardised values: a coefficient of 0.5 says that "
            "customers who are one standard deviation higher on the left are half a standard deviation higher on the "
            "right, the other attributes being equal. The line is its 95 % interval; one that crosses nought is grey. "
            "Several answers of one customer count as one customer's: the interval is wider for them. "
            f"Purchases and revenue are of the {CHAIN_DAYS} days after the answer, as log(1 + x). What goes together "
            f"need not be its cause. As of {full_day(self.run.as_of)}, run {self.run.pk}."
        )


def _bar(one: dict[str, Any]) -> dict[str, Any]:
    def at(value: float) -> float:
        return round(ZERO + WIDTH * max(-1.0, min(1.0, value)), 1)

    start, end = sorted((ZERO, at(one["value"])))
    low, high = at(one["low"]), at(one["high"])
    return {**one, "start": start, "length": round(end - start, 1), "from": low, "reach": round(high - low, 1)}

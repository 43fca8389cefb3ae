"""What the analysis told the demo company on earlier days, what people said to it, and the house's initiatives."""

from __future__ import annotations

from analytics.demo import alerts, costs, forecasts, initiatives, marks
from crm.demo.house import Batch, Fill, House


def load(house: House) -> Fill:
    """The function that lets the parts do their share of a batch."""
    fills = [made for part in (costs, marks, forecasts, alerts, initiatives) if (made := part.load(house))]

    def fill(batch: Batch) -> None:
        for one in fills:
            one(batch)

    return fill

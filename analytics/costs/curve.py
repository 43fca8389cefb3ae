"""The whale curve: customers by what is left of them, the best first, and how it adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

POINTS, TENTHS = 100, 10
Floats = NDArray[np.float64]


def whale(profit: Floats, contribution: Floats, cost: Floats) -> dict[str, Any]:
    """`points`: [customers, profit of the best so many], at most 101 from none to all; `deciles`: tenths by profit.

    The arrays (money, of one length) are by customer, in any order. A customer's tenth is 1 + floor(10 x customers with
    strictly more profit / n), so that equal customers stand in one; a tenth in which nobody stands is left out.
    `peak` is the point of most profit: what stands behind it takes away from there.
    """
    count = len(profit)
    order = np.argsort(-profit, kind="stable")
    profit, contribution, cost = profit[order], contribution[order], cost[order]
    sums = np.concatenate([[0.0], np.cumsum(profit)])
    places = np.unique(np.ceil(np.linspace(0, count, POINTS + 1)).astype(int))
    earning = int((profit > 0).sum())
    better = np.searchsorted(-profit, -profit, side="left")
    tenth = 1 + TENTHS * better // max(count, 1)
    deciles = []
    for place in np.unique(tenth):
        inside = tenth == place
        deciles.append(
            {
                "tenth": int(place),
                "customers": int(inside.sum()),
                "low": round(float(profit[inside].min()), 2),
                "high": round(float(profit[inside].max()), 2),
                "contribution": round(float(contribution[inside].sum()), 2),
                "cost": round(float(cost[inside].sum()), 2),
                "profit": round(float(profit[inside].sum()), 2),
            }
        )
    return {
        "customers": count,
        "total": round(float(sums[-1]), 2),
        "contribution": round(float(contribution.sum()), 2),
        "cost": round(float(cost.sum()), 2),
        "peak": [earning, round(float(sums[earning]), 2)],
        "losing": int((profit < 0).sum()),
        "lost": round(float(profit[profit < 0].sum()), 2),
        "points": [[int(place), round(float(sums[place]), 2)] for place in places],
        "deciles": deciles,
    }

"""Margins of single customers, drawn to that of all the more the less is known of each.

Bühlmann and Straub (1970), Glaubwürdigkeit für Schadensätze, Mitteilungen der Vereinigung Schweizerischer
Versicherungsmathematiker 70: the margin of an order varies around that of its customer, and those of the customers
around the company's. With the revenue as weight,

    own = (contribution + k x company's margin) / (revenue + k),    k = variance within / variance between.
"""

from __future__ import annotations

import numpy as np

from analytics.mathematics.histories import Floats, Ints

ALIKE = 1e-9  # a mean square of differences below it is rounding


def half_weight(orders: Ints, revenue: Floats, contribution: Floats, squares: Floats) -> float:
    """The revenue k at which a customer's own margin and the company's weigh the same; infinite where all are alike.

    Of each customer: orders with a known cost, their revenue (above 0), what it leaves after costs, and the sum of
    contribution² / revenue over the orders.
    """
    total, customers = float(revenue.sum()), len(orders)
    spare = float(orders.sum()) - customers
    if customers < 2 or spare < 1 or total <= 0:
        return np.inf
    within = max(float((squares - contribution**2 / revenue).sum()), 0.0) / spare
    mean = float(contribution.sum()) / total
    spread = float((revenue * (contribution / revenue - mean) ** 2).sum())
    if spread <= ALIKE * total:
        return np.inf
    between = (spread - (customers - 1) * within) / (total - float((revenue**2).sum()) / total)
    return within / between if between > 0 else np.inf


def drawn_to(mean: float, revenue: Floats, contribution: Floats, half: float) -> Floats:
    """The margin of each customer, drawn to `mean`; `half` is the revenue at which both weigh the same."""
    if np.isinf(half):
        return np.full(len(revenue), mean)
    return (contribution + half * mean) / (revenue + half)

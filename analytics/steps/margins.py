"""What is left of each customer's revenue after costs: own margins, drawn to the company's where little is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics.credibility import drawn_to, half_weight
from analytics.mathematics.histories import Floats, Ints
from analytics.statements import day, read_columns
from analytics.steps.order_money import cost_in_base

MARGINS_SQL = sql.SQL("""
SELECT contact_id::int8, count(*)::int8, sum(base_amount)::float8, sum(base_amount - cost)::float8,
       sum((base_amount - cost) * (base_amount - cost) / base_amount)::float8
FROM (
    SELECT contact_id, base_amount, {cost} AS cost FROM orders_order
    WHERE contact_id IS NOT NULL AND is_purchase AND base_amount > 0 AND ordered_on <= {as_of}
) AS known
WHERE cost IS NOT NULL
GROUP BY contact_id
""")
COLUMNS = (("contact", "i8"), ("orders", "i8"), ("revenue", "f8"), ("contribution", "f8"), ("squares", "f8"))


@dataclass(frozen=True)
class Margins:
    """The company's margin of revenue, and own ones of the customers with known costs (sorted by `contact`).

    `half` is the revenue at which a customer's own margin and the company's weigh the same.
    """

    company: float
    contact: Ints
    own: Floats
    half: float = np.inf

    def of(self, contact: Ints) -> Floats:
        """The margin of each of these customers; the company's where nothing is known of their costs."""
        found = np.full(len(contact), self.company)
        if len(self.contact):
            place = np.minimum(np.searchsorted(self.contact, contact), len(self.contact) - 1)
            is_known = self.contact[place] == contact
            found[is_known] = self.own[place[is_known]]
        return found

    @property
    def are_own(self) -> bool:
        """Whether customers differ in their margins as far as can be told."""
        return len(self.contact) > 1 and bool(np.isfinite(self.half))

    def figures(self) -> dict[str, Any] | None:
        """As JSON: customers with an own margin, the revenue of half weight, and between what nine in ten lie."""
        if not self.are_own:
            return None
        low, high = np.quantile(self.own, [0.05, 0.95])
        return {
            "customers": len(self.contact),
            "half_at": round(self.half, 2),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
        }


def one_margin(margin: float) -> Margins:
    """The same for everybody: as asked for, or 1 where costs are not known."""
    return Margins(margin, np.empty(0, np.int64), np.empty(0))


def read_margins(as_of: dt.date, company: float) -> Margins:
    """Own margins by the orders up to the end of `as_of` whose costs are known."""
    rows = read_columns(MARGINS_SQL.format(cost=cost_in_base(), as_of=day(as_of)), COLUMNS)
    order = np.argsort(rows["contact"])
    contact, orders, revenue, left, squares = (rows[name][order] for name, _ in COLUMNS)
    half = half_weight(orders, revenue, left, squares)
    return Margins(company, contact, drawn_to(company, revenue, left, half), half)

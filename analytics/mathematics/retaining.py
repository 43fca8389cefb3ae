"""Who bought in one period and again in the next, and what they brought: arrays of orders in, sums by key out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.histories import Floats, Ints

EPOCH_ORDINAL = 719_163  # of 1 January 1970
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SUMMED = (
    "active", "kept", "sales", "sales_kept", "sales_now", "profit", "profit_kept", "without_cost", "without_rate",
)  # fmt: skip
LARGEST = len(SUMMED)  # the last column is no sum but the largest sales
MOST_DENSE = 2_000_000
MOST_AGES = 1_000_000
Table = tuple[Ints, NDArray[np.float64]]  # keys that occur, and a row of figures for each


@dataclass(frozen=True)
class Orders:
    """Orders of customers, sorted by customer, day and number; days since 1970, money in whole units (exact)."""

    contact: Ints
    day: Ints
    sales: Floats
    profit: Floats
    is_purchase: NDArray[np.bool_]
    without_cost: NDArray[np.bool_]
    without_rate: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.contact)


@dataclass(frozen=True)
class Pairs:
    """An entry for each customer with a purchase in the period before `start` (a number of a period).

    `row` is the place of the last purchase of that period among the orders; `figures` are one array for each of
    SUMMED: of the period before, but for `sales_now`.
    """

    contact: Ints
    start: Ints
    row: Ints
    figures: tuple[Floats, ...]


def period_numbers(day: Ints, kind: str) -> Ints:
    """As `Period.number`: the period of each day, so that a difference is a number of periods."""
    if kind == "week":
        return (day + EPOCH_ORDINAL - 1) // 7
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.asarray(months // MONTHS[kind], np.int64)


def pairs(orders: Orders, kind: str, last: int) -> Pairs:
    """Every customer and period with a purchase, whose next period is `last` or an earlier one."""
    number = period_numbers(orders.day, kind)
    begins = np.flatnonzero(
        np.concatenate([[True], (np.diff(orders.contact) != 0) | (np.diff(number) != 0)])[: len(orders)]
    )
    if not len(begins):
        return Pairs(*(np.empty(0, np.int64),) * 3, (np.empty(0),) * len(SUMMED))
    places = np.where(orders.is_purchase, np.arange(len(orders)), -1)
    row = np.maximum.reduceat(places, begins)
    inside = row >= 0
    contact, start, row = orders.contact[begins][inside], number[begins][inside] + 1, row[inside]
    columns = (orders.sales, orders.profit, orders.without_cost, orders.without_rate)
    sales, profit, cost, rate = (np.add.reduceat(one.astype(np.float64), begins)[inside] for one in columns)
    kept = np.append((np.diff(contact) == 0) & (np.diff(start) == 1), False)[: len(contact)]
    sales_now = np.where(kept, np.roll(sales, -1), 0.0)
    figures = (
        np.ones(len(contact)),
        kept.astype(float),
        sales,
        sales * kept,
        sales_now,
        profit,
        profit * kept,
        cost,
        rate,
    )
    over = start <= last
    return Pairs(contact[over], start[over], row[over], tuple(one[over] for one in figures))


def cohort_counts(contact: Ints, day: Ints, kind: str) -> tuple[Ints, Ints, Ints]:
    """Of purchases sorted by customer and day: (first period, periods later, customers) of every cohort and age."""
    if not len(contact):
        return (np.empty(0, np.int64),) * 3
    number = period_numbers(day, kind)
    is_new = np.append(True, np.diff(contact) != 0)
    first = number[is_new][np.cumsum(is_new) - 1]
    counted = is_new | np.append(True, np.diff(number) != 0)
    keys, customers = np.unique(first[counted] * MOST_AGES + (number - first)[counted], return_counts=True)
    return keys // MOST_AGES, keys % MOST_AGES, customers


def add_up(keys: Ints, figures: tuple[Floats, ...], largest: Floats | None = None) -> Table:
    """Sums of the figures by key, and the largest sales of each (of `largest`, which is the sales unless given)."""
    if not len(keys):
        return keys, np.empty((0, LARGEST + 1))
    largest = figures[SUMMED.index("sales")] if largest is None else largest
    distinct, place = _numbered(keys)
    table = np.empty((len(distinct), LARGEST + 1))
    for column, values in enumerate(figures):
        table[:, column] = np.bincount(place, weights=values, minlength=len(distinct))
    table[:, LARGEST] = -np.inf
    np.maximum.at(table[:, LARGEST], place, largest)
    return distinct, table


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """The distinct keys in order, and the place of each key among them."""
    low, high = int(keys.min()), int(keys.max())
    if high - low >= MOST_DENSE:
        distinct, place = np.unique(keys, return_inverse=True)
        return distinct, place
    seen = np.zeros(high - low + 1, bool)
    seen[keys - low] = True
    return np.flatnonzero(seen) + low, (np.cumsum(seen) - 1)[keys - low]


def merged(tables: list[Table]) -> Table:
    """Tables of several parts of the customers as one."""
    keys = np.concatenate([keys for keys, _ in tables])
    rows = np.concatenate([rows for _, rows in tables])
    return add_up(keys, tuple(rows[:, :LARGEST].T), rows[:, LARGEST])

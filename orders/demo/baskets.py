"""What is in an order: lines of real products whose amounts sum to what the customer spends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crm.demo.process import Ints
from orders.demo.shop import Shop

LINES = np.array([0.36, 0.27, 0.17, 0.11, 0.06, 0.03])  # shares of orders of 1 to 6 lines
LEAST_PER_LINE = 500  # cents: a smaller order has fewer lines
TRIES = 8  # products thought of per line; the one that fits the amount best is taken
HIGHEST_DISCOUNT = 0.15  # above it the price itself was agreed


@dataclass
class Lines:
    """Lines in the order of their orders; money in cents. amount = quantity x unit_price - discount, exactly."""

    order: Ints  # index into the orders
    position: Ints  # from 1
    product: Ints  # index into the shop
    quantity: Ints
    unit_price: Ints
    discount: Ints
    amount: Ints
    unit_cost: Ints

    @property
    def cost(self) -> Ints:
        return self.quantity * self.unit_cost


def draw_lines(rng: np.random.Generator, shop: Shop, cents: Ints, is_trade: NDArray[np.bool_]) -> Lines:
    """Lines for orders of `cents` each, by customers in trade or at home."""
    count = np.minimum(1 + rng.choice(6, len(cents), p=LINES), np.maximum(1, cents // LEAST_PER_LINE))
    order = np.repeat(np.arange(len(cents)), count)
    start = np.cumsum(count) - count
    amount = _split(rng, cents, order, start, count)
    product, price, quantity = _choose(rng, shop, amount, is_trade[order])
    return Lines(
        order=order,
        position=np.arange(len(order)) - start[order] + 1,
        product=product,
        quantity=quantity,
        unit_price=price,
        discount=quantity * price - amount,
        amount=amount,
        unit_cost=np.rint(shop.cost[product] * np.minimum(1.0, price / shop.price[product])).astype(np.int64),
    )


def draw_returned(rng: np.random.Generator, lines: Lines, chosen: Ints) -> Lines:
    """For each of the `chosen` orders a line that comes back, whole or in part; `order` is the index into `chosen`."""
    first = np.searchsorted(lines.order, chosen)
    count = np.searchsorted(lines.order, chosen, side="right") - first
    row = first + np.floor(rng.random(len(chosen)) * count).astype(np.int64)
    whole = lines.quantity[row]
    part = np.maximum(1, np.ceil(whole * rng.random(len(chosen)))).astype(np.int64)
    back: Ints = np.where(rng.random(len(chosen)) < 0.6, whole, part)
    discount = lines.discount[row] * back // whole
    return Lines(
        order=np.arange(len(chosen)),
        position=np.ones(len(chosen), np.int64),
        product=lines.product[row],
        quantity=-back,
        unit_price=lines.unit_price[row],
        discount=-discount,
        amount=(discount - back * lines.unit_price[row]).astype(np.int64),
        unit_cost=lines.unit_cost[row],
    )


def _split(rng: np.random.Generator, cents: Ints, order: Ints, start: Ints, count: Ints) -> Ints:
    """The amount of each line: at least a fifth of an even share, the rest at random, summing to the order's cents."""
    least = cents // count // 5
    weight = rng.exponential(1.0, len(order))
    share = weight / np.add.reduceat(weight, start)[order]
    amount = least[order] + np.floor(share * (cents - least * count)[order]).astype(np.int64)
    amount[start] += cents - np.add.reduceat(amount, start)
    return amount


def _choose(rng: np.random.Generator, shop: Shop, amount: Ints, is_trade: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Product, unit price and quantity of each line, so that quantity x price is the amount or a little more."""
    dice = rng.random((len(amount), TRIES))
    thought = np.where(is_trade[:, None], np.searchsorted(shop.trade, dice), np.searchsorted(shop.home, dice))
    thought = np.minimum(thought, len(shop.price) - 1)
    price = shop.price[thought]
    quantity = -(-amount[:, None] // price)
    discount = 1 - amount[:, None] / (quantity * price)
    best = np.argmin(discount + np.maximum(0, quantity - 40) / 40, axis=1)[:, None]
    product, price, quantity, discount = (
        np.take_along_axis(values, best, axis=1)[:, 0] for values in (thought, price, quantity, discount)
    )
    agreed = -(-amount // quantity)
    return product, np.where(discount > HIGHEST_DISCOUNT, agreed, price), quantity

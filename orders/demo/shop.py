"""The products of the demo company, from `products.txt`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from django.utils import timezone

from crm.demo.house import Texts
from crm.demo.process import Floats, Ints
from orders.keeping import refresh_products
from orders.models import Product

# how much more often one buys a family for a workshop or an institution than for the own wall
TRADE_TASTE = {"Mouldings": 4.0, "Ready-made frames": 0.7, "Services": 1.5, "Tools and machines": 1.4}
HOME_TASTE = {"Mouldings": 0.4, "Ready-made frames": 4.0, "Services": 0.6, "Tools and machines": 0.4, "Hanging": 1.8}


@dataclass
class Shop:
    """The products, as arrays; money in cents. `trade` and `home`: cumulated shares of how often each is thought of."""

    number: list[str]
    name: Texts
    family: list[str]
    price: Ints
    cost: Ints
    trade: Floats
    home: Floats
    id: Ints = field(default_factory=lambda: np.empty(0, np.int64))


@cache
def shop() -> Shop:
    """The catalogue as it is in the file."""
    lines = (Path(__file__).parent / "products.txt").read_text("utf-8").splitlines()
    family, rows = "", []
    for line in (line for line in lines if line and not line.startswith("#")):
        if line.startswith(" "):
            rows.append((family, *line.strip().split(" | ")))
        else:
            family = line
    families = [row[0] for row in rows]
    return Shop(
        number=[row[1] for row in rows],
        name=np.array([row[2] for row in rows], object),
        family=families,
        price=np.array([round(float(row[3]) * 100) for row in rows], np.int64),
        cost=np.array([round(float(row[4]) * 100) for row in rows], np.int64),
        trade=_shares(families, TRADE_TASTE),
        home=_shares(families, HOME_TASTE),
    )


def stock() -> Shop:
    """Write the products, where they are not there yet, and find their ids."""
    found, now = shop(), timezone.now()
    fields = zip(found.number, found.name, found.family, found.price.tolist(), found.cost.tolist(), strict=True)
    Product.objects.bulk_create(
        [
            Product(
                external_id=number, name=name, family=family, unit_price=price / 100, unit_cost=cost / 100,
                created_at=now, updated_at=now,
            )
            for number, name, family, price, cost in fields
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    ids = dict(Product.objects.filter(external_id__in=found.number).values_list("external_id", "id"))
    found.id = np.array([ids[number] for number in found.number], np.int64)
    refresh_products(found.id.tolist())
    return found


def _shares(families: list[str], taste: dict[str, float]) -> Floats:
    """Cumulated shares; within a family some products are thought of more often than others, by a fixed pattern."""
    weight = np.array([taste.get(family, 1.0) for family in families])
    weight *= 0.4 + 1.6 * np.random.default_rng(20).random(len(families))
    return np.cumsum(weight / weight.sum())

"""The demo's pools of costs: the proposed rates, but for calls and tickets, which share out what a year costs."""

from __future__ import annotations

from decimal import Decimal

from analytics.costs.drivers import proposals
from analytics.models import CostPool
from crm.demo.house import Batch, Fill, House

A_CUSTOMER = {"calls": ("Inside sales", Decimal("14.00")), "tickets": ("Service desk", Decimal("9.50"))}
"""By driver: the name of the pool, and what a year of it costs for each customer of the first batch."""


def load(house: House) -> Fill:
    return fill


def fill(batch: Batch) -> None:
    """Once, with the first batch, where nobody has set rates."""
    if batch.number or CostPool.objects.exists():
        return
    pools = []
    for row in proposals():
        if str(row["driver"]) in A_CUSTOMER:
            name, amount = A_CUSTOMER[str(row["driver"])]
            row |= {"name": name, "rate": None, "annual_amount": amount * batch.size}
        pools.append(CostPool(**row))
    CostPool.objects.bulk_create(pools)

"""What of an order can come back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.db.models import Sum

from orders.models import Order


def returnable(order: Order) -> list[tuple[Any, Decimal]]:
    """The lines of an order that something is left of, each with how much: bought less what came back already. A line
    knows what was paid back for it (`paid_back`, below zero)."""
    lines = (
        order.lines.filter(quantity__gt=0)
        .select_related("product")
        .annotate(back=Sum("returns__quantity"), paid_back=Sum("returns__amount"))
    )
    found = [(line, cast(Decimal, line.quantity) + (line.back or 0)) for line in lines.order_by("position")]
    return [(line, left) for line, left in found if left > 0]

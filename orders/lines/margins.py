"""Margin and returns by product or family: what was sold, what came back, what is left after the cost.

All in the company's currency at the rate of the day of the order (`orders.lines.figures`). Lines without a rate are in
no sum; the margin is of lines whose cost is known, and its share is of the revenue of these lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from crm.filtering.patience import patience
from crm.models import User
from orders.lines.figures import AMOUNT, IS_RETURN, MARGIN, PIECES, RETURNED, SOLD
from orders.lines.queries import compare_day
from orders.models import OrderLine

BY: dict[str, tuple[str, str]] = {"product": ("product_id", "product__name"), "family": ("product__family",) * 2}
SORTS = ("revenue", "margin", "margin_share", "returned_share")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Margin:
    """One product or family (or all: without a key): money in the company's currency, pieces, lines left out."""

    key: Any
    label: str
    pieces: Decimal = ZERO
    returned_pieces: Decimal = ZERO
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    revenue: Decimal = ZERO
    margin: Decimal = ZERO
    costed_revenue: Decimal = ZERO
    lines: int = 0
    uncosted: int = 0
    unrated: int = 0

    @property
    def margin_share(self) -> Decimal | None:
        """Margin of the revenue of lines whose cost is known; None where there is no such revenue."""
        return self.margin / self.costed_revenue if self.costed_revenue > 0 else None

    @property
    def returned_share(self) -> Decimal | None:
        """What came back of what was sold, in money; None where nothing was sold."""
        return self.returned / self.sold if self.sold > 0 else None

    @property
    def is_costed(self) -> bool:
        return self.uncosted < self.lines


SUMS = tuple(one.name for one in fields(Margin) if one.name not in ("key", "label"))


def lines_between(user: User | None, first: dt.date, last: dt.date) -> QuerySet[OrderLine]:
    """The lines of these days that the person may see."""
    return OrderLine.objects.visible_to(user).filter(compare_day("gte", first), compare_day("lte", last))


def summed(rows: QuerySet[Any], *names: str) -> QuerySet[Any, dict[str, Any]]:
    """The sums of a `Margin` by these paths."""
    costed = Q(unit_cost__isnull=False)
    return (
        rows.order_by()
        .annotate(ours=AMOUNT, left=MARGIN, out=SOLD, back=RETURNED, count=PIECES)
        .values(*names)
        .annotate(
            pieces=Sum("count", filter=~IS_RETURN),
            returned_pieces=-Sum("count", filter=IS_RETURN),
            sold=Sum("out"),
            returned=Sum("back"),
            revenue=Sum("ours"),
            margin=Sum("left"),
            costed_revenue=Sum("ours", filter=costed),
            lines=Count("pk"),
            uncosted=Count("pk", filter=~costed),
            unrated=Count("pk", filter=Q(ours=None)),
        )
    )


def margin_of(key: Any, label: str, row: dict[str, Any]) -> Margin:
    return Margin(key, label, **{name: row[name] or type(getattr(Margin, name))(0) for name in SUMS})


def total_of(rows: Sequence[Margin], label: str = "All") -> Margin:
    """All of them together."""
    return Margin(None, label, **{name: sum(getattr(row, name) for row in rows) for name in SUMS})


def margins(user: User | None, *, by: str, first: dt.date, last: dt.date, sort: str = "revenue") -> list[Margin]:
    """Each product or family with lines of these days, the largest of `sort` first. Raises `OutOfPatience`."""
    key, label = BY[by]
    rows = summed(lines_between(user, first, last).filter(product__isnull=False), *dict.fromkeys((key, label)))
    with patience(settings.CRM_REPORT_MILLISECONDS):
        found = [margin_of(row[key], row[label] or "no family", row) for row in rows]
    return sorted(found, key=lambda row: (-(getattr(row, sort) or ZERO), row.label))

"""The page of margin and returns by product or family."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.filtering.patience import OutOfPatience
from crm.views.base import ScopedView
from orders.lines.margins import BY, SORTS, Margin, margins, total_of
from orders.models import Order
from orders.periods import TOO_LONG, PeriodForm

MOST_ROWS = 200
MONEY = ("orders.orderline.amount", "orders.order.amount", "orders.orderline.unit_cost")
TABS = (("product", "Products"), ("family", "Families"))


class MarginListView(ScopedView):
    """What was sold of each product or family in some days, what came back, and what is left after its cost."""

    model = Order

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Order) or hides(user, *MONEY):
            raise PermissionDenied
        by = request.GET.get("by", "")
        by = by if by in BY else "product"
        sort = request.GET.get("sort", "")
        sort = sort if sort in SORTS else "revenue"
        form = PeriodForm.of(request.GET)
        days = form.days
        context: dict[str, Any] = {"form": form, "by": by, "sort": sort, "most": MOST_ROWS}
        if form.is_valid():
            try:
                rows = margins(user, by=by, sort=sort, **form.cleaned_data)
                context |= {"total": total_of(rows), "count": len(rows)}
                context["rows"] = [(row, *self.urls_of(by, row, days)) for row in rows[:MOST_ROWS]]
            except OutOfPatience:
                form.add_error("first", TOO_LONG)
        context["tabs"] = [
            {"label": label, "url": f"?{urlencode({'by': name, 'sort': sort, **days})}", "active": name == by}
            for name, label in TABS
        ]
        context["sorts"] = {name: f"?{urlencode({'by': by, 'sort': name, **days})}" for name in SORTS}
        return render(request, "orders/lines/margins.html", context, status=200 if form.is_valid() else 400)

    @staticmethod
    def urls_of(by: str, row: Margin, days: dict[str, Any]) -> tuple[str, str]:
        """The lines behind a row, and those of returns alone."""
        asked = {"ordered_on_min": days["first"], "ordered_on_max": days["last"]}
        if by == "product":
            asked["item"] = row.key
        elif row.key:
            asked["family"] = row.key
        else:
            return "", ""
        lines = f"{reverse('orders:line_list')}?{urlencode(asked)}"
        return lines, f"{lines}&is_return=yes"

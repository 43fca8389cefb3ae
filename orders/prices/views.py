"""The page of prices realised, and the panel of a product."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.filtering.patience import OutOfPatience, patience
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from orders.models import Order, Product
from orders.periods import TOO_LONG, YEAR, PeriodForm
from orders.prices.queries import BY, MOST_ROWS, Realised, realised

MONEY = ("orders.orderline.amount", "orders.order.amount", "orders.product.unit_price")
TABS = (("product", "Products"), ("family", "Families"), ("customer", "Customers"))
PANEL_MILLISECONDS = 1_500


class PriceListView(ScopedView):
    """Prices realised against list, by product, family or customer."""

    model = Order

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Order) or hides(user, *MONEY):
            raise PermissionDenied
        by = request.GET.get("by", "product")
        by = by if by in BY else "product"
        form = PeriodForm.of(request.GET)
        context: dict[str, Any] = {"form": form, "by": by, "most": MOST_ROWS}
        if form.is_valid():
            try:
                with patience(settings.CRM_REPORT_MILLISECONDS):
                    total, rows = realised(user, by=by, **form.cleaned_data)
                context |= {"total": total, "rows": [(row, self.url_of(by, row)) for row in rows]}
            except OutOfPatience:
                form.add_error("first", TOO_LONG)
        context["tabs"] = [
            {"label": label, "url": f"?{urlencode({'by': name, **form.days})}", "active": name == by}
            for name, label in TABS
        ]
        return render(request, "orders/prices/list.html", context, status=200 if form.is_valid() else 400)

    @staticmethod
    def url_of(by: str, row: Realised) -> str:
        if not row.key:
            return ""
        return reverse("orders:product_detail" if by == "product" else "contacts:contact_detail", args=[row.key])


def price_panel(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """What the last twelve months realised of a product's list price; None without sales, or where money is hidden."""
    user, product = cast(SignedInRequest, request).user, cast(Product, record)
    if hides(user, *MONEY) or not can(user, Verb.VIEW, Order):
        return None
    today = company_today()
    try:
        with patience(PANEL_MILLISECONDS):
            total, _ = realised(user, by="product", first=today - YEAR, last=today, product=product)
    except OutOfPatience:
        return None
    return {"total": total} if total.list else None


PRICE_PANELS = (RecordPanel("realised", "Price realised", "orders/prices/_panel.html", price_panel, order=20),)

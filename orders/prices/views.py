"""The page of prices realised, and the panel of a product."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
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
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from orders.models import Order, Product
from orders.prices.queries import BY, MOST_ROWS, Realised, realised

MONEY = ("orders.orderline.amount", "orders.order.amount", "orders.product.unit_price")
TABS = (("product", "Products"), ("family", "Families"), ("customer", "Customers"))
YEAR = dt.timedelta(days=364)


class PeriodForm(forms.Form):
    """From which day to which; the last twelve months unless somebody says otherwise."""

    first = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label="To", widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", "This lies before the first day.")
        return cleaned


class PriceListView(ScopedView):
    """Prices realised against list, by product, family or customer."""

    model = Order

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Order) or hides(user, *MONEY):
            raise PermissionDenied
        by = request.GET.get("by", "product")
        by = by if by in BY else "product"
        today = company_today()
        start = {"first": (today - YEAR).isoformat(), "last": today.isoformat()}
        form = PeriodForm({name: request.GET.get(name) or value for name, value in start.items()})
        context: dict[str, Any] = {"form": form, "by": by, "most": MOST_ROWS}
        if form.is_valid():
            total, rows = realised(user, by=by, **form.cleaned_data)
            context |= {"total": total, "rows": [(row, self.url_of(by, row)) for row in rows]}
        days = {name: form[name].value() for name in start}
        context["tabs"] = [
            {"label": label, "url": f"?{urlencode({'by': name, **days})}", "active": name == by} for name, label in TABS
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
    total, _ = realised(user, by="product", first=today - YEAR, last=today, product=product)
    return {"total": total} if total.list else None


PRICE_PANELS = (RecordPanel("realised", "Price realised", "orders/prices/_panel.html", price_panel, order=20),)

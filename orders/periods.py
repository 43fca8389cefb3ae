"""The days that a page adds order lines up for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict

from crm.company import company_today
from crm.filtering.counting import guess_of
from orders.models import Order

YEAR = dt.timedelta(days=364)
SPANS = (YEAR, dt.timedelta(days=89), dt.timedelta(days=29))
MOST_ORDERS = 100_000  # whose lines are added up in a second or two
TOO_LONG = "Adding these lines up takes too long: choose fewer days."


class PeriodForm(forms.Form):
    """From which day to which; the usual days unless somebody says otherwise."""

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

    @classmethod
    def of(cls, asked: QueryDict) -> PeriodForm:
        """Of an address; what it does not say is usual."""
        today = company_today()
        first = asked.get("first") or (today - usual_span(today)).isoformat()
        return cls({"first": first, "last": asked.get("last") or today.isoformat()})

    @property
    def days(self) -> dict[str, Any]:
        """As they stand in an address."""
        return {name: self[name].value() for name in ("first", "last")}


def usual_span(today: dt.date) -> dt.timedelta:
    """Twelve months; where the planner guesses that they have too many orders to wait for, three or one."""
    for span in SPANS[:-1]:
        if guess_of(Order.objects.filter(ordered_on__gt=today - span)).rows <= MOST_ORDERS:
            return span
    return SPANS[-1]

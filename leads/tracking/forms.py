"""What the tracking page is asked, and what leads cost."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from crm.company import company_today
from crm.fields import SectionedForm
from crm.models import User
from leads.models import LeadCost
from leads.tracking.marks import DIMENSIONS

DAY = {"type": "date"}
DAYS_BACK = 90
LONGEST = dt.timedelta(days=3_700)


class TrackingForm(forms.Form):
    """The days on which leads came in, and what they are grouped by. What is wrong falls back to the last 90 days."""

    first = forms.DateField(required=False, label="Came in from", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    last = forms.DateField(required=False, label="to", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    by = forms.ChoiceField(required=False, choices=list(DIMENSIONS.items()))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()
        today = company_today()
        self.last_day: dt.date = self.cleaned_data.get("last") or today
        self.first_day: dt.date = self.cleaned_data.get("first") or self.last_day - dt.timedelta(days=DAYS_BACK - 1)
        self.problem = ""
        if self.errors:
            self.problem = "That was no day or no grouping: these are the last 90 days by source."
        elif self.first_day > self.last_day or self.last_day - self.first_day > LONGEST:
            self.problem = "The first day lies after the last one, or ten years before it: these are the last 90 days."
            self.last_day, self.first_day = today, today - dt.timedelta(days=DAYS_BACK - 1)
        self.dimension: str = self.cleaned_data.get("by") or "source"


class CostForm(SectionedForm, forms.ModelForm):
    """Money spent on leads."""

    layout = (("", (("source", "list_name"), ("amount",), ("starts_on", "ends_on"), ("note",))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = LeadCost
        fields = ("source", "list_name", "amount", "starts_on", "ends_on", "note")
        widgets = {name: forms.DateInput(attrs=DAY, format="%Y-%m-%d") for name in ("starts_on", "ends_on")}
        labels = {"starts_on": "From", "ends_on": "Until", "list_name": "List"}
        help_texts = {
            "source": "As it stands with the leads. Both empty: spent on all of them.",
            "amount": "In the company’s currency.",
        }

    def __init__(self, *, user: User, record: LeadCost | None, initial: dict[str, Any], data: Any = None) -> None:
        version = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**version, **initial})

    @property
    def cost_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

"""What people may ask of the analysis."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError

from crm.company import company_today
from crm.templatetags.figures import full_day


class RfmRunForm(forms.Form):
    """Score as of the end of a day, from all orders or from those of the last so many days."""

    as_of = forms.DateField(
        label="As of the end of",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Orders of later days are left out.",
    )
    window_days = forms.IntegerField(
        label="Orders of the last … days",
        required=False,
        min_value=1,
        max_value=36_500,
        help_text="Empty: all history.",
    )

    def clean_as_of(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_of"]
        if day > (today := company_today()):
            raise ValidationError(f"This day lies in the future: choose {full_day(today)} or a day before it.")
        return day

"""What administrators say about the company."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms

from crm.choices import Role
from crm.conflicts import GuardedForm
from crm.models import Company


class CompanyForm(GuardedForm, forms.ModelForm):
    """Whose CRM this is, where it is, and who needs a second factor."""

    sections = (
        ("The company", (("name", "country"),)),
        ("Days and money", (("time_zone", "currency"),)),
        ("Signing in", (("second_factor_roles",),)),
    )
    time_zone = forms.ChoiceField(label="Time zone", help_text="Days begin and end here, in lists and figures.")
    second_factor_roles = forms.MultipleChoiceField(
        label="Roles that need a second factor",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=Company._meta.get_field("second_factor_roles").help_text,
    )

    class Meta:
        model = Company
        fields = ("name", "country", "time_zone", "currency", "second_factor_roles")
        help_texts = {"currency": "Three letters, such as EUR. Totals are in it; a change makes all figures anew."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["time_zone"].widget.attrs["data-pick"] = ""

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        return currency.upper()

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"]
        return country.upper()

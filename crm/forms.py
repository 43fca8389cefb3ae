"""Forms of the ground floor."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from crm.models import User
from crm.models.company import currency_code


class SetupForm(forms.Form):
    """The company and its first administrator, asked of the first visitor of an empty instance."""

    name = forms.CharField(label="Company", max_length=120)
    time_zone = forms.ChoiceField(
        label="Time zone", initial="UTC", help_text="Days begin at midnight here; dates in files are read in it."
    )
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        initial="EUR",
        validators=[currency_code],
        help_text="Three letters, such as EUR.",
    )
    person = forms.CharField(label="Your name", max_length=150)
    email = forms.EmailField(label="Your e-mail address", max_length=254)
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            user = User(email=cleaned.get("email"), name=cleaned.get("person", ""))
            try:
                validate_password(cleaned["password"], user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

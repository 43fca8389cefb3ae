"""Forms of the ground floor."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop

from crm.accounts.addresses import sign_in_address
from crm.choices import Density, Language, Role, Theme
from crm.conflicts import GuardedForm
from crm.models import Team, User
from crm.models.company import currency_code

AS_COMPANY = gettext_noop("as the company")


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


class FirstPasswordForm(forms.Form):
    """The first password of a colleague who was invited."""

    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class InviteForm(forms.Form):
    """A colleague who is to be invited. Only administrators make administrators."""

    name = forms.CharField(label="Name", max_length=150)
    email = forms.CharField(label="E-mail address", max_length=254, widget=forms.EmailInput())
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), required=False, empty_label="No team")

    def __init__(self, *args: Any, user: User, record: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_all = user.role == Role.ADMIN
        self.fields["role"].choices = [c for c in Role.choices if may_all or c[0] != Role.ADMIN]  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return sign_in_address(self.cleaned_data["email"])


class ProfileForm(GuardedForm, forms.ModelForm):
    """What a person says about themselves, and how they like the pages."""

    time_zone = forms.ChoiceField(label="Time zone", required=False)

    class Meta:
        model = User
        fields = ("name", "phone", "time_zone", "language", "theme", "density", "notice_mail")
        labels = {"notice_mail": "What I also want by mail"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
        self.fields["time_zone"].choices = [("", AS_COMPANY), *zones]  # type: ignore[attr-defined]
        self.fields["time_zone"].widget.attrs["data-pick"] = ""
        self.fields["language"].choices = [("", AS_COMPANY), *Language.choices]  # type: ignore[attr-defined]


class LookForm(forms.Form):
    """A choice of the person menu."""

    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    density = forms.ChoiceField(choices=Density.choices, required=False)

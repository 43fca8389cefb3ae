"""Forms of the sign-in that are not as allauth has them."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from crm.accounts.actions import request_password


class ResetPasswordForm(forms.Form):
    """Takes any address and looks nobody up: the answer cannot tell who is here."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address: str = self.cleaned_data["email"]
        request_password(address=address)
        return address


class OneUse(forms.Form):
    """A code is good once, for as long as clocks that are off could make it good again."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        lasts = settings.MFA_TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        if not cache.add(f"code-used:{self.user.pk}:{''.join(code.split())}", True, lasts):
            raise forms.ValidationError("This code was used before; wait for the next one.")
        return code


class CodeForm(OneUse, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(OneUse, ReauthenticateForm):
    """The code when somebody has to show again who they are."""

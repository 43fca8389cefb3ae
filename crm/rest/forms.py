"""The form that makes a token."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from crm.catalogue import api_areas
from crm.fields import SectionedForm

LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked"))


class TokenForm(SectionedForm, forms.Form):
    """A token's name, end and scopes."""

    layout = (("", (("name", "lasts"), ("scopes",))),)

    name = forms.CharField(max_length=80, help_text="What it is for: “Web shop”, “Spreadsheet of the office”.")
    lasts = forms.ChoiceField(label="It works for", choices=LASTS, initial="90", required=False)
    scopes = forms.MultipleChoiceField(
        label="It may",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one thing that it may do."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, f"{'Change' if scope.endswith('write') else 'Read'}: {area.label}")
            for area in api_areas()
            for scope in area.scopes
        ]

    @property
    def expires_at(self) -> dt.datetime | None:
        days = self.cleaned_data["lasts"]
        return timezone.now() + dt.timedelta(days=int(days)) if days else None

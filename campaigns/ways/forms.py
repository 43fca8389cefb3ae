"""What people type about letters and messages: the day they went out, codes that came back."""

from __future__ import annotations

from django import forms

MOST_CODES = 20_000


class GoneForm(forms.Form):
    """The day on which they went out; empty: today."""

    day = forms.DateField(
        label="They went out on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BackForm(forms.Form):
    """Codes of letters that came back, as somebody reads or scans them."""

    codes = forms.CharField(
        label="Codes of those that came back", max_length=20 * MOST_CODES, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, with or without dashes.",
    )  # fmt: skip

    def clean_codes(self) -> list[str]:
        codes = self.cleaned_data["codes"].replace(",", "\n").split("\n")
        return [code.strip() for code in codes if code.strip()]

"""What is asked before a person is erased: why, and their name, typed."""

from __future__ import annotations

from django import forms

from contacts.choices import ErasureReason


class EraseForm(forms.Form):
    """Why, a note (erased with the person), and the name as it stands on the page."""

    reason = forms.ChoiceField(label="Why", choices=ErasureReason.choices)
    note = forms.CharField(
        label="Note", max_length=300, required=False, help_text="Such as where they asked. It is erased with them."
    )
    typed = forms.CharField(
        label="Their name", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Type it as it stands above: there is no way back.",
    )  # fmt: skip


class EraseManyForm(forms.Form):
    """Why, a note, and how many people, typed."""

    reason = forms.ChoiceField(label="Why", choices=ErasureReason.choices)
    note = forms.CharField(
        label="Note", max_length=300, required=False, help_text="Such as where they asked. It is erased with them."
    )
    typed = forms.IntegerField(
        label="How many people",
        min_value=1,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

"""What people type about compensation, parsed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.fields import SectionedForm
from crm.models import User
from service.models import Compensation, Ticket
from service.remedies.choices import Remedy

LONGEST = 500


class CompensationForm(SectionedForm, forms.Form):
    """What is given, how much of it (money, or points), and what it makes good."""

    layout = (("", (("remedy",), ("size",), ("reason",))),)
    remedy = forms.ChoiceField(
        label="What they get", choices=Remedy.choices, initial=Remedy.CREDIT, widget=forms.RadioSelect
    )
    size = forms.DecimalField(
        label="How much", max_digits=11, decimal_places=2, min_value=Decimal("0.01"),
        widget=forms.NumberInput(attrs={"autofocus": True, "inputmode": "decimal", "step": "0.01"}),
    )  # fmt: skip
    reason = forms.CharField(label="What it makes good", max_length=LONGEST)

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "size" not in self.fields or self.fields["size"].disabled:
            raise ValidationError("You may not set amounts of compensation: ask somebody who may.")
        size = cleaned.get("size")
        if cleaned.get("remedy") == Remedy.POINTS and size is not None and size != size.to_integral_value():
            self.add_error("size", "Points are whole numbers.")
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """As the action takes it."""
        said = self.cleaned_data
        is_points = said["remedy"] == Remedy.POINTS
        size = {"points": int(said["size"])} if is_points else {"amount": said["size"]}
        return {"remedy": said["remedy"], "reason": said["reason"], **size}


class WordsForm(SectionedForm, forms.Form):
    """Words with a decision."""

    layout = (("", (("words",),)),)
    words = forms.CharField(required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Compensation, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial={"version": record.version, **initial})
        self.record = record

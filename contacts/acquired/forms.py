"""What people write down about a list that they gathered or bought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contacts.models import AcquiredList
from crm.company import current_company
from crm.fields import SectionedForm
from crm.models import User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AcquiredListForm(SectionedForm, forms.ModelForm):
    """A list with its vendor, licence and cost."""

    layout = (
        ("", (("name",), ("kind", "vendor"), ("note",))),
        ("Licence and cost", (("received_on", "licence_ends_on"), ("cost", "currency"), ("names_delivered",))),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = AcquiredList
        fields = (
            "name",
            "kind",
            "vendor",
            "received_on",
            "licence_ends_on",
            "cost",
            "currency",
            "names_delivered",
            "note",
        )
        help_texts = {
            "kind": "A response list holds people who answered, a compiled list people gathered from directories.",
            "licence_ends_on": "The last day; empty: without an end.",
        }
        widgets = {"received_on": DAY, "licence_ends_on": DAY}

    def __init__(self, *, user: User, record: AcquiredList | None, initial: dict[str, Any], data: Any = None) -> None:
        begins = {"version": record.version} if record else {"currency": current_company().currency}
        super().__init__(data=data, instance=record, initial={**begins, **initial})

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if AcquiredList.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a list of this name already.")
        return name

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        received, ends = cleaned.get("received_on"), cleaned.get("licence_ends_on")
        if received and ends and ends < received:
            self.add_error("licence_ends_on", "The licence would end before the list was received.")
        return cleaned

    @property
    def list_fields(self) -> dict[str, Any]:
        """The cleaned values of the list."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

"""What administrators say about a market category."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify

from contacts.markets.facts import facts
from contacts.models import MarketCategory
from crm.fields import SectionedForm
from crm.models import User


class MarketForm(SectionedForm, forms.ModelForm):
    """A category with the facts that its customers must have; the key of a new one follows from its label."""

    layout = (("", (("label", "position"), ("required",))),)
    required = forms.MultipleChoiceField(
        required=False,
        label="Its customers must have",
        widget=forms.SelectMultiple(attrs={"data-pick": "many"}),
        help_text="Forms ask for these; an import takes a row without them and says so.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = MarketCategory
        fields = ("label", "position", "required")
        help_texts = {"position": "Categories stand in this order."}

    def __init__(self, *, user: User, record: MarketCategory | None, initial: dict[str, Any], data: Any = None) -> None:
        begins = {"version": record.version, "required": record.required} if record else {}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        self.fields["required"].choices = [(one.name, one.label) for one in facts()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        key = slugify(cleaned.get("label") or "")[:16].strip("-")
        if not self.instance.pk and "label" not in self.errors:
            if not key:
                self.add_error("label", "Write it with at least one letter or digit of the Latin alphabet.")
            elif MarketCategory.objects.filter(key=key).exists():
                self.add_error("label", "There is a category of nearly this name already.")
            cleaned["key"] = key
        return cleaned

    @property
    def market_fields(self) -> dict[str, Any]:
        """The cleaned values of the category."""
        names = ("label", "position", "required") if self.instance.pk else ("key", "label", "position", "required")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

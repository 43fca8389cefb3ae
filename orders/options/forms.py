"""What people type about the options of a product, parsed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from crm.fields import LinesField, SectionedForm
from crm.models import User
from orders.choices import OptionKind
from orders.models import Product
from orders.options.actions import OptionInput
from orders.options.queries import options_of
from orders.options.words import MOST_CHOICES, read_choice, write_choice

UNIT: dict[str, Any] = {"max_digits": 16, "decimal_places": 4}


class OptionForm(forms.Form):
    """One option: with choices one of them is said, without any a text. A row that says nothing is none."""

    name = forms.CharField(max_length=80, required=False, label="Option")
    is_required = forms.BooleanField(required=False, label="Has to be said")
    choices = LinesField(
        check=read_choice,
        most=MOST_CHOICES,
        required=False,
        help_text="One to a line, such as: Oak + 4.50. None: they write a text.",
    )
    surcharge = forms.DecimalField(required=False, label="Surcharge for a text", **UNIT)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        choices = cleaned.get("choices") or []
        if choices and not cleaned.get("name"):
            self.add_error("name", "What are these choices of?")
        names = [read_choice(line)[0].casefold() for line in choices]
        if len(names) > len(set(names)):
            self.add_error("choices", "One of the choices stands there twice.")
        return cleaned

    @property
    def option(self) -> OptionInput:
        said = self.cleaned_data
        is_choice = bool(said["choices"])
        return OptionInput(
            name=" ".join(said["name"].split()),
            kind=OptionKind.CHOICE if is_choice else OptionKind.TEXT,
            is_required=said["is_required"],
            surcharge=Decimal(0) if is_choice else said["surcharge"] or Decimal(0),
            choices=tuple(read_choice(line) for line in said["choices"]) if is_choice else (),
        )


class BaseOptions(BaseFormSet):
    """The options of a product; no name comes twice."""

    def clean(self) -> None:
        names = [one.name.casefold() for one in self.options] if all(form.is_valid() for form in self.forms) else []
        if len(names) > len(set(names)):
            raise ValidationError("Two options have the same name.")

    @property
    def options(self) -> list[OptionInput]:
        said = [form for form in self.forms if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")]
        return [form.option for form in said]


OptionForms = forms.formset_factory(
    OptionForm, formset=BaseOptions, extra=0, can_delete=True, max_num=50, absolute_max=50
)


class ProductOptionsForm(SectionedForm, forms.Form):
    """The options of a product (`options`, a formset), saved over a version of the product."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Product, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial={"version": record.version, **initial})
        make: Any = OptionForms
        rows = [
            {
                "name": one.name,
                "is_required": one.is_required,
                "choices": [write_choice(choice.name, choice.surcharge) for choice in one.choices.all()],
                "surcharge": one.surcharge.normalize() if one.surcharge else None,
            }
            for one in options_of([record.pk])[record.pk]
        ]
        self.options = make(data=data, prefix="options", initial=rows)
        self.options.extra = 0 if rows else 1

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.options.is_valid()])

    def further_state(self) -> dict[str, list[str]]:
        """The options in words, for who saved at the same time as somebody else."""
        return {"Options": [f"{form['name'].value()}" for form in self.options if form["name"].value()]}

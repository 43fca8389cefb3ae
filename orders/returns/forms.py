"""The form of a return."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from crm.fields import SectionedForm
from crm.models import User
from crm.templatetags.figures import plain_number
from orders.models import Order
from orders.options.queries import chosen_of
from orders.options.words import in_words
from orders.returns.queries import returnable

PREFIX = "line_"


class ReturnForm(SectionedForm, forms.Form):
    """How much of each line comes back."""

    def __init__(self, data: Any = None, *, user: User, record: Order, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        rows = returnable(record)
        chosen = chosen_of(line.pk for line, _ in rows)
        for line, most in rows:
            words = in_words(chosen[line.pk])
            label = f"{line.product or f'Line {line.position}'}{f' ({words})' if words else ''}"
            self.fields[f"{PREFIX}{line.pk}"] = forms.DecimalField(
                label=label, required=False, min_value=0, max_value=most, max_digits=16, decimal_places=4,
                help_text=f"{plain_number(most)} at most",
            )  # fmt: skip
        self.layout = (("What comes back", tuple((name,) for name in self.fields)),)

    @property
    def quantities(self) -> dict[int, Decimal]:
        return {int(name.removeprefix(PREFIX)): value for name, value in self.cleaned_data.items() if value}

"""The form for points that are spent or adjusted by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import Contact
from crm.fields import SectionedForm
from crm.models import User
from orders.choices import PointsKind

MOST = 1_000_000_000


class PointsForm(SectionedForm, forms.Form):
    """How many points, and what for."""

    kind = forms.ChoiceField(
        label="What happens",
        choices=(
            (PointsKind.SPENT, "They spend points"),
            (PointsKind.ADJUSTED, "We give (or, with a minus, take) some"),
        ),
        widget=forms.RadioSelect,
        initial=PointsKind.SPENT,
    )
    points = forms.IntegerField(label="Points", min_value=-MOST, max_value=MOST)
    note = forms.CharField(label="What for", max_length=200, required=False)
    layout = (("", (("kind",), ("points", "note"))),)

    def __init__(self, data: Any = None, *, user: User, record: Contact, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)

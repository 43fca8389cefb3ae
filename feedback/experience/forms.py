"""What people type about touch points, parsed."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.fields import SectionedForm
from crm.models import User
from feedback.models import TouchPoint

PLANNED = ("planned_volume", "planned_satisfaction", "planned_complaints", "planned_cost")


class TouchPointForm(SectionedForm, forms.ModelForm):
    """Where customers meet the house, and what is planned there."""

    layout = (
        ("", (("name",), ("stage", "channel", "position"), ("promise",))),
        ("What is planned", (PLANNED[:2], PLANNED[2:])),
    )

    class Meta:
        model = TouchPoint
        fields = ("name", "stage", "channel", "position", "promise", *PLANNED)
        help_texts = {
            "channel": "Contacts and tickets of this channel count here, at this stage.",
            "position": "Its place along the journey.",
        }

    def __init__(self, *, user: User, record: TouchPoint | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)

    @property
    def point_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

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
        ("Which contacts of the channel", (("direction", "words"),)),
        ("What is planned", (PLANNED[:2], PLANNED[2:])),
    )

    class Meta:
        model = TouchPoint
        fields = ("name", "stage", "channel", "direction", "words", "position", "promise", *PLANNED)
        help_texts = {
            "channel": "Contacts and tickets of this channel count here, at this stage.",
            "position": "Its place along the journey.",
            "direction": "Empty: both.",
            "words": "Commas between them: return, refund. One of them is in the subject. Empty: whatever it says.",
        }

    def __init__(self, *, user: User, record: TouchPoint | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)

    def clean_words(self) -> str:
        parts = (" ".join(part.split()) for part in self.cleaned_data["words"].split(","))
        return ", ".join(part for part in parts if part)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("channel") and (said.get("direction") or said.get("words")):
            self.add_error("channel", "Choose the channel whose contacts these are.")
        return said

    @property
    def point_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

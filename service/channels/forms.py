"""The web form as a stranger sees it: nothing else of what is sent is looked at."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.foreign.strangers import TRAP, trap_field
from service.choices import TicketKind
from service.models import WebForm

KINDS = (
    (TicketKind.QUERY.value, "I have a question"),
    (TicketKind.COMPLAINT.value, "Something is wrong"),
    (TicketKind.PURCHASE_ISSUE.value, "It is about an order or an invoice"),
    (TicketKind.SUGGESTION.value, "I have a suggestion"),
)


class PublicTicketForm(forms.Form):
    """Who asks, and what."""

    name = forms.CharField(label="Your name", max_length=150)
    email = forms.EmailField(label="E-mail address", max_length=254, help_text="Where our answer goes.")
    kind = forms.ChoiceField(label="What is it?", choices=KINDS, initial=TicketKind.QUERY)
    subject = forms.CharField(label="In a few words", max_length=160)
    message = forms.CharField(label="Your message", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    reference = forms.CharField(label="Order or serial number, if you have it at hand", max_length=120, required=False)

    def __init__(self, data: Any = None, *, capture: WebForm, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="f-%s")
        if not capture.asks_product:
            del self.fields["reference"]
        self.fields[TRAP] = trap_field()

    def clean(self) -> dict[str, Any]:
        """One line stays one line: what is typed may stand in the head of a mail or in a list."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                plain = value.replace("\0", "")
                cleaned[name] = plain.strip() if name == "message" else " ".join(plain.split())
        return cleaned

    @property
    def is_caught(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.cleaned_data.get(TRAP))

    @property
    def values(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != TRAP}

    def asked_fields(self) -> list[Any]:
        """The bound fields that the page shows, in order."""
        return [self[name] for name in self.fields if name != TRAP]

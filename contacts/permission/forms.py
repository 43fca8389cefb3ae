"""The form for one entry of the ledger of consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent, Contact, Purpose
from contacts.models.permission import EVERY_PURPOSE
from crm.fields import SectionedForm
from crm.models import User

LEVELS = (
    (ConsentLevel.DOUBLE_OPT_IN, "Yes, and confirmed (double opt-in)"),
    (ConsentLevel.OPT_IN, "Yes (opt-in)"),
    (ConsentLevel.IMPLIED, "Implied by what they do with us"),
    (ConsentLevel.NONE, "No: they take it back"),
)


class ConsentForm(SectionedForm, forms.ModelForm):
    """What somebody said, by which channel and for what, when and where."""

    purpose = forms.ChoiceField(label="For")
    level = forms.TypedChoiceField(label="They said", choices=LEVELS, coerce=int, widget=forms.RadioSelect)
    recorded_at = forms.DateTimeField(
        label="When they said so",
        required=False,
        help_text="Empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    layout = (
        ("What they said", (("channel", "purpose"), ("level",))),
        ("How we know", (("recorded_at", "basis"), ("source", "proof"), ("wording",))),
    )

    class Meta:
        model = Consent
        fields = ("channel", "purpose", "level", "basis", "recorded_at", "source", "wording", "proof")
        widgets = {"wording": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"source": "Such as “on the phone” or “form at the fair”.", "proof": "Where the proof is kept."}

    def __init__(
        self, data: Any = None, *, user: User, record: Contact | None, initial: dict[str, Any] | None = None
    ) -> None:
        first = {"channel": ConsentChannel.EMAIL, "purpose": "marketing", "recorded_at": None, **(initial or {})}
        super().__init__(data, initial=first)
        found = [(purpose.key, purpose.label) for purpose in Purpose.objects.all()]
        self.fields["purpose"].choices = [*found, (EVERY_PURPOSE, "Everything")]  # type: ignore[attr-defined]
        self.fields["channel"].choices = ConsentChannel.choices  # type: ignore[attr-defined]

    def clean_recorded_at(self) -> Any:
        moment = self.cleaned_data["recorded_at"]
        if moment and moment > timezone.now():
            raise forms.ValidationError("This lies in the future: write down what has been said already.")
        return moment

    @property
    def entry(self) -> dict[str, Any]:
        """The cleaned values as `record_consent` takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

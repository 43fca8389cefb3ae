"""What the house says of a kind of data, and of a hold."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import Contact, RetentionRule
from contacts.privacy.retention.rules import kinds
from crm.fields import SectionedForm
from crm.models import User


class RuleForm(SectionedForm, forms.ModelForm):
    """How many months, and whether the rule works."""

    layout = (("", (("months", "order_years"), ("is_on",))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = RetentionRule
        fields = ("months", "order_years", "is_on")
        labels = {
            "months": "Kept for … months",
            "order_years": "Who ordered stays for … years",
            "is_on": "Works each night",
        }
        help_texts = {"is_on": "Look above at what would go first. What is gone does not come back."}

    def __init__(self, *, user: User, record: RetentionRule, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial={"version": record.version, **initial})
        kind = kinds().get(record.kind)
        if kind is None or not kind.is_of_contacts:
            del self.fields["order_years"]


class HoldForm(SectionedForm, forms.Form):
    """Why a person's data are held, and until when."""

    layout = (("", (("reason",), ("ends_on",))),)
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Such as a dispute, or an audit. Who is kept from an erasure reads it.",
    )
    ends_on = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day. Empty: until somebody ends it.",
    )

    def __init__(self, *, user: User, record: Contact | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)

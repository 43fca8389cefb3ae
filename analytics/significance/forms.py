"""The form that says for what a customer is significant."""

from __future__ import annotations

from typing import Any

from django import forms

from analytics.models import SignificanceMark
from contacts.models import Contact
from crm.fields import SectionedForm
from crm.models import User


class MarkForm(SectionedForm, forms.ModelForm):
    layout = (("", (("kind",), ("reason",))),)

    class Meta:
        model = SignificanceMark
        fields = ("kind", "reason")

    def __init__(self, data: Any = None, *, user: User, record: Contact, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)

    def _post_clean(self) -> None:
        """The action checks the whole mark, with the contact that this form does not hold."""

"""The form of a mailbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from crm.fields import SectionedForm
from crm.incoming.choices import Security
from crm.mail.addresses import checked_address, normal_address
from crm.models import Mailbox, User


class MailboxForm(SectionedForm, forms.ModelForm):
    """A mailbox; its password is only ever written."""

    password = forms.CharField(
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Sealed when it is stored, and never shown again. Empty: it stays as it is.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    layout = (
        ("", (("name", "address"), ("purpose",), ("is_active", "is_for_answers"))),
        ("Fetched by IMAP", (("host", "port"), ("security", "folder"), ("user_name", "password"), ("fetches_old",))),
        ("First answer", (("acknowledgement",),)),
    )

    class Meta:
        model = Mailbox
        fields = (
            "name", "address", "purpose", "is_active", "is_for_answers", "host", "port", "security", "user_name",
            "folder", "fetches_old", "acknowledgement",
        )  # fmt: skip
        help_texts = {
            "host": "Empty: mails are brought to its hook instead.",
            "user_name": "Empty: the e-mail address.",
            "is_for_answers": "Mails that we send name it, signed, so that an answer finds its way without a subject.",
            "fetches_old": "Else what lies there before the first time is left alone.",
        }
        widgets = {"acknowledgement": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *, user: User, record: Mailbox | None, initial: dict[str, Any], data: Any = None) -> None:
        self.record = record
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})

    def clean_address(self) -> str:
        return normal_address(checked_address(self.cleaned_data["address"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        host = (cleaned.get("host") or "").strip().lower()
        cleaned["host"] = host
        if host and not cleaned.get("password") and not (self.record and self.record.sealed_password):
            self.add_error("password", "A mailbox is fetched by its password: give it.")
        if host and cleaned.get("security") == Security.NONE and host not in settings.CRM_MAIL_HOSTS:
            self.add_error("security", "A password does not travel in the clear: choose TLS or STARTTLS.")
        if any(sign in str(cleaned.get("folder", "")) for sign in "\r\n\x00"):
            raise ValidationError({"folder": "A folder has no line breaks in its name."})
        return cleaned

    @property
    def mailbox_fields(self) -> dict[str, Any]:
        """The cleaned values, without the password."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

"""What is typed of a mail, parsed."""

from __future__ import annotations

from django import forms

from contacts.composing.forms import LONGEST_TEXT
from crm.mail.addresses import checked_address


class MailForm(forms.Form):
    """A mail to a lead."""

    to = forms.CharField(max_length=320, label="Recipient")
    subject = forms.CharField(max_length=200, label="Subject")
    text = forms.CharField(max_length=LONGEST_TEXT, label="Text")
    quoted = forms.CharField(max_length=LONGEST_TEXT, required=False, label="Quoted text")

    def clean_to(self) -> str:
        return checked_address(self.cleaned_data["to"])

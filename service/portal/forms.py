"""What customers type in the portal, parsed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_noop

from crm.fields import FilesField

LONGEST = 20_000
MOST_FILES, LARGEST_FILES = 5, 15 << 20


def files_field() -> FilesField:
    """Files that go with what is written."""
    return FilesField(
        most=MOST_FILES, limit=LARGEST_FILES, because=gettext_noop("send them in parts"), required=False, label="Files",
        help_text="Pictures or documents: at most 5, together 15 MB.",
    )  # fmt: skip


class AskForm(forms.Form):
    """For which address a link is asked."""

    address = forms.EmailField(
        label="Your e-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ReplyForm(forms.Form):
    """What is added to a request."""

    text = forms.CharField(label="Your message", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    attached = files_field()


class RequestForm(forms.Form):
    """A new request."""

    subject = forms.CharField(label="What is it about?", max_length=200)
    text = forms.CharField(label="Your message", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 7}))
    attached = files_field()

    def clean_subject(self) -> str:
        """On one line, of signs that can be read."""
        text = "".join(sign if sign.isprintable() else " " for sign in self.cleaned_data["subject"])
        if not text.strip():
            raise forms.ValidationError("Say in a few words what it is about.")
        return " ".join(text.split())

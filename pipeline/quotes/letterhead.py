"""The page of the letterhead: the address, the logo and the words that stand on quotes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from crm.conflicts import GuardedForm
from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.models import StoredFile
from crm.setting_up.actions import save_row
from crm.setting_up.pages import OneRowPage
from pipeline.models import Letterhead

LINES = forms.Textarea(attrs={"rows": 4})


class LetterheadForm(GuardedForm, forms.ModelForm):
    """What stands on every quote; a picture that is brought becomes its logo."""

    sections = (
        ("Who writes", (("company_name", "colour"), ("address", "contact_lines"), ("bank", "footer"))),
        ("Logo", (("logo_file", "without_logo"),)),
        ("What a quote begins with", (("prefix", "valid_days"), ("tax_rate",), ("intro", "terms"))),
    )
    logo_file = forms.FileField(
        label="New logo",
        required=False,
        help_text="PNG or JPEG, shown 16 mm high. Empty: the one that is there stays.",
    )
    without_logo = forms.BooleanField(label="Without a logo", required=False)

    class Meta:
        model = Letterhead
        fields = (
            "company_name", "colour", "address", "contact_lines", "bank", "footer", "prefix", "valid_days", "tax_rate",
            "intro", "terms",
        )  # fmt: skip
        labels = {"company_name": "Name on quotes", "tax_rate": "Tax in %"}
        widgets = {
            **dict.fromkeys(("address", "contact_lines", "bank", "footer", "intro", "terms"), LINES),
            "colour": forms.TextInput(attrs={"type": "color"}),
        }


class LetterheadView(OneRowPage):
    model = Letterhead
    form_class = LetterheadForm
    heading = "Letterhead"
    note = "Quotes that were sent keep the letterhead that they went with."

    def save(self, form: Any) -> None:
        row = self.row(is_held=True)
        row.pk = 1
        fields = {name: form.cleaned_data[name] for name in form._meta.fields}
        if form.cleaned_data["without_logo"]:
            fields["logo"] = None
        elif form.cleaned_data["logo_file"]:
            fields["logo"] = self.stored(form.cleaned_data["logo_file"])
        save_row(actor=self.request.user, row=row, fields=fields, what="the letterhead")

    def stored(self, upload: UploadedFile) -> StoredFile:
        """The picture, drawn anew and stored, once everything else will do. Raises ValidationError."""
        try:
            return store_upload(actor=self.request.user, upload=upload, purpose=UploadPurpose.PICTURE)
        except UploadRefused as refusal:
            raise ValidationError({"logo_file": str(refusal)}) from refusal

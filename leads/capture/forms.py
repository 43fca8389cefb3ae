"""The form in which a marketer builds a form."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from contacts.models import Purpose
from crm.fields import LinesField, RecordField, SectionedForm
from crm.models import User
from leads.capture.fields import askable
from leads.models import CaptureForm, Sequence
from orders.models import Product

OUT, OPTIONAL, NEEDED = "", "optional", "needed"
STATES = ((OUT, "not asked"), (OPTIONAL, "asked"), (NEEDED, "needed"))
SITE = re.compile(r"^https?://[a-z0-9.-]+(:\d+)?$")
FRESH = {"consent_purpose": "marketing", "thanks_text": "We will be in touch."}
FIRST = (("first_name", NEEDED), ("last_name", OPTIONAL), ("email", NEEDED), ("message", OPTIONAL))


def check_site(line: str) -> None:
    """Refuse what is no origin of a site: `https://www.example.com`, without a path."""
    if not SITE.match(line.lower()):
        raise ValidationError("write it like https://www.example.com, without a path.")


class CaptureFormForm(SectionedForm, forms.ModelForm):
    """What a public form asks, in which words, and what becomes of it. Each field that can be asked for has a row: how
    it is asked (`ask_NAME`), and its words (`label_NAME`)."""

    intro = forms.CharField(required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    thanks_text = forms.CharField(required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    consent_wording = forms.CharField(
        required=False,
        max_length=2_000,
        label="Wording of the consent",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept word for word with each who agrees. Empty: nothing is asked, and nothing may be mailed.",
    )
    consent_purpose = forms.ChoiceField(label="Consent is for")
    allowed_sites = LinesField(
        check=check_site,
        required=False,
        help_text="Sites that may show it in a frame, one a line: https://www.example.com",
    )
    product = RecordField(
        queryset=Product.objects.none(), url_name="orders:product_options", required=False, label="Interest"
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = CaptureForm
        fields = (
            "name", "is_active", "title", "intro", "submit_label", "consent_wording", "consent_purpose",
            "consent_required", "confirms", "thanks_title", "thanks_text", "source", "list_kind", "list_name",
            "campaign", "product", "sequence", "allowed_sites",
        )  # fmt: skip
        help_texts = {
            "name": "For you; the title is what strangers see.",
            "sequence": "Each lead comes into it at once; its mails go only to whom they may.",
        }

    def __init__(self, *, user: User, record: CaptureForm | None, initial: dict[str, Any], data: Any = None) -> None:
        self.record, self.known = record, askable()
        stored = {"version": record.version} if record else FRESH
        super().__init__(data=data, instance=record, initial={**self._asked(record), **stored, **initial})
        cast(RecordField, self.fields["product"]).reach(
            Product.objects.visible_to(user), record.product_id if record else None, "a product"
        )
        sequences = Sequence.objects.visible_to(user).filter(Q(is_active=True) | Q(forms=record))
        cast(forms.ModelChoiceField, self.fields["sequence"]).queryset = sequences.distinct()
        purposes = [(one.key, one.label) for one in Purpose.objects.all()]
        self.fields["consent_purpose"].choices = purposes or [("marketing", "Marketing")]  # type: ignore[attr-defined]
        for name, label in self.known.items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(choices=STATES, required=False, label=label)
            words = forms.TextInput(attrs={"placeholder": label, "aria-label": f"{label}, in your words"})
            self.fields[f"label_{name}"] = forms.CharField(
                required=False, max_length=120, label="In your words", widget=words
            )
        rows = tuple((f"ask_{name}", f"label_{name}") for name in self.known)
        self.layout = (
            ("", (("name", "title"), ("intro",), ("is_active",))),
            ("What is asked", rows),
            ("Consent", (("consent_wording",), ("consent_purpose", "consent_required"), ("confirms",))),
            ("Afterwards", (("submit_label", "thanks_title"), ("thanks_text",))),
            ("What the lead gets", (("source", "campaign"), ("list_kind", "list_name"), ("product", "sequence"))),
            ("In a frame", (("allowed_sites",),)),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = {name for name in self.known if cleaned.get(f"ask_{name}")}
        if not asked & {"email", "phone", "first_name", "last_name", "organization"}:
            raise ValidationError("Ask at least for a name, an e-mail address, a number or an organization.")
        if cleaned.get("confirms") and cleaned.get("ask_email") != NEEDED:
            self.add_error("confirms", "A mail that confirms needs the e-mail address as a needed field.")
        return cleaned

    def clean_allowed_sites(self) -> list[str]:
        return [site.lower() for site in self.cleaned_data["allowed_sites"]]

    @property
    def form_fields(self) -> dict[str, Any]:
        """The cleaned values of the capture form, with the asked fields in order."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        asked = [
            {
                "name": name,
                "label": self.cleaned_data[f"label_{name}"] or label,
                "required": self.cleaned_data[f"ask_{name}"] == NEEDED,
            }
            for name, label in self.known.items()
            if self.cleaned_data[f"ask_{name}"]
        ]
        return {**given, "fields": asked}

    def _asked(self, record: CaptureForm | None) -> dict[str, Any]:
        if record is None:
            return {f"ask_{name}": state for name, state in FIRST}
        found: dict[str, Any] = {}
        for one in record.fields:
            found[f"ask_{one['name']}"] = NEEDED if one.get("required") else OPTIONAL
            found[f"label_{one['name']}"] = one["label"]
        return found

"""What a public form can ask, and the form that a stranger sends: nothing else of what is sent is looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop as _

from contacts.countries import country_code
from contacts.forms import check_phone
from crm.choices import FieldType
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.values import clean_value
from crm.foreign.strangers import TRAP, trap_field
from leads.models import CaptureForm

ASKED: dict[str, tuple[str, int]] = {
    "first_name": (_("First name"), 150),
    "last_name": (_("Last name"), 150),
    "email": (_("E-mail address"), 254),
    "phone": (_("Phone"), 60),
    "organization": (_("Organization"), 300),
    "city": (_("City"), 150),
    "postal_code": (_("Postal code"), 32),
    "country": (_("Country"), 80),
    "industry": (_("Industry"), 120),
    "message": (_("Message"), 4_000),
}
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CUSTOM = "custom."
ASKABLE = (FieldType.TEXT, FieldType.CHOICE, FieldType.FLAG, FieldType.NUMBER, FieldType.DATE, FieldType.URL)


def askable() -> dict[str, str]:
    """Every field that a form may ask for, with the label that it has unless the marketer says otherwise."""
    own = {f"{CUSTOM}{one.key}": one.label for one in definitions_of("leads.lead") if _may_ask(one)}
    return {name: label for name, (label, _) in ASKED.items()} | own


def _may_ask(definition: Definition) -> bool:
    return not definition.is_late and FieldType(definition.type) in ASKABLE


class PublicForm(forms.Form):
    """A form as a stranger sees it: the asked fields, consent, and a field that only machines fill in."""

    def __init__(self, data: Any = None, *, capture: CaptureForm, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="f-%s")
        self.capture = capture
        self.definitions = {f"{CUSTOM}{one.key}": one for one in definitions_of("leads.lead")}
        for asked in capture.fields:
            field = self._field(asked["name"], asked["label"], bool(asked.get("required")))
            if field is not None:
                self.fields[asked["name"]] = field
        if capture.consent_wording:
            self.fields["consent"] = forms.BooleanField(
                label=capture.consent_wording, required=capture.consent_required
            )
        for name in UTM:
            self.fields[name] = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput())
        self.fields[TRAP] = trap_field()

    def clean(self) -> dict[str, Any]:
        """One line stays one line: what is typed may stand in the head of a mail or in a list."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str) and name != "message":
                cleaned[name] = " ".join(value.replace("\0", "").split())
        if phone := cleaned.get("phone"):
            try:
                check_phone(phone)
            except ValidationError:
                self.add_error("phone", _("This is not a phone number; write it with its country, such as +44 113 …"))
        if country := cleaned.get("country"):
            cleaned["country"] = country_code(country) or country
        for name, definition in self.definitions.items():
            if name in self.fields and name in cleaned:
                self._clean_custom(name, definition, cleaned)
        return cleaned

    @property
    def is_caught(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.cleaned_data.get(TRAP))

    @property
    def values(self) -> dict[str, Any]:
        """What was typed into the asked fields, as JSON."""
        names = [asked["name"] for asked in self.capture.fields if asked["name"] in self.fields]
        given = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in given.items() if value not in (None, "")}

    @property
    def utm(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in UTM if self.cleaned_data.get(name)}

    def asked_fields(self) -> list[Any]:
        """The bound fields that the page shows, in order."""
        return [self[asked["name"]] for asked in self.capture.fields if asked["name"] in self.fields]

    def _field(self, name: str, label: str, required: bool) -> forms.Field | None:
        if name == "email":
            return forms.EmailField(label=label, required=required, max_length=254)
        if name == "message":
            return forms.CharField(
                label=label, required=required, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4})
            )
        if name in ASKED:
            return forms.CharField(label=label, required=required, max_length=ASKED[name][1])
        definition = self.definitions.get(name)
        if definition is None or not _may_ask(definition):
            return None
        if definition.type == FieldType.CHOICE:
            choices = [("", "–"), *((choice, choice) for choice in definition.choices)]
            return forms.ChoiceField(label=label, required=required, choices=choices)
        if definition.type == FieldType.FLAG:
            return forms.ChoiceField(label=label, required=required, choices=[("", "–"), ("yes", "Yes"), ("no", "No")])
        return forms.CharField(label=label, required=required, max_length=500)

    def _clean_custom(self, name: str, definition: Definition, cleaned: dict[str, Any]) -> None:
        if cleaned[name] in (None, ""):
            return
        try:
            cleaned[name] = clean_value(definition, cleaned[name])
        except ValidationError as error:
            self.add_error(name, error)

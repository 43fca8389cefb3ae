"""Forms about custom fields: the definition itself, and the fields that definitions add to a record's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError

from crm.choices import FieldType
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.specs import value_of
from crm.customfields.values import LONGEST_TEXT, LONGEST_URL, clean_value
from crm.fields import LinesField, RecordField, SectionedForm
from crm.languages.words import Typed
from crm.models import CustomField, User

SHORT_TEXT = 80
MOST_CHOICES = 200
UNSEEN = "a contact that you do not see"
YES_NO = (("", "–"), ("yes", "Yes"), ("no", "No"))
CHOSEN = (FieldType.CHOICE, FieldType.MULTI_CHOICE)


class FieldForm(SectionedForm, forms.ModelForm):
    """The definition of a custom field of contacts; `record` None makes a new one."""

    layout = (
        ("", (("label", "type"), ("choices",), ("help",))),
        ("Rules", (("default", "position"), ("is_required", "is_unique"), ("is_late",))),
    )

    choices = LinesField(required=False, most=MOST_CHOICES, help_text="One a line; for the two types of choices.")
    default = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        label="Unless said otherwise",
        help_text="What a new contact begins with.",
    )

    class Meta:
        model = CustomField
        fields = ("label", "type", "help", "position", "is_required", "is_unique", "is_late")
        labels = {"is_required": "Needed", "is_unique": "No two contacts may have the same"}

    def __init__(self, *, user: User, record: CustomField | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"choices": record.choices, "default": _as_text(record.default)} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        self.fields["position"].required = False
        if record is None:
            del self.fields["position"]
        else:
            self.fields["type"].help_text = "Another type converts the values; where one does not fit, nothing changes."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, choices = cleaned.get("type"), cleaned.get("choices") or []
        cleaned["choices"] = choices if kind in CHOSEN else []
        if kind in CHOSEN and "choices" not in self.errors:
            self._check_choices(kind, choices)
        if kind and not self.errors:
            cleaned["default"] = self._default(cleaned)
        if self.instance.pk and cleaned.get("position") is None:
            cleaned["position"] = self.instance.position
        return cleaned

    def _check_choices(self, kind: str, choices: list[str]) -> None:
        if not choices:
            self.add_error("choices", "Write the choices, one a line.")
        elif len({choice.casefold() for choice in choices}) < len(choices):
            self.add_error("choices", "A choice stands there twice.")
        elif kind == FieldType.MULTI_CHOICE and any(set(choice) & set(",;|") for choice in choices):
            self.add_error("choices", "Several choices are written with commas between them, so no choice holds one.")

    def _default(self, cleaned: Mapping[str, Any]) -> Any:
        text = cleaned.get("default") or None
        if text is None:
            return None
        if cleaned["type"] == FieldType.CONTACT or cleaned.get("is_unique"):
            self.add_error("default", "A field like this has no value that all new contacts begin with.")
            return None
        try:
            return clean_value(Definition("", "", cleaned["type"], tuple(cleaned["choices"])), text)
        except ValidationError as error:
            self.add_error("default", error)
            return None

    @property
    def definition_fields(self) -> dict[str, Any]:
        """The cleaned values of the definition."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.fields}


class CustomFieldsForm(SectionedForm):
    """A record's form with the custom fields of its model in a section of their own."""

    custom_model = ""

    def add_custom_fields(self, user: User, record: Any) -> None:
        """Add a form field for each definition, with the record's value; a new record begins with the defaults."""
        self.definitions = definitions_of(self.custom_model)
        for one in self.definitions:
            value = value_of(one, record) if record else one.default
            self.fields[one.name] = form_field(one, user, value)
            if isinstance(value, tuple):
                value = list(value)
            self.initial[one.name] = as_sent(value)

    @property
    def custom(self) -> dict[str, Any]:
        """Valid values by key; None where nothing is given. A field that this person may not write keeps its value."""
        return {
            one.key: self.cleaned_data[one.name]
            for one in self.definitions
            if one.name in self.cleaned_data and not self.fields[one.name].disabled
        }

    def sections(self) -> list[dict[str, Any]]:
        placed = {name for _, lines in self.layout for row in lines for name in row}
        names = [one.name for one in self.definitions if one.name not in placed]
        rows = [row for row in (self._bound(names[at : at + 2]) for at in range(0, len(names), 2)) if row]
        return super().sections() + ([{"title": "Custom fields", "rows": rows}] if rows else [])

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for one in self.definitions:
            if one.name in self.cleaned_data and not self.fields[one.name].disabled:
                take_custom(self, one)


def take_custom(form: forms.BaseForm, one: Definition) -> None:
    """Make the cleaned value of a field what is stored for its definition, or say beside it what is wrong."""
    try:
        form.cleaned_data[one.name] = clean_value(one, form.cleaned_data[one.name])
    except ValidationError as error:
        form.add_error(one.name, error)


def form_field(one: Definition, user: User, value: Any) -> forms.Field:
    """The field of a form for a definition. Its choices are words of people, in no catalogue."""
    made = _field_of(one, user, value)
    made.has_own_words = bool(one.choices)  # type: ignore[attr-defined]
    return made


def _field_of(one: Definition, user: User, value: Any) -> forms.Field:
    late = "Filled in after the fact." if one.is_late else ""
    common: dict[str, Any] = {
        "label": Typed(one.label),
        "help_text": Typed(f"{one.help} {late}".strip()) if one.help else late,
        "required": one.is_required,
    }
    choices = [(choice, choice) for choice in one.choices]
    match FieldType(one.type):
        case FieldType.NUMBER | FieldType.MONEY:
            return forms.DecimalField(widget=forms.NumberInput(attrs={"step": "any"}), **common)
        case FieldType.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
        case FieldType.CHOICE:
            return forms.ChoiceField(choices=[("", "–"), *choices], **common)
        case FieldType.MULTI_CHOICE:
            many = forms.SelectMultiple(attrs={"data-pick": "many"})
            return forms.MultipleChoiceField(choices=choices, widget=many, **common)
        case FieldType.FLAG:
            return forms.ChoiceField(choices=YES_NO, **common)
        case FieldType.CONTACT:
            return _link_field(user, value, common)
        case FieldType.URL:
            return forms.CharField(max_length=LONGEST_URL, **common)
    is_long = isinstance(value, str) and (len(value) > SHORT_TEXT or "\n" in value)
    widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
    return forms.CharField(max_length=LONGEST_TEXT, widget=widget, **common)


def _link_field(user: User, value: Any, common: dict[str, Any]) -> RecordField:
    contacts: Any = apps.get_model("contacts.contact").objects
    field = RecordField(queryset=contacts.none(), url_name="contacts:contact_options", **common)
    field.reach(contacts.visible_to(user), value if isinstance(value, int) else None, UNSEEN)
    return field


def as_sent(value: Any) -> Any:
    """A value as JSON holds it, as a browser would send it to the form."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)

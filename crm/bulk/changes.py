"""The changes that are made of many rows at once: what is typed, made valid, and the statement that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from crm.bulk.editing import EditField, Editing, editing_of
from crm.catalogue import fields_of
from crm.choices import FieldType, Verb
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.forms import form_field as custom_form_field
from crm.customfields.values import clean_value
from crm.field_rights import read_only_fields
from crm.fields import RecordField, TagsField
from crm.models import User

SET, ADD_TAG, REMOVE_TAG, ARCHIVE, RESTORE = "set", "add_tag", "remove_tag", "archive", "restore"
OPERATIONS = (SET, ADD_TAG, REMOVE_TAG, ARCHIVE, RESTORE)
CUSTOM = "custom"
MOST_TAGS = 100
YES_NO = ((str(True), "yes"), (str(False), "no"))


@dataclass(frozen=True)
class Change:
    """One change: `op`, for `set` the catalogue field, and what was typed (texts as a form sends them)."""

    label: str
    op: str
    field: str = ""
    typed: tuple[str, ...] = ()

    @property
    def editing(self) -> Editing:
        editing = editing_of(self.label)
        if editing is None:
            raise ValidationError("This list is not changed as a whole.")
        return editing

    @property
    def verb(self) -> str:
        return Verb.DELETE if self.op in (ARCHIVE, RESTORE) else Verb.CHANGE

    @property
    def is_by_charge(self) -> bool:
        return self.op == SET and self.field in self.editing.by_spec and self.editing.by_spec[self.field].by_charge

    @property
    def column(self) -> str:
        """The model's field that it writes."""
        if self.op in (ADD_TAG, REMOVE_TAG):
            return self.editing.tags
        if self.op in (ARCHIVE, RESTORE):
            return self.editing.archived_at
        return CUSTOM if self.definition else self.editing.by_spec[self.field].name

    @property
    def definition(self) -> Definition | None:
        """The custom field that it writes, if it is one."""
        own = {one.name: one for one in definitions_of(self.label)} if self.editing.custom else {}
        return own.get(self.field) if self.op == SET else None


def editable_names(user: User, label: str) -> list[str]:
    """Names of the catalogue fields that this person may write from the list."""
    editing = editing_of(label)
    if editing is None:
        return []
    fixed = read_only_fields(user, apps.get_model(label))
    own = [one.spec for one in editing.fields if not {one.spec, one.name} & fixed]
    custom = [one.name for one in definitions_of(label) if editing.custom and _is_plain(one)]
    return own + [name for name in custom if name not in fixed]


def cell_names(user: User, label: str) -> list[str]:
    """Names of the catalogue fields that this person may write in one row: also what is unique."""
    editing = editing_of(label)
    own = definitions_of(label) if editing is not None and editing.custom else ()
    fixed = read_only_fields(user, apps.get_model(label))
    single = [one.name for one in own if not _is_plain(one) and one.name not in fixed]
    return editable_names(user, label) + single


def _is_plain(one: Definition) -> bool:
    return not one.is_unique


def clean(user: User, change: Change) -> Any:
    """The value to write, as the model holds it. Raises ValidationError with a sentence."""
    editing = change.editing
    is_tagging, is_archiving = change.op in (ADD_TAG, REMOVE_TAG), change.op in (ARCHIVE, RESTORE)
    if change.op not in OPERATIONS or (is_tagging and not editing.tags) or (is_archiving and not editing.archived_at):
        raise ValidationError("There is no such change.")
    fixed = read_only_fields(user, apps.get_model(change.label))
    if change.op in (ARCHIVE, RESTORE):
        return timezone.now() if change.op == ARCHIVE else None
    if change.op in (ADD_TAG, REMOVE_TAG):
        if editing.tags in fixed:
            raise ValidationError("You may not change the tags.")
        tags = TagsField(required=True).clean(", ".join(change.typed))
        if not tags:
            raise ValidationError("Which tag? A word is needed.")
        return tags
    if change.field not in editable_names(user, change.label):
        raise ValidationError("This field cannot be changed here.")
    if change.definition is not None and change.definition.type == FieldType.CONTACT:
        link = custom_form_field(change.definition, user, None)
        link.required = False
        return clean_value(change.definition, link.clean("".join(change.typed)))
    if change.definition is not None:
        typed: Any = list(change.typed) if change.definition.type == FieldType.MULTI_CHOICE else "".join(change.typed)
        return clean_value(change.definition, typed)
    return form_field(user, change.label, editing.by_spec[change.field]).clean(_sent(change))


def _sent(change: Change) -> Any:
    model = apps.get_model(change.label)
    field = model._meta.get_field(change.editing.by_spec[change.field].name)
    return list(change.typed) if isinstance(field, ArrayField) else ", ".join(change.typed)


def _choices_of(label: str, edit: EditField) -> list[tuple[str, str]]:
    """The values that a list of choices may hold, as the catalogue says."""
    spec = next((one for one in fields_of(label) if one.name == edit.spec), None)
    return list(spec.choices()) if spec is not None and spec.kind == "listed" and spec.choices else []


def form_field(user: User, label: str, edit: EditField) -> forms.Field:
    """The form field that reads what is typed for a field of the model."""
    field = cast("models.Field[Any, Any]", apps.get_model(label)._meta.get_field(edit.name))
    if edit.offered is not None:
        rows = edit.offered(user)
        if edit.options_url_name:
            return RecordField(queryset=rows, url_name=edit.options_url_name, required=not field.null)
        found = forms.ModelChoiceField(rows, required=not field.null, empty_label="nobody" if edit.by_charge else "–")
        found.widget.attrs["data-pick"] = "one"
        return found
    if isinstance(field, ArrayField):
        if choices := _choices_of(label, edit):
            widget = forms.SelectMultiple(attrs={"data-pick": "many"})
            return forms.MultipleChoiceField(choices=choices, required=False, widget=widget)
        return TagsField(required=False)
    if edit.choices is not None:
        return forms.ChoiceField(choices=[("", "–"), *edit.choices()], required=not field.blank, widget=pick_one())
    if isinstance(field, models.BooleanField):
        return forms.TypedChoiceField(choices=YES_NO, coerce=lambda typed: typed == str(True), initial=str(True))
    made = field.formfield()
    if made is None:
        raise ValidationError("This field cannot be changed here.")
    if isinstance(made, forms.DateField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return made


def pick_one() -> forms.Select:
    return forms.Select(attrs={"data-pick": "one"})


def limited(change: Change, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Without the rows that do not have the field at all, or cannot be changed."""
    rows = rows.filter(**dict(change.editing.only))
    edit = change.editing.by_spec.get(change.field) if change.op == SET else None
    return rows.filter(**dict(edit.only)) if edit and edit.only else rows


def taking(change: Change, value: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those that may have this value beside what else stands in them."""
    edit = change.editing.by_spec.get(change.field) if change.op == SET else None
    return rows.filter(edit.takes(value)) if edit and edit.takes and value is not None else rows


def differing(change: Change, value: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those that are not so already."""
    column, key = change.column, change.definition.key if change.definition else ""
    if change.op == ADD_TAG:
        return rows.exclude(**{f"{column}__contains": value}).filter(**{f"{column}__len__lt": MOST_TAGS})
    if change.op == REMOVE_TAG:
        return rows.filter(**{f"{column}__overlap": value})
    if change.op == ARCHIVE:
        return rows.filter(**{f"{column}__isnull": True})
    if value is None:
        return rows.filter(custom__has_key=key) if key else rows.filter(**{f"{column}__isnull": False})
    return rows.exclude(Q(custom__contains={key: value}) if key else Q(**{column: value}))


def assignment(change: Change, value: Any) -> dict[str, Any]:
    """What the statement sets, the version and the moment of the change with it."""
    model = apps.get_model(change.label)
    fields = {field.name for field in model._meta.concrete_fields}
    counted: dict[str, Any] = {"version": F("version") + 1} if "version" in fields else {}
    moved = {"updated_at": timezone.now()} if "updated_at" in fields else {}
    return {change.column: _expression(change, value), **counted, **moved}


def _expression(change: Change, value: Any) -> Any:
    if change.definition is not None:
        if value is None:
            key = Cast(Value(change.definition.key), TextField())
            return Func(F(CUSTOM), key, template="(%(expressions)s)", arg_joiner=" - ", output_field=JSONField())
        added = Cast(Value({change.definition.key: value}, JSONField()), JSONField())
        return Func(F(CUSTOM), added, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())
    if change.op in (ADD_TAG, REMOVE_TAG):
        return _tags(change.column, value, change.op)
    return value


def _tags(column: str, tags: Sequence[str], op: str) -> Any:
    """Taken off first, so that a tag stands there once; then put at the end."""
    of_tags = ArrayField(CharField(max_length=60))
    found: Any = F(column)
    for tag in tags:
        found = Func(found, Cast(Value(tag), CharField(max_length=60)), function="array_remove", output_field=of_tags)
    for tag in tags if op == ADD_TAG else ():
        found = Func(found, Cast(Value(tag), CharField(max_length=60)), function="array_append", output_field=of_tags)
    return found

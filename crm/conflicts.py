"""Two people saved one record: what the other changed, beside what this person typed.

A form carries how the record stood when it was opened. What only the other person changed is taken over; what both
changed is kept as typed and shown beside theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from crm.saving import what_happened
from crm.templatetags.figures import NOTHING

OPENED, VERSION = "opened", "version"
State = dict[str, list[str]]


@dataclass(frozen=True)
class Difference:
    """One field: as they saved it, and as this person typed it."""

    label: str
    theirs: str
    mine: str


@dataclass
class Conflict:
    """`both` changed these; `taken` are labels of fields that only the other person changed."""

    both: list[Difference] = field(default_factory=list)
    taken: list[Difference] = field(default_factory=list)


class GuardedForm(forms.BaseModelForm):
    """A form over a record that others may save meanwhile, for pages whose records have no version of their own.

    Its page sends back how the record stood (`opened_words`, the hidden field `opened`), and holds the record's row
    locked while it asks whether the form is valid: it is not where the record stands otherwise by now.
    """

    conflict: Conflict | None = None

    @property
    def opened_words(self) -> str:
        """How the record stands for who reads this page; empty for a new one."""
        if self.instance.pk is None:
            return ""
        if self.is_bound and self.conflict is None:
            return str(self.data.get(OPENED, ""))
        return json.dumps(self._stands(self.unbound()))

    def unbound(self) -> Any:
        """The same form over the record as it is stored, nothing typed."""
        return type(self)(instance=self._meta.model._default_manager.get(pk=self.instance.pk))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opened = opened_state(self.data)
        if self.instance.pk is not None and opened and opened != self._stands(current := self.unbound()):
            self.conflict = merge(self, current)
            raise ValidationError(what_happened(current.instance))
        return cleaned

    @staticmethod
    def _stands(form: Any) -> State:
        version = getattr(form.instance, "version", None)
        return state_of(form) | ({VERSION: [str(version)]} if version is not None else {})


def state_of(form: forms.BaseForm) -> State:
    """The fields of an unbound form as a browser would send them back."""
    return {name: _as_sent(form[name]) for name in _compared(form)} | _further(form)


def state_in_words(form: forms.BaseForm) -> str:
    return json.dumps(state_of(form))


def opened_state(data: Mapping[str, Any]) -> State:
    """How the record stood when the form was opened; empty where the page did not say."""
    try:
        found = json.loads(data.get(OPENED, "") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_untouched(data: Mapping[str, Any], name: str) -> bool:
    """Whether a field of one word was sent as it stood when the form was opened."""
    return opened_state(data).get(name) == _clean([data.get(name)])


def compare(*, opened: State, theirs: State, mine: State) -> tuple[list[str], list[str]]:
    """Names whose value both changed since the page was opened, and those that only the other person changed."""
    both: list[str] = []
    taken: list[str] = []
    for name in dict.fromkeys([*mine, *theirs]):
        now, typed, base = theirs.get(name), mine.get(name), opened.get(name)
        if now not in (typed, base):
            (taken if typed == base else both).append(name)
    return both, taken


def merge(form: Any, current: Any) -> Conflict:
    """Compare what was typed (`form`, bound) with the record as it is (`current`, the same form, unbound).

    Fields that this person left as they were take the other's value: `form.data` is changed.
    """
    opened, theirs = opened_state(form.data), state_of(current)
    data: QueryDict = form.data.copy()
    mine = {
        name: _clean(word for key in _names(form[name]) for word in data.getlist(key)) for name in _compared(form)
    } | _further(form)
    both, taken = compare(opened=opened, theirs=theirs, mine=mine)
    conflict = Conflict()
    for name in both + [name for name in taken if name in form.fields]:
        if name not in form.fields:  # a heading of what is beside the fields
            conflict.both.append(difference(name, theirs, mine))
            continue
        bound = current[name]
        found = Difference(str(bound.label), words_for(bound, theirs[name]), words_for(bound, mine[name]))
        if name in both:
            conflict.both.append(found)
            continue
        conflict.taken.append(found)
        for key, values in zip(_names(form[name]), _values(bound), strict=True):
            data.setlist(key, values)
    conflict.both += [difference(name, theirs, mine) for name in taken if name not in form.fields]
    form.data = data
    return conflict


def difference(label: str, theirs: State, mine: State, name: str = "") -> Difference:
    """Values that are words already, a line each."""
    words = ("\n".join(state.get(name or label, [])) or NOTHING for state in (theirs, mine))
    return Difference(label, *words)


def words_for(bound: BoundField, values: list[str]) -> str:
    """Values as a browser sends them, in the words that the field shows."""
    labels = _labels(bound, values)
    return ", ".join(labels.get(value, value) for value in values) or NOTHING


def _labels(bound: BoundField, values: list[str]) -> dict[str, str]:
    if isinstance(bound.field, forms.ModelChoiceField):
        keys = [value for value in values if value.isdecimal()]
        found = bound.field.queryset.filter(pk__in=keys) if keys and bound.field.queryset is not None else []
        return {str(record.pk): str(record) for record in found}
    choices = getattr(bound.field, "choices", ())
    return {str(value): str(label) for value, label in choices if not isinstance(label, list | tuple)}


def _compared(form: forms.BaseForm) -> list[str]:
    return [bound.name for bound in form.visible_fields() if not bound.field.disabled]


def _further(form: Any) -> State:
    """What a form holds beyond its fields, such as the lines of an order, a line of text each; by its heading."""
    further: State = form.further_state() if hasattr(form, "further_state") else {}
    return further


def _as_sent(bound: BoundField) -> list[str]:
    return _clean(word for values in _values(bound) for word in values)


def _names(bound: BoundField) -> list[str]:
    """The names under which a browser sends the field: several where it is drawn as several."""
    widget: Any = bound.field.widget
    suffixes: list[str] = getattr(widget, "widgets_names", [""])
    return [f"{bound.html_name}{suffix}" for suffix in suffixes]


def _values(bound: BoundField) -> list[list[str]]:
    """What a browser would send under each of these names."""
    widget: Any = bound.field.widget
    if hasattr(widget, "decompress"):
        parts = zip(widget.widgets, widget.decompress(bound.value()), strict=True)
        return [_listed(part.format_value(value)) for part, value in parts]
    if isinstance(widget, forms.CheckboxInput):
        return [["on"] if bound.value() else []]
    return [_listed(widget.format_value(bound.value()))]


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return ["" if one is None else str(one) for one in values]


def _clean(values: Any) -> list[str]:
    """Without what says nothing; line ends as browsers send them do not count."""
    words = ["" if value is None else str(value).replace("\r\n", "\n").strip() for value in values]
    return sorted(word for word in words if word)

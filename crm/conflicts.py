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
from django.forms.boundfield import BoundField
from django.http import QueryDict

from crm.templatetags.figures import NOTHING

OPENED = "opened"
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


def merge(form: Any, current: Any) -> Conflict:
    """Compare what was typed (`form`, bound) with the record as it is (`current`, the same form, unbound).

    Fields that this person left as they were take the other's value: `form.data` is changed.
    """
    opened, theirs = opened_state(form.data), state_of(current)
    data: QueryDict = form.data.copy()
    conflict = Conflict()
    for name in _compared(form):
        bound = current[name]
        mine, base = _clean(data.getlist(form[name].html_name)), opened.get(name)
        if mine == theirs[name] or theirs[name] == base:
            continue
        difference = Difference(str(bound.label), words_for(bound, theirs[name]), words_for(bound, mine))
        if mine == base:
            data.setlist(form[name].html_name, theirs[name])
            conflict.taken.append(difference)
        else:
            conflict.both.append(difference)
    for name, now in _further(current).items():
        mine = _further(form)[name]
        if now not in (mine, opened.get(name)):
            conflict.both.append(Difference(name, "\n".join(now) or NOTHING, "\n".join(mine) or NOTHING))
    form.data = data
    return conflict


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
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return ["on"] if bound.value() else []
    value = bound.field.widget.format_value(bound.value())
    return _clean(value if isinstance(value, list | tuple) else [value])


def _clean(values: Any) -> list[str]:
    """Without what says nothing; line ends as browsers send them do not count."""
    words = ["" if value is None else str(value).replace("\r\n", "\n").strip() for value in values]
    return sorted(word for word in words if word)

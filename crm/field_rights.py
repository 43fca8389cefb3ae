"""Which fields a person may not see, or not write. Every door asks here: lists, pages, forms, files, import, API.

A rule is about a *stored* field, written `app.model.field`: the money of a customer is `analytics.rfmscore.monetary`
wherever it is shown. The catalogues say by which names lists, forms and files know it (`FieldSpec`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.catalogue import FieldSpec, catalogues, fields_of
from crm.choices import FieldRight, Role
from crm.role_rules import rules_of

if TYPE_CHECKING:
    from crm.models import User

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GuardedField:
    """A stored field that a rule can be made for; `model` is where it is stored."""

    model: str
    field: str
    label: str
    group: str


def hidden_fields(user: User | None, model: type[models.Model]) -> frozenset[str]:
    """What this person may not see of `model`: names of its fields, of its catalogue fields and of both in files.

    Empty for administrators and for `None`, the system itself.
    """
    return _names(model._meta.label_lower, _taken(user)[0])


def read_only_fields(user: User | None, model: type[models.Model]) -> frozenset[str]:
    """What this person may not write of `model`, by the same names; what is hidden is among it."""
    hidden, fixed = _taken(user)
    return _names(model._meta.label_lower, hidden | fixed)


def hidden_specs(user: User | None, label: str) -> frozenset[str]:
    """Names of the catalogue fields of a model (`contacts.contact`) whose value this person may not know."""
    return _spec_names(label, _taken(user)[0])


def hides(user: User | None, *stored: str) -> bool:
    """Whether any of these stored fields (`orders.order.cost`) is hidden from this person."""
    return not _taken(user)[0].isdisjoint(stored)


def mask(user: User | None, record: models.Model | None) -> None:
    """Take the hidden values off a record that is about to be shown, and off what was read with it.

    The record is for looking at only from here on: it must not be saved.
    """
    if record is None or not _taken(user)[0]:
        return
    _empty(record, hidden_fields(user, type(record)))
    read_along = [one for one in record._state.fields_cache.values() if isinstance(one, models.Model)]
    fetched: dict[str, Iterable[models.Model]] = getattr(record, "_prefetched_objects_cache", {})
    for other in (*read_along, *(one for rows in fetched.values() for one in rows)):
        _empty(other, hidden_fields(user, type(other)))


def _empty(record: models.Model, names: frozenset[str]) -> None:
    for field in record._meta.concrete_fields:
        if field.name in names and field.attname in record.__dict__:
            empty = None if field.null or not field.empty_strings_allowed else ""
            setattr(record, field.name, [] if isinstance(field, ArrayField) else empty)


def stored_at(label: str, spec: FieldSpec) -> str:
    """The stored field that a catalogue field of a model stands for: `analytics.rfmscore.monetary`."""
    if spec.stored:
        return spec.stored
    model = apps.get_model(label)
    first, *rest = spec.path.split("__")
    if first == "pk":  # a value made of the whole record: a field of its own
        return f"{label}.{spec.name}"
    field: Any = model._meta.get_field(first)
    if isinstance(field, models.JSONField) and rest:
        return f"{label}.{spec.path}"
    if field.concrete:
        return f"{label}.{first}"
    for step in rest:
        model, field = field.related_model, field.related_model._meta.get_field(step)
    return f"{model._meta.label_lower}.{field.name}"


def guarded_fields(label: str) -> list[GuardedField]:
    """The stored fields that rules can be made for on the page of a model, in the order of its catalogue fields.

    What is stored with a model that has fields in the catalogues itself (a product's family in orders) stands there.
    """
    found: dict[str, GuardedField] = {}
    for spec in fields_of(label):
        home, _, name = stored_at(label, spec).rpartition(".")
        is_here = home == label or not fields_of(home)
        if not spec.always and spec.path != "pk" and is_here and (f"{home}.{name}" not in found or spec.name == name):
            found[f"{home}.{name}"] = GuardedField(home, name, spec.label, spec.group)
    return list(found.values())


def guarded_models() -> list[str]:
    """Labels of the models that have fields in the catalogues, lowest floor first."""
    return list(dict.fromkeys(label for catalogue in catalogues() for label in catalogue.fields))


@cache
def _companions() -> dict[str, frozenset[str]]:
    """What a rule on a stored field takes along, by that field."""
    found: dict[str, set[str]] = {}
    for label in guarded_models():
        for spec in fields_of(label):
            found.setdefault(stored_at(label, spec), set()).update(spec.covers)
    return {stored: frozenset(covered) for stored, covered in found.items()}


def _taken(user: User | None) -> tuple[frozenset[str], frozenset[str]]:
    """Stored fields that are hidden from a person, and those that are read only; read once per user object."""
    if user is None or user.role == Role.ADMIN:
        return NONE, NONE
    cached = getattr(user, "_fields_taken", None)
    if cached is None:
        rights = rules_of(user).rights.items()
        cached = tuple(
            _with_companions(f"{model}.{field}" for (model, field), right in rights if right == wanted)
            for wanted in (FieldRight.HIDDEN, FieldRight.READ_ONLY)
        )
        user._fields_taken = cached  # type: ignore[attr-defined]
    return cast("tuple[frozenset[str], frozenset[str]]", cached)


def _with_companions(stored: Iterable[str]) -> frozenset[str]:
    asked = set(stored)
    return frozenset(asked.union(*(_companions().get(one, NONE) for one in asked)))


def _names(label: str, taken: frozenset[str]) -> frozenset[str]:
    """All names of the taken fields of one model. A catalogue field that is called like another field of the model is
    left out: its name means that one here."""
    if not taken:
        return NONE
    own = {stored.removeprefix(f"{label}.") for stored in taken if stored.rpartition(".")[0] == label}
    also = {name for spec in fields_of(label) if stored_at(label, spec) in taken for name in spec.also}
    fields = {field.name for field in apps.get_model(label)._meta.get_fields()}
    return frozenset(own | also | (_spec_names(label, taken) - (fields - own)))


def _spec_names(label: str, taken: frozenset[str]) -> frozenset[str]:
    if not taken:
        return NONE
    specs = {spec.name: spec for spec in fields_of(label)}
    own = [name for name, spec in specs.items() if spec.path.startswith("custom__")]

    def told_by(spec: FieldSpec) -> Iterable[str]:
        names = (spec.name, *spec.shows, *(own if spec.shows_custom else ()))
        return (name if "." in name else stored_at(label, specs[name]) for name in names)

    return frozenset(name for name, spec in specs.items() if not taken.isdisjoint(told_by(spec)))

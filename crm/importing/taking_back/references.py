"""What names a record of a model: foreign keys of all tables, and the numbers without one, read from the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, ForeignKey, Model

from crm.catalogue import past_rule
from crm.importing.taking_back.rules import derived_models
from crm.past.upkeep import own_models

BY_LABEL = (
    ("record_model", "record_id"),
    ("object_model", "object_id"),
    ("about_model", "about_id"),
    ("model", "object_id"),
)
SAYS_ONLY = frozenset({"crm.logentry", "crm.rowchange"})
"""Records of what happened: they speak of records that are gone as well."""
STAMPS = ("created_at", "recorded_at", "at")


@dataclass(frozen=True)
class Reference:
    """A column of `model` that names rows of another; `label_column` is the one beside it that says of which model."""

    model: type[Model]
    column: str
    label_column: str = ""

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def is_derived(self) -> bool:
        """Its rows are reckoned from others: they go with what they name."""
        return self.label in derived_models() or past_rule(self.label).rebuilt

    @property
    def is_ledger(self) -> bool:
        """Rows are only ever added, and the application cannot take them away."""
        return past_rule(self.label).is_added_to

    @property
    def stamp(self) -> str:
        """The column that says when a row was written; empty where none does."""
        columns = {field.column for field in self.model._meta.concrete_fields}
        return next((name for name in STAMPS if name in columns), "")


@cache
def references_to(target: type[Model]) -> tuple[Reference, ...]:
    """Everything that may name a record of this model, in the order of the floors."""
    return tuple(_found(target))


def foreign_keys(model: type[Model]) -> list[tuple[str, type[Model]]]:
    """(column, the model that it names) of each foreign key."""
    fields: Any = model._meta.concrete_fields
    return [(field.column, field.related_model) for field in fields if isinstance(field, ForeignKey)]


def _found(target: type[Model]) -> Iterator[Reference]:
    hangs_on_contacts = target._meta.label_lower == "contacts.contact"
    for model in own_models():
        if model._meta.label_lower in SAYS_ONLY:
            continue
        yield from (Reference(model, column) for column, named in foreign_keys(model) if named is target)
        fields = {field.column: field for field in model._meta.concrete_fields}
        for label_column, column in BY_LABEL:
            if label_column in fields and column in fields:
                yield Reference(model, column, label_column)
        if hangs_on_contacts and isinstance(fields.get("contact_id"), BigIntegerField):
            yield Reference(model, "contact_id")


def model_called(label: str) -> type[Model]:
    return apps.get_model(label)

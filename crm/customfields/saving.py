"""Values of custom fields onto a record: what is not named stays as it is, what is unique is held to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from crm.customfields.counting import is_taken
from crm.customfields.definitions import definitions_of
from crm.languages.refusing import refused


def with_defaults(label: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a new record of a model begins with: the defaults of its custom fields below what is given."""
    stored = {
        one.key: list(one.default) if isinstance(one.default, tuple) else one.default
        for one in definitions_of(label)
        if one.default is not None
    }
    return {**stored, **values}


def set_custom(record: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Set valid values by key on a record that is about to be saved, None takes one away; labels of what changed.

    Inside the action's transaction, the row of a stored record locked. Keys without a definition are passed over: the
    field was deleted meanwhile. Raises ValidationError where a value that may be there once stands elsewhere already.
    """
    label = record._meta.label_lower
    known = {one.key: one for one in definitions_of(label)}
    stored: dict[str, Any] = dict(record.custom or {})  # type: ignore[attr-defined]
    changed = []
    for key, value in values.items():
        definition = known.get(key)
        if definition is None or stored.get(key) == value:
            continue
        if value is None:
            del stored[key]
        else:
            if definition.is_unique and is_taken(label, definition, value, record.pk):
                raise refused(
                    "%(label)s: another record has this value, and it may be there only once.", label=definition.label
                )
            stored[key] = value
        changed.append(definition.label)
    record.custom = stored  # type: ignore[attr-defined]
    return changed

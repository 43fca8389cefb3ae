"""Custom fields on a record page: label and value, links with the rights of the person who looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

from crm.choices import FieldType
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.specs import drawn, value_of
from crm.field_rights import hidden_specs

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class FactLine:
    """One line: `url` leads to a linked contact or a web address (`is_outside`)."""

    name: str
    label: str
    text: str
    url: str = ""
    is_outside: bool = False
    note: str = ""


def fact_lines(user: User, record: models.Model) -> list[FactLine]:
    """A line for each custom field that has a value; linked contacts by name to who may see them."""
    label = record._meta.label_lower
    hidden = hidden_specs(user, label)
    shown = [one for one in definitions_of(label) if one.name not in hidden and value_of(one, record) is not None]
    linked = _linked(user, [value_of(one, record) for one in shown if one.type == FieldType.CONTACT])
    return [_line(one, value_of(one, record), linked) for one in shown]


def values_reader(user: User, label: str, records: Sequence[Any]) -> Callable[[Any], dict[str, Any]]:
    """Reads the stored values of a record by key: without what is hidden from the person, and without links to contacts
    that they may not see. One question for the links of all `records`."""
    hidden = hidden_specs(user, label)
    shown = [one for one in definitions_of(label) if one.name not in hidden]
    links = [one.key for one in shown if one.type == FieldType.CONTACT]
    seen = _linked(user, [record.custom[key] for record in records for key in links if key in record.custom])

    def read(record: Any) -> dict[str, Any]:
        values = {one.key: record.custom[one.key] for one in shown if one.key in record.custom}
        return {key: value for key, value in values.items() if key not in links or value in seen}

    return read


def _line(definition: Definition, value: Any, linked: dict[int, Any]) -> FactLine:
    name, label = definition.name, definition.label
    note = "filled in after the fact" if definition.is_late else ""
    if definition.type == FieldType.CONTACT:
        contact = linked.get(value)
        if contact is None:
            return FactLine(name, label, "a contact that you do not see", note=note)
        return FactLine(name, label, str(contact), contact.get_absolute_url(), note=note)
    if definition.type == FieldType.URL:
        return FactLine(name, label, value, value, is_outside=True, note=note)
    return FactLine(name, label, drawn(definition, value), note=note)


def _linked(user: User, keys: list[int]) -> dict[int, Any]:
    """Linked contacts by id, as far as the person may see them; the ground floor knows contacts by their label only."""
    if not keys:
        return {}
    contacts: Any = apps.get_model("contacts.contact")
    return dict(contacts.objects.visible_to(user).in_bulk(keys))

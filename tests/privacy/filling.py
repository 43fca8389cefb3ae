"""A person with something in every personal table, and a mark in every field of words."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model
from django.utils import timezone

from contacts.models import Contact
from contacts.privacy.people import person_of
from contacts.privacy.tables import PersonalTable, is_wordy, personal_tables
from crm.models import StoredFile

MARK = "Canary7f3a"
NAME, MAIL, PHONE = f"{MARK} Person", f"{MARK.lower()}@birds.example", "+44 20 7946 0011"
DEFAULTS: dict[str, Any] = {"DateField": dt.date(2026, 3, 2), "DateTimeField": timezone.now, "DecimalField": 1}


def fill(contact: Contact) -> list[str]:
    """Write a row into each personal table that has none of theirs yet, and the mark into every field of words that an
    erasure is to empty; the labels of the tables that stay empty."""
    person, empty = person_of(contact), []
    for table in personal_tables():
        rows = table.rows(person)
        if not rows.exists():
            _make(table, contact)
        if not rows.exists():
            empty.append(table.model)
        for row in rows:
            _mark(row, table)
    return empty


def mark_of(field: Any, key: Any = "") -> Any:
    """The mark as a value of the field; another one for each row, for what must be unique."""
    if isinstance(field, ArrayField):
        return [f"{MARK}{key}"]
    kind = field.get_internal_type()
    if kind == "JSONField":
        return {"text": f"of {MARK}"}
    if kind == "BinaryField":
        return f"raw {MARK}".encode()
    if kind == "GenericIPAddressField":
        return "192.0.2.7"
    text = f"{MARK} {key}"
    return text if field.max_length is None or field.max_length >= len(text) else None


def _mark(row: Model, table: PersonalTable) -> None:
    changes = {}
    for field in row._meta.concrete_fields:
        is_emptied = table.gone or field.name in table.blanks()
        keeps = table.gone and (field.unique or field.name in ("recipient", "address", "normalised", "model"))
        if is_wordy(field) and is_emptied and not keeps and not field.name.endswith(("email_key", "_model")):
            changes[field.name] = mark_of(field, row.pk)
    changes = {name: value for name, value in changes.items() if value is not None}
    for name in ("name", "requester_email", "from_address", "recipient", "email", "sender_address"):
        if name in changes:
            changes[name] = NAME if name == "name" else MAIL
    if changes:
        type(row)._base_manager.filter(pk=row.pk).update(**changes)


def _make(table: PersonalTable, contact: Contact) -> None:
    """A row with the least that it needs, where it hangs on the contact by a key of its own."""
    names = {field.name: field for field in table.of._meta.concrete_fields}
    if "contact_id" in names:
        values: dict[str, Any] = {"contact_id": contact.pk}
    else:
        keys = [one for one in table.paths if one in names and isinstance(names[one], ForeignKey)]
        if not keys:
            return
        values = {keys[0]: contact}
    if "record_model" in names:
        values |= {"record_model": "contacts.contact", "record_id": contact.pk}
    for field in names.values():
        if field.name in values or field.primary_key or field.has_default() or field.null or field.blank:
            continue
        if isinstance(field, ForeignKey):
            related = _related(field, contact)
            if related is None:
                return
            values[field.name] = related
        elif field.choices:
            values[field.name] = field.choices[0][0]
        elif is_wordy(field):
            is_emptied = table.gone or field.name in table.blanks()
            values[field.name] = (mark_of(field) if is_emptied else None) or "EUR"
        else:
            default = DEFAULTS.get(field.get_internal_type(), 1)
            values[field.name] = default() if callable(default) else default
    if table.of._meta.managed:
        # one that needs more than a row can say by itself stays empty, and is told as such
        with suppress(IntegrityError), transaction.atomic():
            table.of._base_manager.create(**values)


def _related(field: Any, contact: Contact) -> Model | None:
    model = field.related_model
    if model is StoredFile:
        return StoredFile.objects.create(name=f"{MARK}.txt", file=ContentFile(MARK.encode(), "a.txt"), size=10)
    found = model._base_manager.exclude(pk=contact.pk) if model is Contact else model._base_manager.all()
    return found.first()

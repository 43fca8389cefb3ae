"""Writes of definitions: from the administration's page, and in bulk from an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Max
from psycopg import sql

from crm.choices import FieldType
from crm.customfields.converting import convert_values, refuse_twins
from crm.customfields.definitions import Definition, definition_of, forget_definitions, free_key
from crm.languages.refusing import refused
from crm.log import log
from crm.models import CustomField, FieldRule, User
from crm.templatetags.figures import plural


@transaction.atomic
def create_field(*, actor: User | None, model: str, fields: Mapping[str, Any]) -> CustomField:
    """Define a field; its key is made of its label."""
    _hold(model)
    keys = CustomField.objects.filter(model=model).values_list("key", flat=True)
    row = CustomField(model=model, key=free_key(fields["label"], keys), **fields)
    row.position = _last_place(model) + 1
    row.save()
    forget_definitions()
    log(actor=actor, verb="create", object=row, summary=f"Made the custom field {row.label}")
    return row


@transaction.atomic
def change_field(*, actor: User | None, field: CustomField, fields: Mapping[str, Any]) -> CustomField:
    """Change a definition; its key stays. Of another type or with other choices, the stored values are converted.

    Raises ValidationError, and changes nothing, where stored values do not fit: it counts them and names some.
    """
    _hold(field.model)
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    before = definition_of(row)
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if not changed:
        return row
    converted = 0
    if {"type", "choices"} & set(changed):
        converted = convert_values(row.model, before, replace(definition_of(row), is_required=False))
    if "is_unique" in changed and row.is_unique:
        refuse_twins(row.model, definition_of(row))
    row.save(update_fields=changed)
    forget_definitions()
    more = f" and converted {plural(converted, 'value')}" if converted else ""
    log(actor=actor, verb="change", object=row, summary=f"Changed the custom field {row.label}{more}")
    return row


@transaction.atomic
def delete_field(*, actor: User | None, field: CustomField) -> int:
    """Take a field away together with its values; returns how many records had one."""
    table = apps.get_model(field.model)._meta.db_table
    with connection.cursor() as cursor:
        clear = sql.SQL("UPDATE {} SET custom = custom - %s WHERE custom ? %s").format(sql.Identifier(table))
        cursor.execute(clear, [field.key, field.key])
        count = int(cursor.rowcount)
    log(
        actor=actor, verb="delete", object=field, summary=f"Deleted the custom field {field.label} of {count:,} records"
    )
    FieldRule.objects.filter(model=field.model, field=f"custom__{field.key}").delete()
    CustomField.objects.filter(pk=field.pk).delete()
    forget_definitions()
    return count


@transaction.atomic
def add_fields(*, actor: User | None, model: str, definitions: Iterable[Definition]) -> None:
    """Make the fields that are not there yet, in this order, and mark those as late that come so.

    Raises ValidationError where a key was taken meanwhile by a field of another type.
    """
    _hold(model)
    rows = {row.key: row for row in CustomField.objects.filter(model=model)}
    place, made = _last_place(model), []
    for one in definitions:
        row = rows.get(one.key)
        if row is None:
            place += 1
            row = CustomField(
                model=model, key=one.key, label=one.label, type=one.type, choices=list(one.choices), position=place
            )
            row.is_late = one.is_late
            row.save()
            made.append(one.label)
        elif row.type != one.type:
            kind = FieldType(row.type).label.lower()
            raise refused(
                "The custom field “%(label)s” is there already, with the type “%(kind)s”.", label=row.label, kind=kind
            )
        elif one.is_late and not row.is_late:
            CustomField.objects.filter(pk=row.pk).update(is_late=True)
    forget_definitions()
    if made:
        log(actor=actor, verb="create", summary=f"Made custom fields: {', '.join(made)}"[:500])


def _hold(model: str) -> None:
    """One writer of definitions at a time: keys and places are given once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"custom fields of {model}"])


def _last_place(model: str) -> int:
    return CustomField.objects.filter(model=model).aggregate(last=Max("position"))["last"] or 0

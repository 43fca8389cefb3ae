"""Custom fields as columns of a file that import reads back, named by their keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import BigIntegerField, Case, CharField, Func, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from crm.choices import FieldType
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.specs import json_at, text_at

if TYPE_CHECKING:
    from crm.models import User


def custom_columns(label: str, shipped: Collection[str]) -> dict[str, Definition]:
    """The custom fields of a model by the names of their columns, beside the columns that it has anyway."""
    return {one.name if one.key in shipped else one.key: one for one in definitions_of(label)}


def custom_expression(user: User | None, definition: Definition) -> Combinable:
    """What a column of a file holds: texts that import reads as the same value. Contacts stand by their external id,
    those that the person may not see not at all."""
    match FieldType(definition.type):
        case FieldType.FLAG:
            said = (When(custom__contains={definition.key: value}, then=Value(word)) for value, word in WORDS)
            return Case(*said, default=Value(None), output_field=CharField())
        case FieldType.MULTI_CHOICE:
            return json_at(definition.key)
        case FieldType.CONTACT:
            at = Func(OuterRef("custom"), Value(definition.key), function="jsonb_extract_path_text")
            contacts = apps.get_model("contacts.contact").objects.visible_to(user)
            return Subquery(contacts.filter(pk=Cast(at, BigIntegerField())).values("external_id")[:1])
    return text_at(definition.key)


WORDS = ((True, "yes"), (False, "no"))

"""What a kept row says, field by field, in words that the person may read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime

from crm.catalogue import past_rule
from crm.field_rights import hidden_fields, hides
from crm.models import User
from crm.templatetags.figures import NOTHING, day_and_time, full_day, plain_number

UNSAID = {"id", "version", "created_at", "updated_at"}
LONGEST = 300
EMPTY: tuple[Any, ...] = (None, "", [], {})
NOT_YOURS = "a record that you do not see"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words; empty where there was nothing."""

    label: str
    before: str
    after: str


@cache
def model_of(table: str) -> type[models.Model] | None:
    """The model of a table; None for one that the product has no more."""
    return next((model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table), None)


class Wording:
    """Words for kept rows (table, before, after), for one person. Names of the related records that they tell of are
    read once for all of them."""

    def __init__(self, user: User | None, rows: Iterable[tuple[str, Row | None, Row | None]]) -> None:
        self.user = user
        self._names = self._read_names(rows)

    def may_read(self, table: str, row: Row | None) -> bool:
        """Whether a row may be told of: not one that counts as a field hidden from the person."""
        model = model_of(table)
        rule = past_rule(model._meta.label_lower) if model else None
        stored = rule.counts_as.get(str((row or {}).get(rule.counts_by))) if rule and rule.counts_by else None
        return stored is None or not hides(self.user, stored)

    def changes(self, table: str, before: Row | None, after: Row | None) -> list[FieldChange]:
        """The fields that differ, in the order of the model; a row that is not there is all empty."""
        model = model_of(table)
        if model is None:
            return []
        rule = past_rule(model._meta.label_lower)
        hidden = hidden_fields(self.user, model)
        unsaid = UNSAID | set(rule.without) | {rule.parent}
        old, new = before or {}, after or {}
        found = []
        for field in model._meta.concrete_fields:
            if field.column in unsaid or field.name in hidden:
                continue
            was, became = old.get(str(field.column)), new.get(str(field.column))
            if isinstance(field, models.JSONField):
                found += self._of_document(was, became, _keys(field.name, hidden))
            elif was != became and not (was in EMPTY and became in EMPTY):
                label = str(field.verbose_name)
                found.append(FieldChange(label[:1].upper() + label[1:], self.say(field, was), self.say(field, became)))
        return found

    def name_of(self, table: str, row: Row | None) -> str:
        """What a row is called: `E-mail ada@example.org`, `Contact Ada Lovelace`."""
        model = model_of(table)
        if model is None:
            return table
        kind = str(model._meta.verbose_name)
        row, hidden = row or {}, hidden_fields(self.user, model)
        named = [name for name in ("name", "value", "number", "position", "city") if name not in hidden]
        words = next((str(row[name]) for name in named if row.get(name)), "")
        return f"{kind[:1].upper()}{kind[1:]} {words or row.get('id', '')}".strip()

    def say(self, field: models.Field[Any, Any], value: Any) -> str:
        """A stored value of a field, as a page shows it."""
        if value in EMPTY:
            return NOTHING
        if isinstance(field, models.ForeignKey):
            return self._names.get((field.remote_field.model, value), NOT_YOURS)
        if isinstance(field, ArrayField):
            return ", ".join(self.say(field.base_field, part) for part in value)
        labels = {str(key): str(label) for key, label in field.flatchoices}
        if str(value) in labels:
            return labels[str(value)]
        return _plain(field, value)

    def _of_document(self, was: Any, became: Any, hidden: Collection[str]) -> list[FieldChange]:
        """A document of custom fields: each of its keys is a field, and may be hidden as one (`custom__KEY`)."""
        old, new = (value if isinstance(value, dict) else {} for value in (was, became))
        keys = sorted({*old, *new}, key=str)
        return [
            FieldChange(key.replace("_", " ").capitalize(), _text(old.get(key)), _text(new.get(key)))
            for key in keys
            if old.get(key) != new.get(key) and key not in hidden
        ]

    def _read_names(
        self, rows: Iterable[tuple[str, Row | None, Row | None]]
    ) -> dict[tuple[type[models.Model], Any], str]:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for table, before, after in rows:
            model, old, new = model_of(table), before or {}, after or {}
            parent = past_rule(model._meta.label_lower).parent if model else None
            for field in model._meta.concrete_fields if model else ():
                if field.column == parent or not isinstance(field, models.ForeignKey):
                    continue
                if old.get(field.column) != new.get(field.column):
                    keys = {old.get(field.column), new.get(field.column)} - {None}
                    wanted[field.remote_field.model] |= keys
        return names_of(self.user, {model: keys for model, keys in wanted.items() if keys})


def names_of(
    user: User | None, wanted: Mapping[type[models.Model], Collection[Any]]
) -> dict[tuple[type[models.Model], Any], str]:
    """What records (their numbers by model) are called that the person may see: one query for all models that are
    called by their name, and one for each of the others."""
    named = [model for model in wanted if _is_called_by_name(model)]
    found: dict[tuple[type[models.Model], Any], str] = {}
    asked = [
        _visible(model, user)
        .filter(pk__in=wanted[model])
        .order_by()
        .annotate(place=models.Value(place))
        .values_list("place", "pk", "name")
        for place, model in enumerate(named)
    ]
    for place, key, name in asked[0].union(*asked[1:], all=True) if asked else ():
        found[named[place], key] = name
    for model in wanted.keys() - set(named):
        found |= {(model, one.pk): str(one) for one in _visible(model, user).filter(pk__in=wanted[model])}
    return found


@cache
def _is_called_by_name(model: type[models.Model]) -> bool:
    """Whether a record is shown as what its field `name` says."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    is_number = isinstance(model._meta.pk, models.AutoField)
    return is_number and isinstance(fields.get("name"), models.CharField) and str(model(name="a name")) == "a name"


def _visible(model: type[models.Model], user: User | None) -> Any:
    manager = cast(Any, model._default_manager)
    return manager.visible_to(user) if hasattr(model, "access") else manager.all()


def _keys(document: str, names: Iterable[str]) -> frozenset[str]:
    """Of these names of fields the keys in a document: `custom__size` is the key `size` of `custom`."""
    start = f"{document}__"
    return frozenset(name.removeprefix(start) for name in names if name.startswith(start))


def _plain(field: models.Field[Any, Any], value: Any) -> str:
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(str(value))
        return day_and_time(moment) if moment else str(value)
    if isinstance(field, models.DateField):
        day = parse_date(str(value))
        return full_day(day) if isinstance(day, dt.date) else str(value)
    if isinstance(field, models.DecimalField | models.FloatField | models.IntegerField):
        return plain_number(Decimal(str(value)))
    return _text(value)


def _text(value: Any) -> str:
    if value in EMPTY:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

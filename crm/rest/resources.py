"""A resource: one kind of records as the API gives them out. Its fields are those of the catalogues, by the names that
lists know them by, and some that only the API shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from crm.access import Unseen, veil
from crm.catalogue import FieldSpec, shipped_fields_of, unseen_words
from crm.customfields.showing import values_reader
from crm.field_rights import hidden_specs, hides, stored_at
from crm.filtering.related import leads_to_many
from crm.filtering.searching import search_rows
from crm.models import User
from crm.tables import Column

NOT_FOR_MACHINES = frozenset({"scores"})
CUSTOM = FieldSpec("custom", "Values of custom fields by key", "custom", column=False, filter=False)


@dataclass(frozen=True)
class Resource:
    """What a list and a record of the API show.

    `label` is the model's; `extras` are fields beside the catalogues' (a path, or `value(record)`); `only` limits the
    catalogues' fields to those it accepts. `version` reads the version of a record, for resources that are changed.
    `updated_path` is the moment of the last change, for `updated_since`. `narrow` leaves rows out. With
    `has_custom_fields` a record holds the values of its custom fields, too.
    """

    name: str
    label: str
    noun: str
    default_sort: str
    extras: tuple[FieldSpec, ...] = ()
    search: Callable[..., QuerySet[Any]] = search_rows
    only: Callable[[FieldSpec], bool] | None = None
    version: Callable[[Any], int] | None = None
    updated_path: str = ""
    narrow: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    scores_scope: str = "scores:read"
    has_custom_fields: bool = False

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @cached_property
    def specs(self) -> dict[str, FieldSpec]:
        """Every field that can be given out, by name."""
        shown = [spec for spec in shipped_fields_of(self.label) if spec.column and spec.kind not in NOT_FOR_MACHINES]
        shown = [spec for spec in shown if self.only is None or self.only(spec)]
        own = (CUSTOM,) if self.has_custom_fields else ()
        return {spec.name: spec for spec in (*shown, *self.extras, *own)}

    @cached_property
    def readers(self) -> dict[str, Callable[[Any], Any]]:
        """How the value of each field is read from a record."""
        return {name: _reader(self.model, spec) for name, spec in self.specs.items()}

    def rows(self, user: User) -> QuerySet[Any]:
        """The rows that the person may see."""
        found: QuerySet[Any] = self.model.objects.visible_to(user)  # type: ignore[attr-defined]
        return self.narrow(found) if self.narrow else found

    def hidden(self, user: User, *, with_scores: bool) -> set[str]:
        """Names of catalogue fields and extras that this person, with this token, may not know."""
        scores = () if with_scores else (spec.name for spec in shipped_fields_of(self.label) if spec.is_score)
        extras = (spec.name for spec in self.extras if hides(user, stored_at(self.label, spec)))
        return {*hidden_specs(user, self.label), *scores, *extras}

    def with_relations(self, rows: QuerySet[Any], names: Iterable[str]) -> QuerySet[Any]:
        """The rows together with what these fields are read from."""
        chosen = [self.specs[name] for name in names]
        if select := sorted({one for spec in chosen for one in spec.select}):
            rows = rows.select_related(*select)
        return rows.prefetch_related(*sorted({one for spec in chosen for one in spec.prefetch}))

    def shown(self, user: User, records: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
        """Records as JSON holds them: the id and these fields, without related records that the person may not see."""
        veil(user, records, unseen_words(self.label))
        readers = {name: self.readers[name] for name in names}
        for along in {self.specs[name].along for name in names}:
            if along:
                along(records, user)
        if self.has_custom_fields and CUSTOM.name in names:
            readers[CUSTOM.name] = values_reader(user, self.label, records)
        return [{"id": one.pk, **{name: plain(read(one)) for name, read in readers.items()}} for one in records]


def not_searched(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """The search of a list that has none."""
    return rows


def plain(value: Any) -> Any:
    """A value as JSON holds it: money and other exact numbers as texts, days and moments as ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, models.Model):
        return {"id": value.pk, "name": str(value)}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def final_field(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path; None where it leads into a JSON value."""
    field: Any = None
    for step in path.split("__"):
        if isinstance(field, models.JSONField):
            return None
        field = model._meta.get_field(step)
        if isinstance(field.related_model, type):
            model = field.related_model
    return field


def _reader(model: type[models.Model], spec: FieldSpec) -> Callable[[Any], Any]:
    """Reads the stored value; what is put together of several rows, or has none, by the field's own function."""
    if spec.code:
        return spec.code
    is_computed = spec.path in ("", "id") or final_field(model, spec.path) is None or leads_to_many(model, spec.path)
    if spec.value and is_computed:
        return spec.value
    field = model._meta.get_field(spec.path) if "__" not in spec.path else None
    if isinstance(field, models.ForeignKey) and spec.path == field.attname:
        return _reader_of_key(field)
    return Column(spec).raw


def _reader_of_key(field: models.ForeignKey[Any, Any]) -> Callable[[Any], Any]:
    """Reads the id of a related record; None for one that is veiled."""

    def read(record: Any) -> Any:
        is_veiled = isinstance(record._state.fields_cache.get(field.name), Unseen)
        return None if is_veiled else getattr(record, field.attname)

    return read


def chosen_names(asked: str, known: Sequence[str]) -> tuple[list[str], list[str]]:
    """The fields that `fields=name,city` asks for (all, if nothing), and those that there are not."""
    wanted = [name.strip() for name in asked.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known and name != "id"]
    return [name for name in known if not wanted or name in wanted], unknown

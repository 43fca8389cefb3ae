"""Rows of a record (its addresses) read by the one statement that reads the record, instead of one more for each kind.

For rows whose columns JSON holds: texts, whole numbers, truths, days, moments, amounts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, DecimalField, Model, QuerySet
from django.db.models.functions import JSONObject


def rows_along(rows: QuerySet[Any]) -> ArraySubquery:
    """For `annotate`: the rows, which refer to the record by `OuterRef("pk")`, in their order."""
    ordered = rows.order_by(*rows.query.order_by or rows.model._meta.ordering)
    return ArraySubquery(ordered.values(row=JSONObject(**{name: name for name in _columns(rows.model)})))


def put_along(record: Model, name: str, along: list[dict[str, Any]]) -> None:
    """Let `record.NAME.all()`, the rows that refer to it, give those that were read with it."""
    relation: Any = record._meta.get_field(name)
    model = relation.related_model
    columns, reads = _columns(model), _reads(model)
    rows: Any = model._default_manager.all()
    rows._result_cache = [
        model.from_db(
            rows.db, columns, [reads[column](row[column]) if column in reads else row[column] for column in columns]
        )
        for row in along
    ]
    rows._prefetch_done = True
    for row in rows._result_cache:
        setattr(row, relation.field.name, record)
    cache = record.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[relation.cache_name] = rows


@cache
def _reads(model: type[Model]) -> dict[str, Callable[[Any], Any]]:
    """How the columns are read that JSON has as texts or floats."""
    fields = (one for one in model._meta.concrete_fields if isinstance(one, (DateField, DecimalField)))
    return {field.attname: field.to_python for field in fields}


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]

"""Conditions on rows that hang on a record, asked where they are: in a sub-query that gives the records' ids."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


def leads_to_many(model: type[models.Model], path: str) -> bool:
    """Whether a look-up path passes a relation with several rows, so that a join would double the record."""
    for step in path.split("__"):
        field = model._meta.get_field("id" if step == "pk" else step)
        if field.one_to_many or field.many_to_many:
            return True
        if not isinstance(field.related_model, type):
            return False
        model = field.related_model
    return False


def has_some(model: type[models.Model], path: str, condition: Q) -> Q:
    """Records of `model` with at least one row at `path` that fits; no record comes twice.

    Where the path begins with a relation to many, that table alone is asked: its rows know whose they are.
    """
    first = path.partition("__")[0]
    relation = model._meta.get_field(first)
    if isinstance(relation, models.ManyToOneRel) and relation.field.target_field.primary_key:
        inner = _of_related(condition, f"{first}__")
        if inner is not None:
            return Q(pk__in=_keys(relation, inner))
    return Q(pk__in=model._default_manager.filter(condition).order_by().values("pk"))


def _keys(relation: models.ManyToOneRel, condition: Q) -> models.QuerySet[Any, Any]:
    """Whose the rows are that fit; without those that are nobody's, which would spoil a NOT IN."""
    key = relation.field
    is_somebodys = Q(**{f"{key.name}__isnull": False}) if key.null else Q()
    rows: models.QuerySet[Any] = relation.related_model._default_manager.filter(condition, is_somebodys)
    return rows.order_by().values(key.attname)


def _of_related(condition: Q, prefix: str) -> Q | None:
    """The same condition asked of the related rows; None where it is about the record too, or says not."""
    if condition.negated:
        return None
    made = Q()
    made.connector = condition.connector
    for part in condition.children:
        inner: Any = None
        if isinstance(part, Q):
            inner = _of_related(part, prefix)
        elif isinstance(part, tuple) and part[0].startswith(prefix):
            inner = (part[0].removeprefix(prefix), part[1])
        if inner is None:
            return None
        made.children.append(inner)
    return made

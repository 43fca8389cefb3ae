"""Conditions on rows that hang on a record, asked where they are: in a sub-query that gives the records' ids."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q


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
            return hangs_on(relation.related_model._default_manager.filter(inner), relation.field.name)
    return hangs_on(model._default_manager.filter(condition), "pk")


def hangs_on(rows: models.QuerySet[Any], key: str) -> Q:
    """Records of which one of the rows holds the primary key in `key`.

    EXISTS and not IN: below an OR or a NOT PostgreSQL compares each record with all that an IN gives, one by one, where
    it guesses that they are too many to be hashed. A segment of a million did not end within ten minutes by it.
    """
    return Q(Exists(rows.filter(**{key: OuterRef("pk")}).order_by()))


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

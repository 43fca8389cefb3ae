"""What a record page takes along by the one statement that reads its record: the counts of tabs, and what apps read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Model, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from crm.access import visible_words
from crm.catalogue import RecordPanel, panels_of, record_reads, timeline_sources
from crm.models import User

_models: dict[RecordPanel, type[Model]] = {}


def panel_counts(label: str, user: User) -> dict[str, Coalesce]:
    """`NAME_count` for every tab of the model `label` that says which rows it counts: those `counted(user)`, which
    refer to the record by `OuterRef("pk")`. For `annotate`; the tab's `count` then reads it off the record."""
    return {_name(panel): _count(panel.counted(user)) for panel in panels_of(label, "tab") if panel.counted}


def words_of_counts(label: str, user: User) -> tuple[str, ...]:
    """What the counts depend on for this person, for the key of a kept statement: of each tab, its own rows alone.
    What else decides whether it is shown, its `count` asks."""
    return tuple(visible_words(_model_of(panel, user), user) for panel in panels_of(label, "tab") if panel.counted)


def taken_along(label: str, user: User) -> dict[str, Combinable]:
    """What the apps take along with a record of the model `label`. For `annotate`."""
    return {name: one for read in record_reads(label) for name, one in read.expressions(user).items()}


def words_taken_along(label: str, user: User) -> tuple[str, ...]:
    """What that depends on for this person, for the key of a kept statement."""
    return tuple(word for read in record_reads(label) for word in read.words(user))


def _model_of(panel: RecordPanel, user: User) -> type[Model]:
    """What a tab counts: the same for everybody."""
    if panel not in _models:
        _models[panel] = panel.counted(user).model  # type: ignore[misc]
    return _models[panel]


def sources_without_rows(record: Model) -> tuple[str, ...]:
    """Names of the sources of a timeline that have nothing to tell of a record, by the counts read with it."""
    asked = (source for source in timeline_sources(record._meta.label_lower) if source.counted_as)
    return tuple(source.name for source in asked if getattr(record, f"{source.counted_as}_count", None) == 0)


def _name(panel: RecordPanel) -> str:
    return f"{panel.name}_count"


def _count(rows: Any) -> Coalesce:
    together = rows.order_by().annotate(together=Value(1)).values("together")
    return Coalesce(Subquery(together.annotate(count=Count("pk")).values("count")), 0)

"""Names in the records of the past: what the record of an entry is called now, and which records a name may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model, QuerySet, Value

from crm.filtering.searching import search_rows
from crm.models import LogEntry, User
from crm.past.upkeep import kept_models

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NAMED = 500  # of each kind; a name that more records have is no way to find one
SEARCHED = {"sort_name", "search_text"}
NAMES = ("name", "label", "number")


def name_records(entries: Sequence[LogEntry], user: User | None) -> None:
    """Give each entry `record_words`: what its record is called; its number where that is gone or has no name. One
    query for each kind of record among them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.model and entry.object_id is not None:
            wanted[entry.model].add(entry.object_id)
    names = {(label, key): words for label, keys in wanted.items() for key, words in _names(label, keys, user)}
    for entry in entries:
        key = entry.object_id
        words = "" if key is None else names.get((entry.model, key), f"number {key}")
        entry.record_words = words  # type: ignore[attr-defined]


def records_named(text: str, user: User | None) -> Iterator[tuple[type[Model], list[int]]]:
    """The records that a typed name may mean, of each kind whose rows are kept: (model, numbers). One query."""
    models = kept_models()
    asked = [
        rows.order_by().annotate(kind_number=Value(number)).values_list("kind_number", "pk")[:MOST_NAMED]
        for number, model in enumerate(models)
        if (rows := _rows_named(model, text, user)) is not None
    ]
    found: dict[int, list[int]] = defaultdict(list)
    for number, key in asked[0].union(*asked[1:], all=True) if asked else ():
        found[number].append(key)
    for number, keys in found.items():
        yield models[number], keys


def _rows_named(model: type[Model], text: str, user: User | None) -> QuerySet[Any] | None:
    """Those that this person may see; None for a kind that has no names."""
    fields = {field.name for field in model._meta.concrete_fields}
    found = next((name for name in NAMES if name in fields), None)
    rows = _visible(model, user)
    if fields >= SEARCHED:
        return search_rows(rows, text, user)
    if found is None:
        return None
    return rows.filter(**{f"{found}__istartswith" if found == "number" else f"{found}__icontains": text})


def _names(label: str, keys: Iterable[int], user: User | None) -> list[tuple[int, str]]:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return []
    return [(record.pk, str(record)) for record in _visible(model, user).filter(pk__in=keys)]


def _visible(model: type[Model], user: User | None) -> QuerySet[Any]:
    manager: Any = model._default_manager
    rows: QuerySet[Any] = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
    return rows

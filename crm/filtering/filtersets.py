"""The filters of a list, made of the fields that all catalogues bring to its model, and what was asked in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict

from crm.catalogue import FieldSpec, fields_of
from crm.filtering.filters import SearchFilter, SpecFilter, StateFilter, filters_for
from crm.filtering.trees.asked import FILTER, AskedTree
from crm.filtering.trees.keeping import without_part
from crm.filtering.trees.nodes import top_parts
from crm.filtering.trees.wording import Wording

SEARCH = "q"


@dataclass(frozen=True)
class Chip:
    """One filter in force, in words, and the address without it."""

    label: str
    value: str
    remove_url: str


class AskedFilters(django_filters.FilterSet):
    """Has the filters that are asked for, and the state: a list has sixty (`base_filters`), a page asks for few."""

    def __init__(self, data: QueryDict, **more: Any) -> None:
        super().__init__(data, **more)
        found: dict[str, Any] = self.filters  # type: ignore[has-type]
        self.filters = {name: one for name, one in found.items() if name in data or isinstance(one, StateFilter)}


def filterset_for(
    label: str, search: Callable[..., QuerySet[Any]], hidden: frozenset[str] = frozenset()
) -> type[AskedFilters]:
    """The filter set of a model (`contacts.contact`) with the search of its list, without the hidden fields."""
    return _filterset(label, search, hidden, fields_of(label))


@lru_cache(maxsize=256)
def _filterset(
    label: str, search: Callable[..., QuerySet[Any]], hidden: frozenset[str], specs: tuple[FieldSpec, ...]
) -> type[AskedFilters]:
    model = apps.get_model(label)
    filters: dict[str, Any] = {SEARCH: SearchFilter(search)}
    for spec in specs:
        if spec.filter and spec.name not in hidden:
            filters |= filters_for(spec, model)
    return type(f"{model.__name__}Filters", (AskedFilters,), filters)


def problems_of(filterset: django_filters.FilterSet) -> list[str]:
    """What cannot be read, a sentence each: `Revenue, from: Enter a number.`"""
    return [
        f"{filterset.filters[name].label}: {error}"
        for name, errors in filterset.form.errors.items()
        for error in errors
    ]


def chips_of(filterset: django_filters.FilterSet, parameters: QueryDict, path: str) -> list[Chip]:
    """A chip for each parameter in force, in the order of the filters."""
    if not filterset.form.is_valid():
        return []
    return [
        Chip(one.spec.label if one.end else one.label, one.words(value), address(path, parameters, without=[name]))
        for name, one in filterset.filters.items()
        if isinstance(one, SpecFilter)
        and name in parameters
        and (value := filterset.form.cleaned_data.get(name)) not in (None, "", [])
    ]


def tree_chips(tree: AskedTree, parameters: QueryDict, path: str) -> list[Chip]:
    """A chip for each part of the tree that has to hold."""
    parts, wording = top_parts(tree.node), Wording(tree.trees)
    chips = []
    for place, part in enumerate(parts):
        rest = without_part(tree.text, tree.node, place)
        chips.append(Chip(*wording.say(part), address(path, parameters, **{FILTER: rest})))
    return chips


def address(path: str, parameters: QueryDict, without: Iterable[str] = (), **changes: str) -> str:
    """The same address with some parameters changed or left out; a change always begins at the first page."""
    dropped = {"after", "before", "part", *without, *changes}
    pairs = [(name, value) for name, values in parameters.lists() if name not in dropped for value in values]
    is_view = "view" in parameters and "view" not in dropped  # an empty change takes away what a saved view asks for
    pairs += [(name, value) for name, value in changes.items() if value or is_view]
    return f"{path}?{urlencode(pairs)}" if pairs else path

"""What the filter builder of a list needs: its fields with their operators and choices, and what is asked already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import django_filters

from crm.filtering.filters import BoundFilter, SpecFilter
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import Condition, Group, Node, top_parts
from crm.filtering.trees.operators import operators_of
from crm.filtering.trees.wording import Wording

OPS = {"text": "contains", "choice": "any", "listed": "any", "person": "any", "team": "any", "tags": "all"}
BOUNDS = {"min": ("at_least", "from"), "max": ("at_most", "until")}


def offered_fields(trees: TreeList) -> list[dict[str, Any]]:
    """The fields that can be asked for, as the builder reads them, in the order of their groups."""
    wording = Wording(trees)
    fields = []
    for spec in trees.specs.values():
        operators = [{"name": one.name, "words": one.words, "takes": one.takes} for one in operators_of(spec)]
        said: dict[str, Any] = {
            "name": spec.name,
            "label": spec.label,
            "group": spec.group,
            "help": spec.help,
            "ops": operators,
        }
        said["total"] = spec.total is not None and spec.total.measure in ("count", "sum")
        if any(one["takes"] == "choices" for one in operators):
            said["choices"] = wording.choices(spec)
        fields.append(said)
    return fields


def joined(tree: Node | None, filterset: django_filters.FilterSet, parameters: Iterable[str]) -> Node | None:
    """The tree together with the parameters beside it, so that both are one tree from here on."""
    parts = [*_of_parameters(filterset, set(parameters)), *top_parts(tree)]
    return Group("all", tuple(parts)) if parts else None


def _of_parameters(filterset: django_filters.FilterSet, names: set[str]) -> list[Condition]:
    """The conditions that the parameters of an address stand for."""
    if not filterset.form.is_valid():
        return []
    found = []
    for name, one in filterset.filters.items():
        value = filterset.form.cleaned_data.get(name)
        if isinstance(one, SpecFilter) and name in names and value not in (None, "", []):
            found.append(_condition(one, value))
    return found


def _condition(one: SpecFilter, value: Any) -> Condition:
    spec = one.spec
    if isinstance(one, BoundFilter):
        return Condition(spec.name, BOUNDS[one.end][spec.kind in ("date", "moment")], _plain(value))
    if spec.kind == "tags":
        return Condition(spec.name, "all", tuple(tag.strip() for tag in value.split(",") if tag.strip()))
    return Condition(spec.name, OPS.get(spec.kind, "is"), _plain(value))


def _plain(value: Any) -> Any:
    """A cleaned value as JSON holds it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return tuple(value) if isinstance(value, list) else value

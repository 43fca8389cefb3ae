"""A tree in words, as chips and titles say it: `Last order in the last 90 days`, `Country is Germany or France`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps

from crm.catalogue import FieldSpec
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.days import days_in_words
from crm.filtering.trees.nodes import Condition, Group, Node, Not, TreeProblem
from crm.filtering.trees.operators import ME, NOBODY, Operand, operators_of
from crm.models import User
from crm.templatetags.figures import plain_number

MOST_OFFERED = 500
LONGEST = 120
STATES = {"current": "current", "archived": "archived", "all": "current and archived"}


@dataclass(frozen=True)
class Wording:
    """Puts trees of one list into words, for who asks: names of people and teams are read once."""

    trees: TreeList

    def say(self, node: Node) -> tuple[str, str]:
        """What a chip shows: the field and the rest; `Any of` and its parts for a group. Raises TreeProblem."""
        if isinstance(node, Condition):
            spec = self.trees.spec_of(node)
            return spec.label, self._condition(spec, node)
        if isinstance(node, Not):
            inner = self.line(node.part)
            return "Not", f"({inner})" if isinstance(node.part, Group) else inner
        return "Any of" if node.join == "any" else "All of", self._parts(node)

    def line(self, node: Node) -> str:
        """The tree in one line. Raises TreeProblem."""
        if isinstance(node, Group):
            return self._parts(node)
        return " ".join(self.say(node))

    def _parts(self, group: Group) -> str:
        said = [f"({self.line(part)})" if isinstance(part, Group) else self.line(part) for part in group.parts]
        return (" and " if group.join == "all" else " or ").join(said)

    def _condition(self, spec: FieldSpec, node: Condition) -> str:
        operator = next(one for one in operators_of(spec) if one.name == node.op)
        if operator.takes == "nothing":
            return operator.words
        if operator.takes in ("span", "unit", "day", "days"):
            return days_in_words(node.op, node.value)
        within = f" {days_in_words(node.within['op'], _tuple(node.within['value']))}" if node.within else ""
        if operator.takes == "numbers":
            return f"between {_figure(node.value[0])} and {_figure(node.value[1])}{within}"
        if operator.takes == "number":
            return f"{operator.words} {_figure(node.value)}{within}"
        return f"{operator.words} {self._values(spec, operator.takes, node.value)}"

    def _values(self, spec: FieldSpec, takes: str, value: Any) -> str:
        if takes == "state":
            return STATES.get(str(value), str(value))
        if takes == "record":
            return self._record(spec, value)
        if takes == "contact":
            rows: Any = apps.get_model("contacts.contact").objects.visible_to(self.trees.user)
            return str(rows.filter(pk=value).first() or f"number {value}")
        if takes == "mark":
            return spec.words(str(value)) if spec.words else str(value)
        values: Sequence[Any] = value if isinstance(value, tuple) else (value,)
        labels = dict(self.choices(spec)) if takes == "choices" else {}
        return " or ".join(str(labels.get(str(one), one)) for one in values)

    def choices(self, spec: FieldSpec) -> list[tuple[str, str]]:
        """What can be chosen for a field: value and label."""
        if spec.kind == "person":
            return [(ME, "me"), (NOBODY, "nobody"), *self._people]
        if spec.kind == "team":
            related = self._related(spec)
            rows = related.objects.visible_to(self.trees.user).values_list("pk", "name")[:MOST_OFFERED]
            return [(str(pk), name) for pk, name in rows]
        return [(str(value), str(label)) for value, label in spec.choices()] if spec.choices else []

    @cached_property
    def _people(self) -> list[tuple[str, str]]:
        people = User.objects.visible_to(self.trees.user).order_by("name", "id").values_list("pk", "name")
        return [(str(pk), name) for pk, name in people[:MOST_OFFERED]]

    def _related(self, spec: FieldSpec) -> Any:
        return Operand(spec, self.trees.model).related

    def _record(self, spec: FieldSpec, value: Any) -> str:
        record = self._related(spec).objects.visible_to(self.trees.user).filter(pk=value).first()
        return str(record or f"number {value}")


def title_of(wording: Wording, node: Node | None) -> str:
    """A short name for a tree; empty where it asks nothing or what it asks is not there any more."""
    if node is None:
        return ""
    try:
        said = wording.line(node)
    except TreeProblem:
        return ""
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _figure(value: Any) -> str:
    try:
        return plain_number(value)
    except (TypeError, ValueError, ArithmeticError):
        return str(value)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

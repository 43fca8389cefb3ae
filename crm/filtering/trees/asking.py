"""A tree held against the fields of one list for one person: what is wrong with it, and the condition it means.

Fields come from an allow-list only: those that the catalogues offer for filters, without the ones hidden from who asks.
A part that is negated is first made yes or no: a record without a value is not among the German ones, so it is among
those that are not German.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import BooleanField, Case, Q, Value, When

from crm.access import scope_of
from crm.catalogue import FieldSpec, fields_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.filtering.related import has_some, leads_to_many
from crm.filtering.trees.nodes import Condition, Node, Not, TreeProblem, conditions_of
from crm.filtering.trees.operators import KINDS, NEGATIVE, Asking, Operand, operators_of
from crm.filtering.trees.totals import total_meant
from crm.models import User


@dataclass(frozen=True)
class TreeList:
    """The list (`contacts.contact`) that trees are asked of, who asks, and what is hidden from them."""

    label: str
    user: User | None
    hidden: frozenset[str] = frozenset()

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @cached_property
    def specs(self) -> dict[str, FieldSpec]:
        """The fields that may be asked for, by name."""
        return {spec.name: spec for spec in fields_of(self.label) if self._offers(spec)}

    @cached_property
    def asking(self) -> Asking:
        return Asking(self.user, company_today())

    def problems(self, node: Node | None) -> list[str]:
        """What is wrong with a tree, a sentence each, at most five."""
        found = []
        for condition in conditions_of(node):
            try:
                self._condition(condition)
            except TreeProblem as problem:
                spec = self.specs.get(condition.field)
                found.append(f"{spec.label}: {problem}" if spec else str(problem))
        return list(dict.fromkeys(found))[:5]

    def meant(self, node: Node) -> Q:
        """The condition for `filter()`. Raises TreeProblem."""
        if isinstance(node, Condition):
            return self._condition(node)
        if isinstance(node, Not):
            return _without(self.meant(node.part))
        found = Q()
        for part in node.parts:
            found = found & self.meant(part) if node.join == "all" else found | self.meant(part)
        return found

    def asks_for_state(self, node: Node | None) -> set[str]:
        """Names of the fields of state (archived or not) that a tree asks for: the list does not choose then."""
        return {
            one.field
            for one in conditions_of(node)
            if one.field in self.specs and self.specs[one.field].kind == "state"
        }

    def spec_of(self, condition: Condition) -> FieldSpec:
        """The field of a condition. Raises TreeProblem where the person has none of that name."""
        spec = self.specs.get(condition.field)
        if spec is None:
            raise TreeProblem(f"There is no field named “{condition.field[:60]}” to filter by.")
        if condition.op not in {operator.name for operator in operators_of(spec)}:
            raise TreeProblem(f"It cannot be asked whether it “{condition.op[:30]}”.")
        return spec

    def _condition(self, condition: Condition) -> Q:
        spec = self.spec_of(condition)
        op = condition.op.removeprefix(NEGATIVE)
        found = self._positive(condition, op, spec)
        return _without(found) if op != condition.op else found

    def _positive(self, condition: Condition, op: str, spec: FieldSpec) -> Q:
        if spec.total is not None:
            return total_meant(condition, op, spec, self.asking)
        if condition.within is not None:
            raise TreeProblem("Only a total takes `within`.")
        operand = Operand(spec, self.model)
        is_apart = spec.kind != "mark" and leads_to_many(self.model, spec.path) if not spec.compare else False
        if op == "empty":
            return ~self._of_many(spec, operand.compare("filled", None)) if is_apart else operand.compare("empty", None)
        meant = KINDS[spec.kind][1](op, condition.value, operand, self.asking) & self._within_sight(spec)
        return self._of_many(spec, meant) if is_apart else meant

    def _of_many(self, spec: FieldSpec, condition: Q) -> Q:
        """Records with at least one such row."""
        return has_some(self.model, spec.path, condition & Q(**dict(spec.narrow)))

    def _within_sight(self, spec: FieldSpec) -> Q:
        """A related record that the person may not see does not match: else its name could be guessed."""
        if not spec.unseen or self.user is None:
            return Q()
        name = spec.path.partition("__")[0]
        related: Any = self.model._meta.get_field(name).related_model
        if scope_of(self.user, related, Verb.VIEW) == Scope.ALL:
            return Q()
        return Q(**{f"{name}__in": related.objects.visible_to(self.user)})

    def _offers(self, spec: FieldSpec) -> bool:
        if spec.name in self.hidden or not (spec.filter or spec.in_trees or spec.total) or not operators_of(spec):
            return False
        if spec.total is None or self.user is None:
            return True
        return scope_of(self.user, apps.get_model(spec.total.model), Verb.VIEW) != Scope.NONE


def _without(condition: Q) -> Q:
    """All records but those that match, also where a comparison has no answer."""
    return Q(Case(When(condition, then=Value(False)), default=Value(True), output_field=BooleanField()))

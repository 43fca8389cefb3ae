"""The tree in the address of a list: read, held against its fields, joined with the parameters beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.keeping import read_asked
from crm.filtering.trees.nodes import Node, TreeProblem

FILTER = "filter"


@dataclass(frozen=True)
class AskedTree:
    """What `?filter=` asks of a list by its `text` (or its short name); `problems` are sentences, and a tree with
    problems asks nothing."""

    trees: TreeList
    text: str = ""
    node: Node | None = None
    problems: tuple[str, ...] = ()
    opened: frozenset[str] = field(default_factory=frozenset)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that match."""
        if self.problems:
            return rows.none()
        return rows if self.node is None else rows.filter(self.trees.meant(self.node))

    def beside(self, parameters: QueryDict) -> QueryDict:
        """The parameters for the filter set: a list shows current records only, unless the tree asks for a state."""
        missing = [name for name in self.opened if not parameters.get(name)]
        if not missing:
            return parameters
        data = parameters.copy()
        for name in missing:
            data[name] = "all"
        return data


def asked_tree(trees: TreeList, text: str) -> AskedTree:
    """The tree in a text (or kept under a short name), held against the fields of the list."""
    try:
        node = read_asked(text)
    except TreeProblem as problem:
        return AskedTree(trees, text, None, (str(problem),))
    if problems := trees.problems(node):
        return AskedTree(trees, text, None, tuple(problems))
    return AskedTree(trees, text, node, (), frozenset(trees.asks_for_state(node)))

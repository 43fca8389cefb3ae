"""The tree as data, and its JSON form.

    {"version": 1, "where": NODE}
    NODE = {"all": [NODE, ...]} | {"any": [NODE, ...]} | {"not": NODE}
         | {"field": NAME, "op": NAME, "value": ..., "within": ...}

Read here is only its shape, within limits; `crm.filtering.trees.asking` holds it against the fields of a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

VERSION = 1
DEEPEST = 8
MOST_CONDITIONS = 100
LONGEST_TEXT = 20_000
WORDS = {"field", "op", "value", "within"}
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class TreeProblem(ValueError):
    """A tree that cannot be asked; the message is a sentence for the person."""


@dataclass(frozen=True)
class Condition:
    """One question about one field; `within` narrows the rows that a total counts."""

    field: str
    op: str
    value: Any = None
    within: Any = None


@dataclass(frozen=True)
class Group:
    """`all` or `any` of its parts."""

    join: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The rows that its part does not match."""

    part: Node


Node = Condition | Group | Not


def read_tree(text: str) -> Node | None:
    """The tree in a text, None for an empty one. Raises TreeProblem."""
    if not text.strip():
        return None
    if len(text) > LONGEST_TEXT:
        raise TreeProblem(f"The filter is longer than {LONGEST_TEXT:,} characters.")
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise TreeProblem("The filter is no JSON that could be read.") from error
    return tree_of(data)


def tree_of(data: Any) -> Node | None:
    """The tree in decoded JSON, None where it asks nothing. Raises TreeProblem."""
    if not isinstance(data, dict) or set(data) != {"version", "where"}:
        raise TreeProblem("A filter is an object with `version` and `where`.")
    if data["version"] != VERSION or isinstance(data["version"], bool):
        raise TreeProblem(f"This filter is of a version that is not known here; this is version {VERSION}.")
    if data["where"] in (None, {"all": []}, {"any": []}):
        return None
    node = _node(data["where"], 1)
    if sum(1 for _ in conditions_of(node)) > MOST_CONDITIONS:
        raise TreeProblem(f"The filter has more than {MOST_CONDITIONS} conditions.")
    return node


def as_data(node: Node | None) -> dict[str, Any]:
    """The JSON form of a tree."""
    return {"version": VERSION, "where": _plain(node) if node is not None else None}


def as_text(node: Node | None) -> str:
    """The JSON form as it stands in an address; empty for no tree."""
    return json.dumps(as_data(node), ensure_ascii=False, separators=(",", ":")) if node is not None else ""


def conditions_of(node: Node | None) -> Iterator[Condition]:
    """All conditions of a tree, from left to right."""
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, Not):
        yield from conditions_of(node.part)
    elif isinstance(node, Group):
        for part in node.parts:
            yield from conditions_of(part)


def top_parts(node: Node | None) -> tuple[Node, ...]:
    """The parts that all have to hold."""
    if node is None:
        return ()
    return node.parts if isinstance(node, Group) and node.join == "all" else (node,)


def all_of(*parts: Node) -> Node | None:
    """A tree that asks for all of these; None for none."""
    return Group("all", parts) if parts else None


def _node(data: Any, depth: int) -> Node:
    if depth > DEEPEST:
        raise _too_deep()
    if not isinstance(data, dict):
        raise TreeProblem("A part of the filter is no object.")
    names = set(data)
    if names == {"not"}:
        return Not(_node(data["not"], depth + 1))
    for join in ("all", "any"):
        if names == {join}:
            return Group(join, _parts(data[join], depth))
    if "field" in names and names <= WORDS:
        return _condition(data)
    raise TreeProblem("A part of the filter is neither a condition nor `all`, `any` or `not`.")


def _parts(data: Any, depth: int) -> tuple[Node, ...]:
    if not isinstance(data, list) or not data:
        raise TreeProblem("A group of the filter holds no conditions.")
    if len(data) > MOST_CONDITIONS:
        raise TreeProblem(f"The filter has more than {MOST_CONDITIONS} conditions.")
    return tuple(_node(part, depth + 1) for part in data)


def _condition(data: dict[str, Any]) -> Condition:
    if not isinstance(data["field"], str) or not isinstance(data.get("op", ""), str):
        raise TreeProblem("A condition of the filter names its field and its operator by texts.")
    if any(UNSTORABLE.search(text) for text in _texts(data)):
        raise TreeProblem("The filter holds a sign that cannot be looked for.")
    return Condition(data["field"], data.get("op", ""), _frozen(data.get("value")), _frozen(data.get("within")))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _frozen(value: Any) -> Any:
    """Lists as tuples, so that a condition can be compared and kept."""
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _plain(node: Node) -> dict[str, Any]:
    if isinstance(node, Not):
        return {"not": _plain(node.part)}
    if isinstance(node, Group):
        return {node.join: [_plain(part) for part in node.parts]}
    said: dict[str, Any] = {"field": node.field, "op": node.op}
    if node.value is not None:
        said["value"] = list(node.value) if isinstance(node.value, tuple) else node.value
    return said | ({"within": node.within} if node.within is not None else {})


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _too_deep() -> TreeProblem:
    return TreeProblem(f"The filter is nested deeper than {DEEPEST} levels.")

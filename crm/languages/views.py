"""Texts that pages hold as plain English and show by `translated`: of views, figures of cards, and messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

ATTRIBUTES = frozenset(
    {"heading", "new_label", "submit_label", "empty_title", "empty_text", "search_hint", "heading_note", "done"}
)
"""What a view says of itself: its title, its buttons, what stands there as long as there is nothing, and what is said
when it is done."""
FIGURE = frozenset({"label", "value"})
"""A dictionary with these two keys is a figure of a card, whose `label` and `note` are shown."""


def texts_of_views(source: str) -> Iterator[str]:
    """The texts of a module's views and cards. What is put together of parts says so itself (`in_words`)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            yield from filter(None, map(_of_attribute, node.body))
        elif isinstance(node, ast.Dict):
            said = {_text(key): _text(value) for key, value in zip(node.keys, node.values, strict=True)}
            if said.keys() >= FIGURE:
                yield from filter(None, (said["label"], said.get("note", "")))
        elif isinstance(node, ast.Call):
            yield from filter(None, map(_text, _of_call(node)))


def _of_attribute(line: ast.stmt) -> str:
    """What a line in the body of a class says, if it sets one of the attributes."""
    names = [name.id for name in line.targets if isinstance(name, ast.Name)] if isinstance(line, ast.Assign) else []
    return _text(line.value) if isinstance(line, ast.Assign) and ATTRIBUTES.intersection(names) else ""


def _of_call(call: ast.Call) -> list[ast.expr | None]:
    """What is said by `messages.success(request, "…")` and its kin."""
    name = call.func
    is_message = isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id == "messages"
    return [call.args[1]] if is_message and len(call.args) > 1 else []


def _text(node: ast.AST | None) -> str:
    """A text that has words outside of its places for names (`{record}`); empty for everything else."""
    value = node.value if isinstance(node, ast.Constant) else None
    is_said = isinstance(value, str) and any(map(str.isalpha, re.sub(r"\{[^}]*\}", "", value)))
    return str(value) if is_said else ""

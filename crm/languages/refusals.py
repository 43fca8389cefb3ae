"""The texts of refusals, found where they stand: `ValidationError("…")`, `refused("…", …)`,
`form.add_error(field, "…")`, and the messages that fields and constraints are given. They are English there and
translated when they are shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

REFUSES = {"ValidationError": 0, "refused": 0, "add_error": 1}
"""Functions with the place of the argument that is said."""
KEYWORDS = frozenset({"error_messages", "violation_error_message"})


def texts_of_refusals(source: str) -> Iterator[str]:
    """What a module refuses with, as far as it stands there word for word, or in a constant of the module."""
    tree = ast.parse(source)
    constants = {
        line.targets[0].id: line.value
        for line in tree.body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
    }
    for given in refusals_in(tree):
        said = constants.get(given.id) if isinstance(given, ast.Name) else given
        if isinstance(said, ast.Constant) and isinstance(said.value, str) and _has_words(said.value):
            yield said.value


def refusals_in(tree: ast.AST) -> Iterator[ast.expr]:
    """Everything that is given to what refuses, each text of a dictionary, a list or a choice by itself."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in REFUSES and len(call.args) > REFUSES[name]:
            yield from _parts(call.args[REFUSES[name]])
        for keyword in call.keywords:
            if keyword.arg in KEYWORDS:
                yield from _parts(keyword.value)


def _parts(said: ast.expr) -> Iterator[ast.expr]:
    if isinstance(said, ast.Dict):
        inner = said.values
    elif isinstance(said, (ast.List, ast.Tuple)):
        inner = said.elts
    elif isinstance(said, ast.IfExp):
        inner = [said.body, said.orelse]
    else:
        yield said
        return
    for one in inner:
        yield from _parts(one)


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, re.sub(r"%\(\w+\)s", "", text)))

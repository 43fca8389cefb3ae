"""Trees that are too long for an address: it holds `~KEY` instead, and `~KEY-2-0` for the tree without two parts."""

from __future__ import annotations

import re
from hashlib import sha256

from crm.filtering.trees.nodes import Node, TreeProblem, all_of, as_text, read_tree, top_parts
from crm.models.kept_filters import KeptFilter

LONGEST_IN_ADDRESS = 1_500
KEPT = re.compile(r"^~([0-9a-f]{32})((?:-[0-9]{1,3})*)$")


def keep_tree(text: str) -> str:
    """The short name of a tree that can be read. Raises TreeProblem."""
    text = as_text(read_tree(text))
    if not text:
        raise TreeProblem("This filter asks nothing.")
    key = _key(text)
    KeptFilter.objects.get_or_create(key=key, defaults={"text": text})
    return f"~{key}"


def keep_long(node: Node | None) -> None:
    """Give a tree a short name, where it is too long for an address."""
    if len(text := as_text(node)) > LONGEST_IN_ADDRESS:
        keep_tree(text)


def short_text(node: Node | None) -> str:
    """A tree as it stands in an address: by its short name, where it is long and has one."""
    text = as_text(node)
    if len(text) > LONGEST_IN_ADDRESS and KeptFilter.objects.filter(key=_key(text)).exists():
        return f"~{_key(text)}"
    return text


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def read_asked(text: str) -> Node | None:
    """The tree that an address asks by its text or its short name. Raises TreeProblem."""
    if not text.startswith("~"):
        return read_tree(text)
    found = KEPT.match(text)
    row = KeptFilter.objects.filter(key=found[1]).first() if found else None
    if found is None or row is None:
        raise TreeProblem("This filter is not known here: build it again.")
    gone = {int(number) for number in found[2].split("-") if number}
    if not gone:
        return read_tree(row.text)
    return all_of(*(part for place, part in enumerate(top_parts(read_tree(row.text))) if place not in gone))


def without_part(asked: str, node: Node | None, place: int) -> str:
    """What an address asks for without the part at this place of all that have to hold."""
    found = KEPT.match(asked)
    if found is None or len(top_parts(node)) == 1:
        return as_text(all_of(*(one for at, one in enumerate(top_parts(node)) if at != place)))
    gone = sorted(int(number) for number in found[2].split("-") if number)
    for number in gone:  # counted in the tree as it is kept
        place += number <= place
    return f"~{found[1]}-{'-'.join(str(number) for number in sorted([*gone, place]))}"

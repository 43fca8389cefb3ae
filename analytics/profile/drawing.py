"""The tree as a drawing: boxes and lines with their places, from the root on the left to the leaves on the right."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

WIDTH, HEIGHT = 212, 58
GAP_ACROSS, GAP_DOWN = 56, 14
LETTERS, LINES = 32, 2
LEVELS = 6


@dataclass(frozen=True)
class Box:
    """A question or a leaf: its place, its lines of text, and how much of the darkest colour it has (0 to 6)."""

    x: int
    y: int
    lines: tuple[str, ...]
    count: int
    best: int
    share: float
    level: int
    rule: str = ""

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def foot(self) -> int:
        return self.y + HEIGHT - 8


@dataclass(frozen=True)
class Line:
    """From a question to what follows, with the answer and its place."""

    path: str
    answer: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]


def draw(tree: dict[str, Any]) -> Drawing:
    """Places for each node of `tree`, as a run keeps it."""
    boxes: list[Box] = []
    lines: list[Line] = []
    most = _largest_share(tree)

    def place(node: dict[str, Any], depth: int, row: int) -> tuple[int, int]:
        """Draw what is below a node from this row on; (its vertical middle, the next free row)."""
        x = depth * (WIDTH + GAP_ACROSS)
        if "question" not in node:
            y = row * (HEIGHT + GAP_DOWN)
            boxes.append(_box(node, x, y, _lines("Leaf"), most))
            return y + HEIGHT // 2, row + 1
        upper, after = place(node["yes"], depth + 1, row)
        lower, after = place(node["no"], depth + 1, after)
        middle = (upper + lower) // 2
        boxes.append(_box(node, x, middle - HEIGHT // 2, _lines(node["question"]), most))
        start, end = x + WIDTH, x + WIDTH + GAP_ACROSS
        for answer, at in (("yes", upper), ("no", lower)):
            half = start + GAP_ACROSS // 2
            path = f"M{start} {middle}C{half} {middle} {half} {at} {end} {at}"
            lines.append(Line(path, answer, end - 22, at - 5 if answer == "yes" else at + 14))
        return middle, after

    _, rows = place(tree, 0, 0)
    width = max(box.x for box in boxes) + WIDTH
    return Drawing(width, rows * (HEIGHT + GAP_DOWN) - GAP_DOWN, boxes, lines)


def _box(node: dict[str, Any], x: int, y: int, lines: tuple[str, ...], most: float) -> Box:
    level = round(LEVELS * node["share"] / most) if most else 0
    return Box(x, y, lines, node["count"], node["best"], node["share"], level, node.get("rule", ""))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(wrap(text, LETTERS, max_lines=LINES, placeholder=" …"))


def _largest_share(node: dict[str, Any]) -> float:
    if "question" not in node:
        return float(node["share"])
    return max(_largest_share(node["yes"]), _largest_share(node["no"]))

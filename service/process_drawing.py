"""The drawing of a process map: where each step and each move stands.

Steps stand below one another in the order in which tickets come to them. A move to the step right below is a straight
line, one that jumps ahead runs on the right, one that goes back, or to the same step again, on the left. Lines beside
one another keep lanes of their own; the one that spans least is nearest to the boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm.languages.words import in_words
from crm.templatetags.figures import number
from service.process import Move, ProcessMap, Step

MOST_BOXES = 14
MOST_LINES = 18
MOST_LANES = 6
BOX_WIDTH, BOX_HEIGHT = 200, 60
ROW = BOX_HEIGHT + 46
LANE = 64
ROUND = 8
ARROW = 7
EDGE = 8
LONGEST_NAME = 24
DOWN, AHEAD, BACK = "down", "ahead", "back"


@dataclass(frozen=True)
class Box:
    """A step: its name, how often it happened, and how many tickets begin and end with it."""

    step: Step
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + BOX_WIDTH // 2

    @property
    def name(self) -> str:
        """The name as far as the box is wide."""
        name = self.step.name
        return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

    @property
    def ends(self) -> str:
        """How many tickets begin and end here, in words; empty for none."""
        begin, end = number(self.step.first), number(self.step.last)
        if self.step.first and self.step.last:
            return in_words("%(begin)s begin · %(end)s end here", begin=begin, end=end)
        if self.step.first:
            return in_words("%(begin)s begin here", begin=begin)
        return in_words("%(end)s end here", end=end) if self.step.last else ""


@dataclass(frozen=True)
class Line:
    """A move: its path and the tip of its arrow (SVG), how wide it is, and where its words stand."""

    move: Move
    way: str
    path: str
    tip: str
    width: str
    x: int
    y: int

    @property
    def times(self) -> str:
        return f"{number(self.move.count)}×"

    @property
    def time(self) -> str:
        """The median time between the two steps, in words."""
        return self.move.time


@dataclass(frozen=True)
class Drawing:
    """What is drawn, in the units of its own width and height."""

    width: int = 0
    height: int = 0
    boxes: Sequence[Box] = ()
    lines: Sequence[Line] = ()


@dataclass
class _Side:
    """One side of the boxes: its moves from row to row, and the lane of each."""

    moves: list[tuple[int, int, Move]] = field(default_factory=list)
    lanes: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return (max(self.lanes.values(), default=-1) + 1) * LANE

    def lay(self) -> None:
        """Give each move the nearest lane that is free along its way; what finds none is not drawn."""
        taken: list[list[tuple[float, float]]] = [[] for _ in range(MOST_LANES)]
        for start, end, _ in sorted(self.moves, key=lambda one: (abs(one[0] - one[1]), -one[2].count)):
            top, bottom = min(start, end) + 0.25, max(start, end) - 0.25
            span = (top, bottom) if start != end else (start - 0.25, start + 0.25)
            free = (n for n, spans in enumerate(taken) if all(b <= span[0] or a >= span[1] for a, b in spans))
            lane = next(free, None)
            if lane is not None:
                taken[lane].append(span)
                self.lanes[start, end] = lane
        self.moves = [one for one in self.moves if one[:2] in self.lanes]

    def heights(self, is_ahead: bool) -> dict[tuple[int, int], tuple[int, int]]:
        """How far below the top of its boxes each move leaves and arrives, so that few lines cross."""
        leaving, arriving = self._spread(0, is_upper=not is_ahead), self._spread(1, is_upper=is_ahead)
        return {key: (leaving[key], arriving[key]) for key in self.lanes}

    def _spread(self, end: int, *, is_upper: bool) -> dict[tuple[int, int], int]:
        rows: dict[int, list[tuple[int, int]]] = {}
        for key in self.lanes:
            rows.setdefault(key[end], []).append(key)
        first, room = EDGE if is_upper else BOX_HEIGHT // 2 + 3, BOX_HEIGHT // 2 - EDGE - 3
        found: dict[tuple[int, int], int] = {}
        for keys in rows.values():
            keys.sort(key=lambda key: self.lanes[key], reverse=not is_upper)
            for place, key in enumerate(keys):
                found[key] = first + round(room * (place + 0.5) / len(keys))
        return found


def drawing_of(found: ProcessMap) -> Drawing:
    """Where the most frequent steps and moves of a map stand."""
    steps = sorted(sorted(found.steps, key=lambda one: -one.count)[:MOST_BOXES], key=lambda one: (one.place, one.event))
    if not steps:
        return Drawing()
    rows = {step.event: row for row, step in enumerate(steps)}
    drawn = [one for one in found.moves if one.before in rows and one.after in rows][:MOST_LINES]
    placed = [(rows[one.before], rows[one.after], one) for one in drawn]
    right = _Side([one for one in placed if one[1] > one[0] + 1])
    left = _Side([one for one in placed if one[1] <= one[0]])
    for side in (right, left):
        side.lay()
    begin = EDGE + left.width
    boxes = [Box(step, begin, EDGE + row * ROW) for row, step in enumerate(steps)]
    most = max((one.count for one in drawn), default=1)
    lines = [_straight(boxes[a], boxes[b], move, most) for a, b, move in placed if b == a + 1]
    lines += [*_beside(right, boxes, most, is_ahead=True), *_beside(left, boxes, most, is_ahead=False)]
    return Drawing(begin + BOX_WIDTH + right.width + EDGE, EDGE * 2 + len(steps) * ROW - 46, boxes, lines)


def _width(move: Move, most: int) -> str:
    return f"{1.2 + 4 * move.count / most:.1f}"


def _straight(above: Box, below: Box, move: Move, most: int) -> Line:
    x, top, bottom = above.middle, above.y + BOX_HEIGHT, below.y
    tip = f"M{x} {bottom}l-{ARROW - 2} -{ARROW}h{2 * (ARROW - 2)}z"
    return Line(move, DOWN, f"M{x} {top}V{bottom - ARROW}", tip, _width(move, most), x + 10, (top + bottom) // 2 + 4)


def _beside(side: _Side, boxes: Sequence[Box], most: int, *, is_ahead: bool) -> Iterable[Line]:
    """The lines of one side: out of the box, along the lane, into the other box."""
    heights, out = side.heights(is_ahead), 1 if is_ahead else -1
    for start, end, move in side.moves:
        leaves, arrives = heights[start, end]
        wall = boxes[start].x + (BOX_WIDTH if is_ahead else 0)
        lane = wall + out * (LANE * side.lanes[start, end] + LANE // 2)
        y, to = boxes[start].y + leaves, boxes[end].y + arrives
        turn = ROUND if to > y else -ROUND
        path = (
            f"M{wall} {y}H{lane - out * ROUND}Q{lane} {y} {lane} {y + turn}V{to - turn}"
            f"Q{lane} {to} {lane - out * ROUND} {to}H{wall + out * ARROW}"
        )
        tip = f"M{wall} {to}l{out * ARROW} -{ARROW - 2}v{2 * (ARROW - 2)}z"
        yield Line(move, AHEAD if is_ahead else BACK, path, tip, _width(move, most), lane, (y + to) // 2)

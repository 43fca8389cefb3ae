"""A picture in SVG, and what all charts on it share: their measures, their colours, a scale of round figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.html import escape

from crm.typesetting.setting import visible

WIDTH, HEIGHT = 500.0, 205.0
INK, INK_2, INK_3, LINE, PAPER = "#16181d", "#565b66", "#666c78", "#e6e7eb", "#ffffff"
SERIES = ("#5f70ee", "#1f9d6b", "#e0912b", "#666c78")
HEAT = ("#f3f4fe", "#e6e9fd", "#d5dafb", "#bfc7f8", "#a6b0f4", "#8b97ee", "#3f51d9")
DASHES = ("", "", "", "6 4", "6 4", "6 4", "2 3")
LETTER = 5.4
"""How wide a letter of ten points is, about."""


@dataclass
class Canvas:
    """Shapes in the order in which they are drawn. Coordinates count from the upper left corner."""

    width: float = WIDTH
    height: float = HEIGHT
    shapes: list[str] = field(default_factory=list)

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, *, edge: str = "", round_by: float = 0
    ) -> None:
        stroke = f' stroke="{edge}" stroke-width="1.2" stroke-dasharray="3 2"' if edge else ""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        self.shapes.append(f'<rect {place} rx="{round_by}" fill="{fill}"{stroke}/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = LINE, thick: float = 1) -> None:
        self.shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{thick}"/>'
        )

    def path(self, points: Iterable[tuple[float, float]], colour: str, *, dash: str = "", fill: str = "none") -> None:
        """A line through points, or an area where it is filled."""
        way = " L ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        if not way:
            return
        if fill != "none":
            self.shapes.append(f'<path d="M {way} Z" fill="{fill}" fill-opacity="0.14"/>')
            return
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<path d="M {way}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dashed}/>'
        )

    def dot(self, x: float, y: float, colour: str, *, is_ring: bool = False) -> None:
        fill = PAPER if is_ring else colour
        self.shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>'
        )

    def text(
        self, x: float, y: float, words: str, *, colour: str = INK_3, anchor: str = "start", size: float = 10
    ) -> None:
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-family="Inter" font-size="{size}" '
            f'text-anchor="{anchor}">{escape(visible(words))}</text>'
        )

    def legend(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """Along the top: the name, the colour and the dash of each line; what finds no room is left out."""
        x = 0.0
        for name, colour, dash in entries:
            said = shortened(name, 22)
            if x + 24 + len(said) * LETTER > self.width:
                return
            self.path([(x, 8), (x + 14, 8)], colour, dash=dash)
            self.text(x + 19, 11.5, said, colour=INK_2)
            x += 34 + len(said) * LETTER

    def as_svg(self) -> bytes:
        """The file."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:.0f} {self.height:.0f}">'
        return (head + "".join(self.shapes) + "</svg>").encode()


@dataclass(frozen=True)
class Scale:
    """Values on a stretch of the picture: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / ((self.high - self.low) or 1) * (self.end - self.start)

    @property
    def steps(self) -> list[float]:
        """Round figures from end to end."""
        step = round_step(self.high - self.low)
        count = round((self.high - self.low) / step)
        return [self.low + step * number for number in range(count + 1)]


def scale_of(values: Iterable[float], start: float, end: float, *, from_zero: bool = True) -> Scale:
    """A scale that begins and ends with round figures."""
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + 1
    step = round_step(high - low)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, start, end)


def round_step(span: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, so that about four of them make the span."""
    rough = span / 4
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next((power * one for one in (1, 2, 2.5, 5) if rough <= power * one * 1.001), power * 10)


def compact(value: float) -> str:
    """`1234` -> `1.23K`, as the charts of pages write it."""
    rounded = float(f"{value:.3g}")
    limits = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, ""))
    limit, letter = next((one for one in limits if abs(rounded) >= one[0]), (1.0, ""))
    return f"{rounded / limit:.4g}{letter}".replace("-", "\N{MINUS SIGN}")


def shortened(words: str, letters: int) -> str:
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"

"""Contrast, and how colours look to who sees fewer of them.

Sources: WCAG 2.2 (relative luminance, contrast ratio); Machado, Oliveira and Fernandes 2009 (deficiencies, severity 1);
CIE 1976 for the distance of two colours in L*a*b* (D65).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

HEX = re.compile(r"#[0-9a-fA-F]{6}")
KINDS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TOLD_APART = 20.0
"""The distance from which two areas side by side are told apart with ease (some two are just noticeable)."""
Light = tuple[float, float, float]


def is_colour(value: str) -> bool:
    return HEX.fullmatch(value) is not None


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    darker, lighter = sorted((_luminance(_light_of(one)), _luminance(_light_of(other))))
    return (lighter + 0.05) / (darker + 0.05)


def as_seen(colour: str, kind: str) -> str:
    """The colour as somebody with this deficiency sees it."""
    light = _light_of(colour)
    seen = [sum(share * part for share, part in zip(row, light, strict=True)) for row in KINDS[kind]]
    return "#" + "".join(f"{round(255 * _encoded(min(max(part, 0.0), 1.0))):02x}" for part in seen)


def least_distance(colours: Sequence[str]) -> float:
    """How far the two that are nearest to one another are apart, in L*a*b*."""
    spots = [_lab(_light_of(colour)) for colour in colours]
    return min(sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(spots, 2))


def _light_of(colour: str) -> Light:
    """Linear red, green and blue, 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(light: Light) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def _lab(light: Light) -> Light:
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = _luminance(light)
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)

"""Intervals of figures that pages of every floor show."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(share: float, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def share_interval(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of the share `hits / count`; all of 0 to 1 where nothing was counted."""
    return wilson(hits / count, count) if count else (0.0, 1.0)

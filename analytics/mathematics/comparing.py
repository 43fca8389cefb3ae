"""Comparisons of two groups, and of two things that go together, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from crm.intervals import wilson

Interval = tuple[float, float]


def newcombe(hits: int, count: int, other_hits: int, other_count: int, confidence: float = 0.95) -> Interval:
    """Interval of the difference of two independent shares (Newcombe 1998, method 10: by Wilson's intervals)."""
    one, other = hits / count, other_hits / other_count
    (low, high), (other_low, other_high) = wilson(one, count, confidence), wilson(other, other_count, confidence)
    difference = one - other
    return (
        difference - math.hypot(one - low, other_high - other),
        difference + math.hypot(high - one, other - other_low),
    )


def welch(values: Sequence[float], others: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Interval of the difference of two means whose variances may differ (Welch 1947); None with fewer than two of
    either, or without any variance."""
    from scipy.special import stdtrit  # noqa: PLC0415  (slow to import, and pages import this module)

    if min(len(values), len(others)) < 2:
        return None
    parts = [float(np.var(group, ddof=1)) / len(group) for group in (values, others)]
    if not sum(parts):
        return None
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(parts, (values, others), strict=True)
    )
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * math.sqrt(sum(parts))
    difference = float(np.mean(values)) - float(np.mean(others))
    return difference - half, difference + half


def lift(both: int, one: int, other: int, everybody: int, confidence: float = 0.95) -> tuple[float, float, float]:
    """How many times as often two things go together as they would by chance: p(both) / (p(one) p(other)), with its
    interval by the delta method on its logarithm over the four cells of the table."""
    value = both * everybody / (one * other)
    variance = 1 / both - 1 / one - 1 / other + (2 * value - 1) / everybody
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(max(variance, 0.0))
    return value, value * math.exp(-half), value * math.exp(half)


def usual_wait(r: float, alpha: float, repeats: int, last: float, share: float = 0.9) -> float:
    """Within how long a customer who is still there comes back with this chance, by BG/NBD (Fader, Hardie, Lee 2005).

    The rate of a customer with `repeats` purchases up to `last` is gamma distributed, of shape r + repeats and rate
    alpha + last: the wait until the next one has the tail ((alpha + last) / (alpha + last + wait)) ** (r + repeats).
    In the unit of `alpha` and `last`.
    """
    return float((alpha + last) * ((1 - share) ** (-1 / (r + repeats)) - 1))

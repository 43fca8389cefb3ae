"""How long contracts last: the Kaplan-Meier estimator with Greenwood's variance, as arithmetic on counts.

Kaplan & Meier (1958), JASA 53(282); the interval is the exponential Greenwood one (log(-log S)), as lifelines prints
it, which stays between 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class SurvivalPoint:
    """At `time`: how many were there just before, how many ended, and the share that lasts longer."""

    time: float
    at_risk: int
    ended: int
    share: float
    low: float
    high: float


def kaplan_meier(durations: Iterable[tuple[float, int, int]]) -> list[SurvivalPoint]:
    """The curve from (length, contracts that ended then, contracts still running then), in any order.

    A contract that still runs at a length counts among those at risk there. One point for each length at which any
    ended; empty where none did.
    """
    by_time: dict[float, tuple[int, int]] = {}
    for time, ended, running in durations:
        before = by_time.get(time, (0, 0))
        by_time[time] = (before[0] + ended, before[1] + running)
    at_risk = sum(ended + running for ended, running in by_time.values())
    share, variance, points = 1.0, 0.0, []
    for time in sorted(by_time):
        ended, running = by_time[time]
        if ended:
            share *= 1 - ended / at_risk
            variance += ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.inf
            points.append(SurvivalPoint(time, at_risk, ended, share, *_interval(share, variance)))
        at_risk -= ended + running
    return points


def share_after(points: Iterable[SurvivalPoint], time: float) -> float:
    """The share of contracts that last longer than `time`."""
    share = 1.0
    for point in points:
        if point.time > time:
            break
        share = point.share
    return share


def median_length(points: Iterable[SurvivalPoint]) -> float | None:
    """The length that half of the contracts outlast; None while more than half still last at the end of the curve."""
    return next((point.time for point in points if point.share <= 0.5), None)


def _interval(share: float, variance: float) -> tuple[float, float]:
    """95 %; undefined (0 to 0) once nobody is left."""
    if share <= 0 or math.isinf(variance):
        return 0.0, 0.0
    theta = math.exp(Z_95 * math.sqrt(variance) / math.log(share))
    return share ** (1 / theta), share**theta

"""What a trial with a control group says: differences of means with their intervals, and how many people one needs.

Numbers in, numbers out. The interval of a difference of rates is Newcombe's (1998, Interval estimation for the
difference between independent proportions, Statistics in Medicine 17, method 10): it stays true where few answer, or
nobody. That of money is Welch's (1938, The significance of the difference between two means when the population
variances are unequal, Biometrika 29), by Student's t. The two-sided p is that of the difference by its standard error,
variances unequal, by the normal distribution; of rates that are all 0 or 1, by their common one. The sample size of
two rates: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.2 and 4.3, without the
correction for continuity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from analytics.mathematics.comparing import newcombe

NORMAL = NormalDist()
CONFIDENCE = 0.95
ALIKE = 20_000  # degrees of freedom


@dataclass(frozen=True)
class Sample:
    """n values by their sum and the sum of their squares; of a yes or no both are the number of yeses (`is_rate`)."""

    n: int
    total: float
    squares: float
    is_rate: bool = False

    @classmethod
    def of_rate(cls, hits: int, n: int) -> Sample:
        return cls(n, hits, hits, is_rate=True)

    @property
    def mean(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float:
        """The unbiased one; 0 for fewer than two values."""
        if self.n < 2:
            return 0.0
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1)

    def __add__(self, other: Sample) -> Sample:
        both = self.is_rate and other.is_rate
        return Sample(self.n + other.n, self.total + other.total, self.squares + other.squares, both)


@dataclass(frozen=True)
class Difference:
    """By how much one mean is above another: `value` with its interval, the two-sided `p`, and `relative` to the
    other mean (None where that is 0)."""

    value: float
    low: float
    high: float
    p: float
    relative: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def difference(treated: Sample, control: Sample, confidence: float = CONFIDENCE) -> Difference | None:
    """How far `treated` is above `control`; None where one of them has fewer than two values."""
    if treated.n < 2 or control.n < 2:
        return None
    ours, theirs = treated.total / treated.n, control.total / control.n
    value, parts = ours - theirs, (treated.variance / treated.n, control.variance / control.n)
    error = math.sqrt(sum(parts))
    if treated.is_rate and control.is_rate:
        low, high = newcombe(round(treated.total), treated.n, round(control.total), control.n, confidence)
        error = error or _pooled_error(treated, control)
    else:
        reach = _quantile(0.5 + confidence / 2, _freedom(parts, (treated.n, control.n))) * error
        low, high = value - reach, value + reach
    p = math.erfc(abs(value) / error / math.sqrt(2)) if error else 1.0 if value == 0 else 0.0
    return Difference(value, low, high, p, value / theirs if theirs else None)


def _pooled_error(treated: Sample, control: Sample) -> float:
    """The standard error of the difference if both rates were one."""
    rate = (treated.total + control.total) / (treated.n + control.n)
    return math.sqrt(rate * (1 - rate) * (1 / treated.n + 1 / control.n))


def _freedom(parts: tuple[float, float], counts: tuple[int, int]) -> float:
    """Welch's degrees of freedom; without any variance there is nothing to be uncertain of."""
    under = sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
    return sum(parts) ** 2 / under if under else math.inf


def _quantile(share: float, freedom: float) -> float:
    """Of Student's t; where it is the normal one to four digits, that: pages of large campaigns need no scipy."""
    if freedom > ALIKE:
        return NORMAL.inv_cdf(share)
    from scipy.special import stdtrit  # noqa: PLC0415  (slow to import, and pages import this module)

    return float(stdtrit(freedom, share))


def holm(values: Sequence[float]) -> list[float]:
    """p of several comparisons, adjusted so that all of them together err no more often than one would (Holm 1979)."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    adjusted, least = [0.0] * len(values), 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(values) - rank) * values[at]))
        adjusted[at] = least
    return adjusted


@dataclass(frozen=True)
class Sizes:
    """How many people a trial needs in each group."""

    treated: int
    control: int

    @property
    def both(self) -> int:
        return self.treated + self.control


def sizes_needed(
    base: float, lift: float, *, control_share: float = 0.5, confidence: float = CONFIDENCE, power: float = 0.8
) -> Sizes:
    """How many people it takes to see a rate rise from `base` by `lift` (both of 1) with this power, where
    `control_share` of them are kept out. Raises ValueError for rates that are none."""
    other = base + lift
    if not (0 <= base <= 1 and 0 <= other <= 1 and lift != 0 and 0 < control_share < 1):
        raise ValueError("Rates lie between 0 and 1, and the lift is not 0.")
    ratio = (1 - control_share) / control_share  # treated for each one of the control group
    mean = (base + ratio * other) / (1 + ratio)
    alpha, beta = NORMAL.inv_cdf(0.5 + confidence / 2), NORMAL.inv_cdf(power)
    root = alpha * math.sqrt((1 + ratio) * mean * (1 - mean)) + beta * math.sqrt(
        ratio * base * (1 - base) + other * (1 - other)
    )
    control = root**2 / (ratio * lift**2)
    return Sizes(math.ceil(control * ratio), math.ceil(control))

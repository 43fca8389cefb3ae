"""The score of a visit, and of many: plain numbers in, figures out. No database here."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from feedback.choices import SMALL_N
from feedback.visits.choices import BEST


def score_of(marks: Sequence[tuple[int, int | None]]) -> float | None:
    """The weighted share of what was met, 0 to 100, of (weight, mark); an item without a mark does not count. None
    where no item has one."""
    counted = [(weight, mark) for weight, mark in marks if mark is not None]
    whole = sum(weight for weight, _ in counted)
    return 100 * sum(weight * mark for weight, mark in counted) / (BEST * whole) if whole else None


@dataclass(frozen=True)
class Mean:
    """The mean of n values; `half_width` is half its 95 % interval by Student's t, None below two values."""

    n: int = 0
    mean: float | None = None
    half_width: float | None = None

    @property
    def is_small(self) -> bool:
        return self.n < SMALL_N

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Of single values."""
        if not values:
            return cls()
        deviation = statistics.stdev(values) if len(values) > 1 else None
        return cls.from_sums(len(values), statistics.fmean(values), deviation)

    @classmethod
    def from_sums(cls, n: int, mean: float | None, deviation: float | None) -> Mean:
        """Of their number, mean and sample standard deviation, as SQL's avg and stddev_samp give them."""
        if n < 2 or mean is None or deviation is None:
            return cls(n, mean)
        return cls(n, mean, float(stdtrit(n - 1, 0.975)) * deviation / math.sqrt(n))

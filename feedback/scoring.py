"""Scores of answers, as the glossary has them: plain counts in, figures out. No database here."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback.choices import DETRACTOR_TO, PROMOTER_FROM, SMALL_N

Z95 = 1.959963984540054


@dataclass(frozen=True)
class NetPromoter:
    """Answers to "how likely are you to recommend us", 0 to 10, by group. Scores are in points from -100 to 100."""

    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    @classmethod
    def of(cls, scores: Iterable[int]) -> NetPromoter:
        """Of single answers."""
        found = list(scores)
        promoters = sum(score >= PROMOTER_FROM for score in found)
        detractors = sum(score <= DETRACTOR_TO for score in found)
        return cls(promoters, len(found) - promoters - detractors, detractors)

    def __add__(self, other: NetPromoter) -> NetPromoter:
        return NetPromoter(
            self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors
        )

    def times(self, count: int) -> NetPromoter:
        """The same answers so many times."""
        return NetPromoter(self.promoters * count, self.passives * count, self.detractors * count)

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """Share of promoters minus share of detractors; None where nobody answered."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def half_width(self) -> float | None:
        """Half the 95 % interval (normal), from the variance (p + d - (p - d)^2) / n."""
        if not self.n:
            return None
        p, d = self.promoters / self.n, self.detractors / self.n
        return 100 * Z95 * math.sqrt(max(p + d - (p - d) ** 2, 0) / self.n)

    @property
    def is_small(self) -> bool:
        """Too few answers to read anything into the score."""
        return self.n < SMALL_N

    def share(self, count: int) -> float | None:
        return count / self.n if self.n else None

    def differs_from(self, other: NetPromoter) -> bool:
        """Whether the difference of the two scores lies outside its 95 % interval (independent answers). Never of few
        answers, whose interval is too narrow: of two that answer alike it is nought."""
        if self.is_small or other.is_small:
            return False
        if self.score is None or other.score is None or self.half_width is None or other.half_width is None:
            return False
        return abs(self.score - other.score) > math.hypot(self.half_width, other.half_width)


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
        from scipy.special import stdtrit  # noqa: PLC0415  (slow to import, and models import this module)

        return cls(n, mean, float(stdtrit(n - 1, 0.975)) * deviation / math.sqrt(n))

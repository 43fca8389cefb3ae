"""Scores of answers, as the glossary has them: plain counts in, figures out. No database here."""

from __future__ import annotations

import math
from collections.abc import Iterable
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
        """Whether the difference of the two scores lies outside its 95 % interval (independent answers)."""
        if self.score is None or other.score is None or self.half_width is None or other.half_width is None:
            return False
        return abs(self.score - other.score) > math.hypot(self.half_width, other.half_width)


def interval_of_share(count: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); `n` above nought."""
    share, square = count / n, Z95 * Z95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)

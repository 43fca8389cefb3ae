"""Scores of ratings: importance beside performance, gaps to competitors, delight, value, trust.

Ratings are on a scale of 0 to 100 whatever they were asked on. Everything takes columns of equal length, a row an
answer: `response` (ids), `attribute` (codes), `rating`. No more than one rating of a kind by a response and attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]
MOST_ATTRIBUTES = 1 << 20


@dataclass(frozen=True)
class Ratings:
    """Ratings of one kind (performance, importance, of one competitor, and so on)."""

    response: Ints
    attribute: Ints
    rating: Floats

    def __len__(self) -> int:
        return len(self.rating)


@dataclass(frozen=True)
class Mean:
    """A mean over `n` values with half its 95 % interval (Student's t); None where the values are too few to say."""

    n: int
    mean: float | None = None
    half_width: float | None = None

    @classmethod
    def of(cls, values: Floats) -> Mean:
        n = len(values)
        if not n:
            return cls(0)
        half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else None
        return cls(n, float(values.mean()), half)

    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "mean": self.mean, "interval_half_width": self.half_width}


@dataclass(frozen=True)
class Gap:
    """Of pairs by the same response: the mean difference, and the share in which the first is above the second."""

    difference: Mean
    above: int

    @property
    def share_above(self) -> float | None:
        return self.above / self.difference.n if self.difference.n else None

    def as_json(self) -> dict[str, Any]:
        return {**self.difference.as_json(), "above": self.above, "share_above": self.share_above}


def scaled(values: Floats, low: Floats, high: Floats) -> Floats:
    """Ratings from `low` to `high` on the scale of 0 to 100."""
    found: Floats = 100 * (values - low) / (high - low)
    return found


def means_by_attribute(ratings: Ratings) -> dict[int, Mean]:
    """The mean of each attribute."""
    return {int(one): Mean.of(ratings.rating[ratings.attribute == one]) for one in np.unique(ratings.attribute)}


def pairs(first: Ratings, second: Ratings) -> tuple[Ints, Ints, Floats, Floats]:
    """(response, attribute, first rating, second rating) where one response has both of an attribute."""
    _, in_first, in_second = np.intersect1d(_keys(first), _keys(second), assume_unique=True, return_indices=True)
    return (
        first.response[in_first],
        first.attribute[in_first],
        first.rating[in_first],
        second.rating[in_second],
    )


def gaps_by_attribute(first: Ratings, second: Ratings) -> dict[int, Gap]:
    """How far the first lies above the second, by attribute; only responses that rated both count."""
    _, attribute, ours, theirs = pairs(first, second)
    return {int(one): gap(ours[attribute == one], theirs[attribute == one]) for one in np.unique(attribute)}


def gap(first: Floats, second: Floats) -> Gap:
    """Of the same responses in the same order."""
    return Gap(Mean.of(first - second), int((first > second).sum()))


def means_by_response(ratings: Ratings) -> tuple[Ints, Floats]:
    """(response, the mean of its ratings)."""
    responses, place = np.unique(ratings.response, return_inverse=True)
    sums, counts = np.bincount(place, ratings.rating), np.bincount(place)
    return responses, sums / counts


def value_of(benefits: Ratings, costs: Ratings) -> Mean:
    """CV = B - C: of each response that rated both, its mean benefit less its mean cost; the mean of these."""
    return Mean.of(values_by_response(benefits, costs))


def values_by_response(benefits: Ratings, costs: Ratings) -> Floats:
    gave, gained = means_by_response(benefits)
    paid, cost = means_by_response(costs)
    _, in_gain, in_cost = np.intersect1d(gave, paid, assume_unique=True, return_indices=True)
    found: Floats = gained[in_gain] - cost[in_cost]
    return found


def index_of(ratings: Ratings) -> Mean:
    """The mean over responses of the mean of their ratings, such as the index of trust."""
    return Mean.of(means_by_response(ratings)[1])


def quadrant(performance: float, importance: float, *, middle: tuple[float, float]) -> str:
    """Where an attribute stands: `improve` (matters, and is not good), `keep`, `leave`, `enough` (good, matters
    little); `middle` are the performance and the importance that divide them (Martilla and James 1977)."""
    is_good, matters = performance >= middle[0], importance >= middle[1]
    return ("keep" if is_good else "improve") if matters else ("enough" if is_good else "leave")


def priority(performance: float, importance: float) -> float:
    """How much improving it would matter: importance times what is missing to the best, 0 to 100."""
    return importance * (100 - performance) / 100


def _keys(ratings: Ratings) -> Ints:
    """One number for a response and an attribute; there are fewer than a million of these."""
    found: Ints = ratings.response.astype(np.int64) * MOST_ATTRIBUTES + ratings.attribute
    return found

"""Purchase histories, compressed: most customers share theirs with many others, so a model sees each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Histories:
    """Distinct histories, sorted by x; arrays of one length.

    x: repeat purchase days; last: the last purchase, age: the end of the observation, both counted from the first
    purchase, in units of time (t_x and T of the papers); weight: how many customers have this history.
    """

    x: Ints
    last: Floats
    age: Floats
    weight: Floats

    @classmethod
    def single(cls, x: int, last: float, age: float) -> Histories:
        """The history of one customer."""
        return cls(np.array([x]), np.array([last], float), np.array([age], float), np.ones(1))

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def customers(self) -> float:
        return float(self.weight.sum())

    @cached_property
    def repeaters(self) -> float:
        return float(self.weight[self.x > 0].sum())

    @cached_property
    def by_x(self) -> tuple[Ints, Ints]:
        """Distinct x, and for each history the place of its own among them."""
        values, place = np.unique(self.x, return_inverse=True)
        return values, place

    @cached_property
    def by_last(self) -> tuple[Floats, Ints]:
        values, place = np.unique(self.last, return_inverse=True)
        return values, place

    @cached_property
    def by_age(self) -> tuple[Floats, Ints]:
        values, place = np.unique(self.age, return_inverse=True)
        return values, place

    def sample(self, most: int, seed: int = 0) -> Histories:
        """The histories themselves, or those of about `most` customers drawn from them without their order."""
        if self.customers <= most:
            return self
        drawn = np.random.default_rng(seed).multinomial(most, self.weight / self.customers).astype(float)
        kept = drawn > 0
        return Histories(self.x[kept], self.last[kept], self.age[kept], drawn[kept])


def compress(
    x: Ints, last_days: Ints, age_days: Ints, unit_days: float = DAYS_A_WEEK, weight: Floats | None = None
) -> tuple[Histories, Ints]:
    """The distinct histories of customers whose times are whole days, and for each customer the place of its own.

    Raises ValueError for a history that cannot be: a last purchase after the end, or before the first one.
    """
    if len(x) == 0:
        none = np.zeros(0)
        return Histories(np.zeros(0, np.int64), none, none, none), np.zeros(0, np.int64)
    if (last_days > age_days).any() or (last_days < 0).any() or (x < 0).any():
        raise ValueError("A last purchase lies between the first one and the end of the observation.")
    span = int(age_days.max()) + 1
    key = (x.astype(np.int64) * span + last_days) * span + age_days
    distinct, place = np.unique(key, return_inverse=True)
    counts = np.bincount(place, weights=weight, minlength=len(distinct)).astype(float)
    ages, rest = distinct % span, distinct // span
    return Histories(rest // span, rest % span / unit_days, ages / unit_days, counts), place

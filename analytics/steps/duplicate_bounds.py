"""Which candidates can come out as worth a look at all: most share a key and little else, and need no full comparison.

A pair's probability is at most what it were without the related classes of `mathematics/linkage.py`, with every field
that is known of both and not the same at the level that speaks most for one party. Whether two values are the very same
is told by their codes; where that does not rule a pair out, its fields are compared one after the other, those first
that rule out most, and each takes the place of its bound. What is left is compared in full: nothing is lost, and the
figures are the same as if all had been.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.linkage import LEAST, SAME, Linkage
from analytics.steps.duplicate_comparing import NAMES, are_swapped, near_levels, same_values
from analytics.steps.duplicate_facts import Facts

ROUNDING = 1e-6
FOLLOW = ("email", "domain", "postal_code", "city", "region")
"""Fields that may say nothing although both know them: what follows from another one is not told again."""


def promising(
    facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64], linkage: Linkage, least: float
) -> NDArray[np.int64]:
    """Which of the pairs may have a probability of `least` or more, by their places in the order given."""
    bounds = _Bounds(facts, linkage)
    needed = np.log(least / (1 - least)) - ROUNDING
    strangers = max(1 - linkage.shares.sum(), LEAST)
    left = np.arange(len(first))
    total = np.full(len(first), np.log(linkage.shares[0] / strangers))
    for name in facts.compares:
        total += bounds.of_codes(name, first, second)
    for name in bounds.order():
        stays = total >= needed
        left, total = left[stays], total[stays]
        total += bounds.correction(name, first[left], second[left])
    return left[total >= needed]


class _Bounds:
    """What each field can say at most, in natural logarithms of m / u of one party."""

    def __init__(self, facts: Facts, linkage: Linkage) -> None:
        self.facts = facts
        fields = list(zip(facts.compares, linkage.m[0], linkage.u, strict=True))
        self.says = {name: np.log(own / strange) for name, own, strange in fields}
        self.same = {name: float(np.log(own[SAME])) for name, own, _ in fields}

    def order(self) -> list[str]:
        """Names first, then what is compared by signs, addresses of mail last: they take longest."""
        compares = self.facts.compares
        names = [name for name, how in compares.items() if how.comparison.near is not None]
        return sorted(names, key=lambda name: (name == "email", not compares[name].is_name))

    def most(self, name: str) -> float:
        """Of values that are known and not the same."""
        most = float(self.says[name][SAME + 1 :].max())
        return max(most, 0.0) if name in FOLLOW else most

    def of_codes(self, name: str, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
        """By pair, from what the codes tell: the same, known of both, or missing."""
        is_known, is_same, rare = same_values(self.facts, name, first, second)
        found = np.where(is_known, self.most(name), 0.0)
        found[is_same] = self.same[name] - np.log(rare)
        return np.maximum(found, 0.0) if name in FOLLOW else found

    def correction(self, name: str, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
        """By pair, what comparing the texts of a field takes off its bound."""
        how = self.facts.compares[name]
        is_known, is_same, _ = same_values(self.facts, name, first, second)
        rows = np.flatnonzero(is_known & ~is_same)
        one, other, nearly = first[rows], second[rows], self.facts.columns[how.near_by or name]
        level = near_levels(nearly, how.comparison, nearly.codes[one], nearly.codes[other])
        says = np.append(self.says[name], 0.0)[level]  # the last one stands for -1, which says nothing
        if name in NAMES:  # each may stand in an address of its own, or they are changed over
            says = np.maximum(says, self.says[name][-1])
            says = np.where(are_swapped(self.facts, one, other), np.maximum(says, self.says[name][SAME + 1]), says)
        if name in FOLLOW:
            says = np.maximum(says, 0.0)
        found = np.zeros(len(first))
        found[rows] = says - self.most(name)
        return found

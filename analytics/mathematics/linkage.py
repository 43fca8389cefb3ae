"""Which pairs of records are of one party: probabilistic record linkage, learned without labels.

Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969), with the weights of Winkler (2000) and Enamorado,
Fifield and Imai, APSR 113 (2019): each field of a pair agrees to some level; m is how often pairs of one party stand at
a level, u how often strangers do. Missing values say nothing. To the two classes of the paper, *related* ones are
added: people of one household share a place, branches a name, and are two parties nonetheless. In a related class the
fields that it shares have frequencies of their own, all others those of strangers.

u is counted, on pairs drawn at random and from the frequencies of the values. m, and the share of each class among all
pairs, are found by EM over all pairs of the base: those that were never compared (they share no key) are taken for
strangers. Agreement on a value counts by how frequent that value is: Smith says less than Sondergeld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = -1
SAME = 0
MOST_ROUNDS = 200
STILL = 1e-6
PRIOR_PAIRS = 10.0
"""How many pairs of one party the assumption before any data (`prior_of`) weighs as much as."""
PRIOR_SAME = 0.8
"""Of pairs of one party, before any data: as many have a field the same, when both know it."""
MOST_DIFFERENT = 0.25
"""Of pairs of one party, at most as many have another name."""
LEAST = 1e-12
NOBODY = 0.01
"""Pairs: a class of which fewer are expected is empty."""


@dataclass(frozen=True)
class Compared:
    """Pairs, compared: `levels` (pairs x fields) from SAME down to the last level, different; MISSING where
    one of both does not know. `rarity` (pairs x fields) is the share of records with the very value where it is the
    same, else 1."""

    levels: NDArray[np.int8]
    rarity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.levels)

    def take(self, rows: NDArray) -> Compared:
        return Compared(self.levels[rows], self.rarity[rows])


@dataclass(frozen=True)
class Linkage:
    """A fitted model. `u` and `m[class]` by field are shares by level, which add up to 1; `shares[class]` is how many
    of all pairs are of it. Class 0 is of one party, the others are related; the rest are strangers."""

    u: tuple[NDArray[np.float64], ...]
    m: tuple[tuple[NDArray[np.float64], ...], ...]
    shares: NDArray[np.float64]
    rounds: int

    def weights(self, compared: Compared, of: int = 0) -> NDArray[np.float64]:
        """Natural logarithms of m / u, pairs x fields: what each field says for a class; 0 where it is missing."""
        return _weights(compared, self.m[of], self.u)

    def probability(self, compared: Compared) -> NDArray[np.float64]:
        """The posterior probability of each pair to be of one party."""
        return _posterior(compared, self.m, self.u, self.shares)[:, 0]


def fit(
    compared: Compared,
    u: Sequence[NDArray[np.float64]],
    *,
    pairs_in_all: float,
    shared: Sequence[Sequence[bool]] = (),
    names: Sequence[bool] = (),
    times: float = 1.0,
) -> Linkage:
    """Learn m and the shares by EM. `shared[k][field]`: whether the related class k shares the field. `times`: how many
    pairs each compared one stands for, when only a part of them is given. `names`: the fields that one party has mostly
    the same (`MOST_DIFFERENT`); without them, any crowd of pairs that have something in common could pass for parties
    in a base that has no duplicates."""
    named = [*names, *[False] * (len(u) - len(names))]
    u = tuple(np.clip(one, LEAST, 1) for one in u)
    m = [tuple(prior_of(len(one)) for one in u)]
    m += [
        tuple(prior_of(len(one)) if is_shared else one for one, is_shared in zip(u, row, strict=True)) for row in shared
    ]
    shares = np.full(len(m), max(len(compared), 1) * times / max(pairs_in_all, 1) / (2 * len(m)))
    shares = np.minimum(shares, 0.5 / len(m))
    rounds, moved = 0, 1.0
    while moved >= STILL and rounds < MOST_ROUNDS:
        rounds += 1
        posterior = _posterior(compared, m, u, shares) * times
        fresh = posterior.sum(axis=0) / pairs_in_all
        m = [
            tuple(
                _level_shares(posterior[:, place], compared.levels[:, field], old)
                if place == 0 or shared[place - 1][field]
                else old
                for field, old in enumerate(one)
            )
            for place, one in enumerate(m)
        ]
        fresh = np.maximum(fresh, NOBODY / pairs_in_all)
        m[0] = tuple(_mostly_the_same(one) if is_name else one for one, is_name in zip(m[0], named, strict=True))
        moved = float(np.abs(np.log(fresh / shares)).max())
        shares = fresh
    return Linkage(u, tuple(m), shares, rounds)


def prior_of(levels: int) -> NDArray[np.float64]:
    """What is assumed of pairs of one party before any data: mostly the same, the rest spread over the other levels."""
    rest = (1 - PRIOR_SAME) / max(levels - 1, 1)
    return np.array([PRIOR_SAME, *[rest] * (levels - 1)])


def _level_shares(weight: NDArray, levels: NDArray, old: NDArray) -> NDArray[np.float64]:
    known = levels >= 0
    counts = np.bincount(levels[known], weights=weight[known], minlength=len(old)) + PRIOR_PAIRS * prior_of(len(old))
    return counts / counts.sum()


def _mostly_the_same(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shares with the last level, different, held to `MOST_DIFFERENT`."""
    if shares[-1] <= MOST_DIFFERENT:
        return shares
    held = shares * (1 - MOST_DIFFERENT) / (1 - shares[-1])
    held[-1] = MOST_DIFFERENT
    return held


def _weights(
    compared: Compared, m: Sequence[NDArray[np.float64]], u: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    found = np.zeros(compared.levels.shape)
    for field, (own, strange) in enumerate(zip(m, u, strict=True)):
        if own is strange:
            continue
        level = compared.levels[:, field]
        is_same, is_known = level == SAME, level >= 0
        column = np.log(own / strange)[level]
        # agreement on a value counts by how rare it is
        column[is_same] = np.log(own[SAME]) - np.log(compared.rarity[is_same, field])
        found[:, field] = np.where(is_known, column, 0.0)
    return found


def _posterior(
    compared: Compared,
    m: Sequence[Sequence[NDArray[np.float64]]],
    u: Sequence[NDArray[np.float64]],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Pairs x classes; strangers are what is left to 1."""
    odds = np.stack([_weights(compared, one, u).sum(axis=1) for one in m], axis=1) + np.log(shares)
    odds -= np.log(max(1 - shares.sum(), LEAST))
    top = np.maximum(odds.max(axis=1, keepdims=True), 0)
    terms = np.exp(odds - top)
    return terms / (terms.sum(axis=1, keepdims=True) + np.exp(-top))

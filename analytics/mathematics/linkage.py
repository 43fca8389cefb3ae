"""Which pairs of records are of one party: probabilistic record linkage, learned without labels.

Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969), with the weights of Winkler (2000) and Enamorado,
Fifield and Imai, APSR 113 (2019): each field of a pair agrees to some level; m is how often pairs of one party stand at
a level, u how often strangers do. Missing values say nothing. To the two classes of the paper, *related* ones are
added: people of one household share a place, branches a name, colleagues a firm with its switchboard and domain, and
are two parties nonetheless. In a related class the fields that it shares have frequencies of their own, all others
those of strangers. Given the class the fields are independent, so a latent class of its own is how their dependence is
modelled (Larsen and Rubin, JASA 96 (2001)): what follows from the firm is counted once, as "one firm".

u is counted, on pairs drawn at random and from the frequencies of the values. m, and the share of each class among all
pairs, are found by EM over all pairs of the base: those that were never compared (they share no key) are taken for
strangers. Agreement on a value counts by how frequent that value is: Smith says less than Sondergeld.

More agreement never lowers the weight of a pair within a class. The probability can fall nonetheless where the
agreement is better explained by a related class: the telephone of a firm speaks for colleagues, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

SAME = 0
MOST_ROUNDS = 200
MOST_LEVELS = 127
"""A level is stored in a byte with a sign."""
STILL = 1e-6
PRIOR_PAIRS = 10.0
"""How many pairs of one party the assumption before any data (`prior_of`) weighs as much as."""
PRIOR_SAME = 0.8
"""Of pairs of one party, before any data: as many have a field the same, when both know it."""
MOST_DIFFERENT = 0.25
"""Of pairs of one party, at most as many have another name."""
ELSE_DIFFERENT = 0.5
"""Of pairs of one party, at most as many differ in any other field: what mostly differs makes nobody one party."""
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

    @cached_property
    def log_rarity(self) -> NDArray[np.float64]:
        return np.log(self.rarity)

    def take(self, rows: NDArray) -> Compared:
        return Compared(self.levels[rows], self.rarity[rows])


@dataclass(frozen=True)
class Linkage:
    """A fitted model. `u` and `m[class]` by field are shares by level, which add up to 1; `shares[class]` is how many
    of all pairs are of it. Class 0 is of one party, the others are related; the rest are strangers. `shared[class]`
    says by field which frequencies hold in it (`fit`)."""

    u: tuple[NDArray[np.float64], ...]
    m: tuple[tuple[NDArray[np.float64], ...], ...]
    shares: NDArray[np.float64]
    rounds: int
    shared: tuple[tuple[float, ...], ...]

    def weights(self, compared: Compared, of: int = 0) -> NDArray[np.float64]:
        """Natural logarithms of m / u, pairs x fields: what each field says for a class; 0 where it is missing."""
        return _weights(compared, self.m[of], self.u, self.shared[of])

    def probability(self, compared: Compared) -> NDArray[np.float64]:
        """The posterior probability of each pair to be of one party."""
        return self.classes(compared)[:, 0]

    def classes(self, compared: Compared) -> NDArray[np.float64]:
        """Pairs x classes: the posterior probability of each; strangers are what is left to 1."""
        said = zip(self.m, self.shared, strict=True)
        weights = [_weights(compared, m, self.u, shared).sum(axis=1) for m, shared in said]
        odds = np.stack(weights, axis=1) + np.log(self.shares)
        odds -= np.log(max(1 - self.shares.sum(), LEAST))
        top = np.maximum(odds.max(axis=1, keepdims=True), 0)
        terms = np.exp(odds - top)
        return terms / (terms.sum(axis=1, keepdims=True) + np.exp(-top))


def fit(
    compared: Compared,
    u: Sequence[NDArray[np.float64]],
    *,
    pairs_in_all: float,
    shared: Sequence[Sequence[float]] = (),
    names: Sequence[bool] = (),
    unlike: Sequence[int] = (),
    times: NDArray[np.float64] | float = 1.0,
) -> Linkage:
    """Learn m and the shares by EM. `shared[k][field]`: whether the related class k shares the field: 1 as often as is
    learned, 0 as strangers do, a number between as strangers do but for so many who have it the same (twins their
    birthday). `times`: how many pairs each compared one stands for, where
    only a part of them is given. `names`: the fields that one party has mostly the same (`MOST_DIFFERENT`); without
    them, any crowd of pairs that have something in common could pass for parties in a base that has no duplicates.
    `unlike`: by field how many of its last levels are no agreement (one, unless told)."""
    most = [MOST_DIFFERENT if is_name else ELSE_DIFFERENT for is_name in [*names, *[False] * (len(u) - len(names))]]
    last = [*unlike, *[1] * (len(u) - len(unlike))]
    u = tuple(np.clip(one, LEAST, 1) for one in u)
    classes = ((1.0,) * len(u), *(tuple(float(one) for one in row) for row in shared))
    m = tuple(
        tuple(prior_of(len(one)) if share == 1 else one for one, share in zip(u, row, strict=True)) for row in classes
    )
    compared, times = _together(compared, np.broadcast_to(times, len(compared)))
    shares = np.full(len(m), max(times.sum(), 1) / max(pairs_in_all, 1) / (2 * len(m)))
    linkage = Linkage(u, m, np.minimum(shares, 0.5 / len(m)), 0, classes)
    moved = 1.0
    while moved >= STILL and linkage.rounds < MOST_ROUNDS:
        posterior = linkage.classes(compared) * times[:, None]
        fresh = np.maximum(posterior.sum(axis=0) / pairs_in_all, NOBODY / pairs_in_all)
        moved = float(np.abs(np.log(fresh / linkage.shares)).max())
        learned = _levels_anew(linkage, compared, posterior)
        own = tuple(_held(*one) for one in zip(learned[0], most, last, strict=True))
        linkage = replace(linkage, m=(own, *learned[1:]), shares=fresh, rounds=linkage.rounds + 1)
    return linkage


def _together(compared: Compared, times: NDArray[np.float64]) -> tuple[Compared, NDArray[np.float64]]:
    """Pairs that agree alike in all fields as one, which stands for all of them."""
    # which level and which rarity, as one number a field; then pair by pair the fields seen so far as one number
    alike = np.zeros(len(compared), dtype=np.int64)
    for levels, rarity in zip(compared.levels.T, compared.rarity.T, strict=True):
        rare, codes = np.unique(rarity, return_inverse=True)
        both = (alike * len(rare) + codes) * (MOST_LEVELS + 1) + levels + 1
        _, alike = np.unique(both, return_inverse=True)
    _, first, back = np.unique(alike, return_index=True, return_inverse=True)
    many = np.bincount(back.ravel(), weights=times, minlength=len(first))
    return compared.take(first), many.astype(np.float64)


def prior_of(levels: int) -> NDArray[np.float64]:
    """What is assumed of pairs of one party before any data: mostly the same, the rest spread over the other levels."""
    rest = (1 - PRIOR_SAME) / max(levels - 1, 1)
    return np.array([PRIOR_SAME, *[rest] * (levels - 1)])


def _levels_anew(
    linkage: Linkage, compared: Compared, posterior: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.float64], ...], ...]:
    """The shares of the levels by class and field, where they are learned."""
    return tuple(
        tuple(
            _level_shares(posterior[:, place], compared.levels[:, field], old) if shared[field] == 1 else old
            for field, old in enumerate(m)
        )
        for place, (m, shared) in enumerate(zip(linkage.m, linkage.shared, strict=True))
    )


def _level_shares(weight: NDArray, levels: NDArray, old: NDArray) -> NDArray[np.float64]:
    known = levels >= 0
    counts = np.bincount(levels[known], weights=weight[known], minlength=len(old)) + PRIOR_PAIRS * prior_of(len(old))
    return counts / counts.sum()


def _held(shares: NDArray[np.float64], most: float, unlike: int) -> NDArray[np.float64]:
    """The shares with those of the last `unlike` levels held to `most` in all."""
    differ = shares[-unlike:].sum()
    if differ <= most:
        return shares
    return np.append(shares[:-unlike] * (1 - most) / (1 - differ), shares[-unlike:] * most / differ)


def _weights(
    compared: Compared,
    m: Sequence[NDArray[np.float64]],
    u: Sequence[NDArray[np.float64]],
    shared: Sequence[float],
) -> NDArray[np.float64]:
    found = np.zeros(compared.levels.shape)
    for field, (own, strange, share) in enumerate(zip(m, u, shared, strict=True)):
        if not share:
            continue
        level, rarity = compared.levels[:, field], compared.log_rarity[:, field]
        column = np.log(own / strange)[level] if share == 1 else np.full(len(level), np.log1p(-share))
        # agreement on a value counts by how rare it is
        same = np.log(own[SAME]) - rarity if share == 1 else np.log(share * np.exp(-rarity) + 1 - share)
        found[:, field] = np.where(level == SAME, same, np.where(level > SAME, column, 0.0))
    return found

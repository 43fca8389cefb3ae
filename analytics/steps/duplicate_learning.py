"""What agreement says in these contacts, learned from their candidate pairs (`mathematics/linkage.py`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.linkage import SAME, Linkage, fit
from analytics.steps.duplicate_candidates import Candidates, random_pairs
from analytics.steps.duplicate_comparing import compare
from analytics.steps.duplicate_facts import Facts

MOST_LEARNED_FROM = 300_000
RANDOM_PAIRS = 200_000
SEED = 42


def learn(facts: Facts, found: Candidates) -> Linkage:
    """The model of these contacts, from their candidate pairs (some of them by lot, where there are many)."""
    count = len(facts)
    u = strangers(facts)
    some = np.arange(len(found))
    if len(found) > MOST_LEARNED_FROM:
        some = np.sort(np.random.default_rng(SEED).choice(len(found), MOST_LEARNED_FROM, replace=False))
    first, second, times = found.unseen
    fields = facts.compares.values()
    related = (
        [how.one_place for how in fields],
        [how.one_name for how in fields],
        [how.one_firm for how in fields],
    )
    return fit(
        compare(facts, np.append(found.first[some], first), np.append(found.second[some], second)),
        u,
        pairs_in_all=count * (count - 1) / 2,
        names=[how.is_name for how in fields],
        unlike=[how.comparison.unlike for how in fields],
        shared=[row for row in related if any(row)],
        times=np.append(np.full(len(some), len(found) / len(some)), times),
    )


def strangers(facts: Facts) -> list[NDArray[np.float64]]:
    """u: by field, how often two contacts by lot stand at each level. That they have the very same value is counted
    exactly, from how frequent each value is: of rare ones, no sample has two."""
    compared = compare(facts, *random_pairs(len(facts), RANDOM_PAIRS, SEED))
    shares = []
    for place, (name, how) in enumerate(facts.compares.items()):
        column, level = facts.columns[name], compared.levels[:, place]
        counts = np.bincount(level[level > SAME], minlength=len(how.comparison.levels)) + 0.5
        same = float((column.counts * column.rarity).sum() / max(column.known, 1)) or 0.5
        share = counts / counts[SAME + 1 :].sum() * (1 - min(same, 0.999))
        share[SAME] = min(same, 0.999)
        shares.append(share)
    return shares

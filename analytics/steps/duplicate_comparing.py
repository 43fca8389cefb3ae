"""How alike two contacts are, field by field; all pairs at once, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.likeness import MISSING, Comparison
from analytics.mathematics.linkage import SAME, Compared
from analytics.steps.duplicate_facts import ATTESTED, Column, Facts

NEARLY = 1
"""The level of words that are nearly the same."""
NAMES = ("first_name", "last_name")


def compare(facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64]) -> Compared:
    """How alike pairs are, field by field."""
    levels = np.full((len(first), len(facts.compares)), MISSING, dtype=np.int8)
    rarity = np.ones(levels.shape)
    for place, (name, how) in enumerate(facts.compares.items()):
        is_known, is_same, rare = same_values(facts, name, first, second)
        levels[is_same, place] = SAME
        rarity[is_same, place] = rare
        rows = np.flatnonzero(is_known & ~is_same)
        nearly = facts.columns[how.near_by or name]
        levels[rows, place] = near_levels(nearly, how.comparison, nearly.codes[first[rows]], nearly.codes[second[rows]])
    _see_attested_names(facts, first, second, levels)
    _see_swapped_names(facts, first, second, levels)
    _tell_once(list(facts.compares), levels)
    return Compared(levels, rarity)


def same_values(
    facts: Facts, name: str, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """By pair whether both know the field, and whether they have it the same; of those that do, how rare the value is.
    Two contacts with several addresses have it the same where they have one in common, whichever is the main one."""
    column = facts.columns[name]
    one, other = column.codes[first], column.codes[second]
    is_known = (one >= 0) & (other >= 0)
    is_same = is_known & (one == other)
    rare = column.rarity[one[is_same]]
    if name not in facts.shared or not (held := facts.held(name)).several.any():
        return is_known, is_same, rare
    rows = np.flatnonzero((held.several[first] | held.several[second]) & is_known & ~is_same)
    rarest = held.rarest_in_common(first[rows], second[rows], column.rarity)
    found = rarest < np.inf
    every = np.empty(len(first))
    every[is_same], every[rows[found]] = rare, rarest[found]
    is_same[rows[found]] = True
    return is_known, is_same, every[is_same]


def near_levels(column: Column, comparison: Comparison, one: NDArray, other: NDArray) -> NDArray[np.int8]:
    """Levels of pairs of values that are not the same, by their codes; each pair of values is compared once, in the
    order of the texts: which contact is first makes no difference."""
    if comparison.near is None:
        return np.full(len(one), len(comparison.levels) - 1, dtype=np.int8)
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
    distinct, back = np.unique(low * len(column.values) + high, return_inverse=True)
    if not len(distinct):
        return np.empty(0, dtype=np.int8)
    texts = column.values[distinct // len(column.values)], column.values[distinct % len(column.values)]
    ordered = texts[0] <= texts[1]
    texts = np.where(ordered, *texts), np.where(ordered, *texts[::-1])
    return comparison.near(list(texts[0]), list(texts[1]))[back]


def _see_attested_names(facts: Facts, first: NDArray, second: NDArray, levels: NDArray[np.int8]) -> None:
    """Two family names, each of which stands in the e-mail address of who bears it, are two: no slip is made twice."""
    names = list(facts.compares)
    if "last_name" not in names:
        return
    codes = facts.columns[ATTESTED].codes
    level = levels[:, names.index("last_name")]
    is_two = (codes[first] >= 0) & (codes[second] >= 0) & (codes[first] != codes[second]) & (level > SAME)
    level[is_two] = len(facts.compares["last_name"].comparison.levels) - 1


def _see_swapped_names(facts: Facts, first: NDArray, second: NDArray, levels: NDArray[np.int8]) -> None:
    """First and last name changed over are nearly the same, both."""
    names = list(facts.compares)
    if "first_name" not in names:
        return
    swapped = are_swapped(facts, first, second)
    for name in NAMES:
        place = names.index(name)
        levels[swapped & (levels[:, place] > 1), place] = 1


def are_swapped(facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """By pair whether the first name of each is the last name of the other."""
    as_last, last = facts.first_as_last, facts.columns["last_name"].codes
    found: NDArray[np.bool_] = (as_last[first] == last[second]) & (as_last[second] == last[first])
    return found


def _tell_once(names: list[str], levels: NDArray[np.int8]) -> None:
    """What follows from another field is no evidence of its own: the town from its postal code, the region from either,
    the postal code from the same street, the domain from the same address or the website."""
    street, code, city, region = (levels[:, names.index(name)] for name in ("street", "postal_code", "city", "region"))
    region[(city != MISSING) | (code != MISSING)] = MISSING
    city[code != MISSING] = MISSING
    domain = levels[:, names.index("domain")]
    domain[levels[:, names.index("email")] == SAME] = MISSING
    if "website" in names:
        domain[levels[:, names.index("website")] != MISSING] = MISSING
    code[(street >= 0) & (street <= NEARLY) & (code == SAME)] = MISSING

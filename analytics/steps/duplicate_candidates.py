"""Which pairs of contacts are compared at all: those that share a key, and how alike each pair is.

A million contacts make half a million times a million pairs. Compared are those that agree on one of several keys (the
whole name, an address, the first letters of a name with the birthday, ...), so that a pair with a slip in one field is
found by another. A key that many share (a placeholder, a common name) is walked in the order of the names, each contact
with its next neighbours only: the work grows with the contacts, not with their square. Keys are codes in arrays, put
together by sorting: no row is asked for on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.likeness import MISSING, Comparison
from analytics.mathematics.linkage import SAME, Compared
from analytics.steps.duplicate_facts import ATTESTED, Column, Facts
from contacts.choices import ContactKind

LARGEST_BLOCK = 40
NEARLY = 1
"""The level of words that are nearly the same."""
NEIGHBOURS = 5
UNSEEN_PAIRS = 5_000
"""By lot, of the large blocks of each key."""
START = slice(0, 3)
LETTER = slice(0, 1)
YEAR = slice(0, 4)
Part = tuple[str, slice | None]
# each line is a key: what two contacts must have in common, whole or in part
KEYS: dict[str, tuple[tuple[Part, ...], ...]] = {
    ContactKind.PERSON: (
        (("whole", None),),
        (("birthday", None), ("first_name", LETTER)),
        (("birthday", None), ("last_name", LETTER)),
        (("last_name", None), ("birthday", YEAR), ("first_name", LETTER)),
        (("first_name", None), ("birthday", YEAR), ("last_name", LETTER)),
        (("first_name", None), ("postal_code", None)),
        (("last_name", START), ("postal_code", None)),
        (("last_name", None), ("first_name", START), ("city", START)),
        (("organization", None), ("last_name", START)),
        (("street", None), ("house_number", None)),
        (("postal_code", None), ("house_number", None)),
    ),
    ContactKind.ORGANIZATION: (
        (("whole", None),),
        (("website", None),),
        (("street", None), ("house_number", None)),
        (("street", START), ("house_number", None)),
        (("name", START), ("house_number", None)),
        (("name", START), ("postal_code", None)),
        (("name", START), ("city", None)),
        (("postal_code", None), ("house_number", None)),
    ),
}


@dataclass(frozen=True)
class Candidates:
    """Places in `facts.ids` of the pairs to be compared, each once, the lower one first; and some by lot of the pairs
    that share a key so frequent that they are not compared (the colleagues of a large firm), each with how many such
    pairs it stands for. Without those, the pairs of a large block would seem to be only those of like names."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    unseen: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.first)


def candidates(facts: Facts, kind: str, seed: int = 42) -> Candidates:
    """The pairs that share a key."""
    count = np.int64(len(facts))
    order = _rank(facts.columns["whole"])
    found, drawn, large = [np.empty(0, dtype=np.int64)], [], []
    rng = np.random.default_rng(seed)
    for places, code in _keys(facts, kind):
        known = np.flatnonzero(code >= 0)
        known = known[np.lexsort((places[known], order[places[known]], code[known]))]
        block = _Blocks(places[known], code[known])
        found.append(_within(block, count))
        if block.is_large.any():
            drawn.append(block.drawn(rng))
            large.append(block.spread(len(facts)))
    pairs = np.unique(np.concatenate(found))
    return Candidates(pairs // count, pairs % count, _unseen(drawn, large, pairs, count))


def _keys(facts: Facts, kind: str) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Of each key the places and codes; -1 where one is not known."""
    everybody = np.arange(len(facts), dtype=np.int64)
    for key in KEYS[kind]:
        yield everybody, _joined([_part(facts.columns[name], cut) for name, cut in key])
    for name in facts.compares:
        if name.startswith("custom."):
            yield everybody, facts.columns[name].codes.astype(np.int64)
    yield from facts.shared.values()


def compare(facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64]) -> Compared:
    """How alike pairs are, field by field."""
    levels = np.full((len(first), len(facts.compares)), MISSING, dtype=np.int8)
    rarity = np.ones(levels.shape)
    for place, (name, how) in enumerate(facts.compares.items()):
        column = facts.columns[name]
        one, other = column.codes[first], column.codes[second]
        is_known = (one >= 0) & (other >= 0)
        is_same = is_known & (one == other)
        levels[is_same, place] = SAME
        rarity[is_same, place] = rarity_of(column)[one[is_same]]
        nearly = facts.columns[how.near_by] if how.near_by else column
        both = nearly.codes[first], nearly.codes[second]
        levels[is_known & ~is_same, place] = _near(nearly, how.comparison, *both, is_known & ~is_same)
        if name in facts.shared:
            _agree_on_any(facts, name, (first, second), levels[:, place], rarity[:, place])
    _see_attested_names(facts, first, second, levels)
    _see_swapped_names(facts, first, second, levels)
    _tell_once(list(facts.compares), levels)
    return Compared(levels, rarity)


def random_pairs(count: int, most: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Up to `most` pairs of `count` records by lot; where there are no more than that, all of them."""
    if count * (count - 1) // 2 <= most:
        first, second = np.triu_indices(count, 1)
        return first.astype(np.int64), second.astype(np.int64)
    first, second = np.random.default_rng(seed).integers(0, count, size=(2, most))
    return first[first != second], second[first != second]


def rarity_of(column: Column) -> NDArray[np.float64]:
    """By value: how likely another contact has it, too, if it is another party. The one itself does not count; others
    who are not in the base do (`Column.outside`)."""
    return np.maximum(column.counts - 1, 0.5) / max(column.known - 1 + column.outside, 1)


def _near(
    column: Column, comparison: Comparison, one: NDArray, other: NDArray, is_asked: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Levels of pairs of values that are not the same; each pair of values is compared once."""
    if comparison.near is None:
        return np.full(int(is_asked.sum()), len(comparison.levels) - 1, dtype=np.int8)
    low = np.minimum(one[is_asked], other[is_asked]).astype(np.int64)
    high = np.maximum(one[is_asked], other[is_asked]).astype(np.int64)
    distinct, back = np.unique(low * len(column.values) + high, return_inverse=True)
    if not len(distinct):
        return np.empty(0, dtype=np.int8)
    texts = column.values[distinct // len(column.values)], column.values[distinct % len(column.values)]
    return comparison.near(list(texts[0]), list(texts[1]))[back]


def _agree_on_any(
    facts: Facts, name: str, pair: tuple[NDArray, NDArray], levels: NDArray[np.int8], rarity: NDArray[np.float64]
) -> None:
    """Two contacts with several addresses agree where they have one in common, whichever is the main one."""
    places, codes = facts.shared[name]
    count = np.int64(len(facts))
    held = np.unique(places, return_counts=True)
    if not (held[1] > 1).any():
        return
    column = facts.columns[name]
    several = np.isin(pair[0], held[0][held[1] > 1]) | np.isin(pair[1], held[0][held[1] > 1])
    starts = np.searchsorted(places, np.arange(count + 1))
    for row in np.flatnonzero(several & (levels != SAME)):
        one, other = (codes[starts[who[row]] : starts[who[row] + 1]] for who in pair)
        common = np.intersect1d(one, other)
        if len(common):
            levels[row] = SAME
            rarity[row] = rarity_of(column)[common].min()


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
    columns = [facts.columns[name] for name in ("first_name", "last_name")]
    lasts = {text: code for code, text in enumerate(columns[1].values)}
    as_last = np.array([*(lasts.get(text, -2) for text in columns[0].values), -2])[columns[0].codes]
    swapped = (as_last[first] == columns[1].codes[second]) & (as_last[second] == columns[1].codes[first])
    for name in ("first_name", "last_name"):
        place = names.index(name)
        levels[swapped & (levels[:, place] > 1), place] = 1


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


def _part(column: Column, cut: slice | None) -> NDArray[np.int64]:
    return column.codes.astype(np.int64) if cut is None else column.part(cut)


def _rank(column: Column) -> NDArray[np.int64]:
    """The place of each contact in the order of a column."""
    by_value = np.empty(len(column.values) + 1, dtype=np.int64)
    by_value[np.argsort(column.values) if len(column.values) else []] = np.arange(len(column.values))
    by_value[-1] = len(column.values)
    return by_value[column.codes]


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One code for several; -1 where one of them is not known."""
    code = parts[0]
    for part in parts[1:]:
        joined = code * (part.max(initial=0) + 1) + part
        code = np.where((code < 0) | (part < 0), -1, joined)
    return code


class _Blocks:
    """The contacts that share a key: `places` in the order of the blocks, by name within each."""

    def __init__(self, places: NDArray[np.int64], code: NDArray[np.int64]) -> None:
        self.places, self.code = places, code
        _, self.start, self.size = np.unique(code, return_index=True, return_counts=True)
        self.is_large = np.repeat(self.size > LARGEST_BLOCK, self.size)

    def drawn(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
        """Pairs of large blocks by lot, and how many each stands for."""
        which = np.flatnonzero(self.size > LARGEST_BLOCK)
        size = self.size[which].astype(float)
        pairs = size * (size - 1) / 2
        chosen = which[rng.choice(len(which), UNSEEN_PAIRS, p=pairs / pairs.sum())]
        one = (rng.random(UNSEEN_PAIRS) * self.size[chosen]).astype(np.int64)
        further = 1 + (rng.random(UNSEEN_PAIRS) * (self.size[chosen] - 1)).astype(np.int64)
        other = (one + further) % self.size[chosen]
        start = self.start[chosen]
        return self.places[start + one], self.places[start + other], float(pairs.sum()) / UNSEEN_PAIRS

    def spread(self, count: int) -> NDArray[np.int64]:
        """By contact the code of its large block, -1 where it is in none."""
        codes = np.full(count, -1, dtype=np.int64)
        codes[self.places[self.is_large]] = self.code[self.is_large]
        return codes


def _unseen(
    drawn: list[tuple[NDArray[np.int64], NDArray[np.int64], float]],
    large: list[NDArray[np.int64]],
    pairs: NDArray[np.int64],
    count: np.int64,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Of the pairs drawn key by key those that are not compared. One that shares several keys could have been drawn by
    each of them and counts by as much less (Horvitz and Thompson, JASA 47 (1952))."""
    if not drawn:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    first, second = (np.concatenate([one[side] for one in drawn]) for side in (0, 1))
    times = np.repeat([one[2] for one in drawn], UNSEEN_PAIRS)
    in_keys = sum(((code[first] == code[second]) & (code[first] >= 0)).astype(float) for code in large)
    is_new = (first != second) & ~np.isin(np.minimum(first, second) * count + np.maximum(first, second), pairs)
    return first[is_new], second[is_new], (times / np.maximum(in_keys, 1))[is_new]


def _within(block: _Blocks, count: np.int64) -> NDArray[np.int64]:
    """Pairs, as one number each, of contacts with the same code; in large blocks those that are neighbours."""
    steps = _steps(block.code, block.places, block.is_large, count)
    return np.concatenate([np.empty(0, dtype=np.int64), *steps])


def _steps(
    code: NDArray[np.int64], places: NDArray[np.int64], is_large: NDArray[np.bool_], count: np.int64
) -> Iterator[NDArray[np.int64]]:
    for step in range(1, LARGEST_BLOCK):
        is_pair = code[step:] == code[:-step]
        if step > NEIGHBOURS:
            is_pair &= ~is_large[step:]
        one, other = places[:-step][is_pair], places[step:][is_pair]
        is_two = one != other
        yield (np.minimum(one, other) * count + np.maximum(one, other))[is_two]

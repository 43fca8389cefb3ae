"""Which pairs of contacts are compared at all: those that share a key.

A million contacts make half a million times a million pairs. Compared are those that agree on one of several keys (the
whole name, an address, the first letters of a name with the birthday, ...), so that a pair with a slip in one field is
found by another. A key that many share (a placeholder, a common name) is walked in the order of the names, each contact
with its next neighbours only: the work grows with the contacts, not with their square. Keys are codes in arrays, put
together by sorting: no row is asked for on its own. `duplicate_comparing.py` compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.steps.duplicate_facts import Column, Facts
from contacts.choices import ContactKind

LARGEST_BLOCK = 40
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
    order = rank(facts.columns["whole"])
    found, drawn, large = [np.empty(0, dtype=np.int64)], [], []
    rng = np.random.default_rng(seed)
    for places, code in _keys(facts, kind):
        known = np.flatnonzero(code >= 0)
        block = _Blocks.of(places[known], code[known], order)
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


def random_pairs(count: int, most: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Up to `most` pairs of `count` records by lot; where there are no more than that, all of them."""
    if count * (count - 1) // 2 <= most:
        first, second = np.triu_indices(count, 1)
        return first.astype(np.int64), second.astype(np.int64)
    first, second = np.random.default_rng(seed).integers(0, count, size=(2, most))
    return first[first != second], second[first != second]


def _part(column: Column, cut: slice | None) -> NDArray[np.int64]:
    return column.codes.astype(np.int64) if cut is None else column.part(cut)


def rank(column: Column) -> NDArray[np.int64]:
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

    def __init__(self, places: NDArray[np.int64], code: NDArray[Any]) -> None:
        self.places, self.code = places, code
        _, self.start, self.size = np.unique(code, return_index=True, return_counts=True)
        self.is_large = np.repeat(self.size > LARGEST_BLOCK, self.size)

    @classmethod
    def of(cls, places: NDArray[np.int64], code: NDArray[Any], order: NDArray[np.int64]) -> _Blocks:
        """`order`: of each contact its place in the order of names."""
        by_block = np.lexsort((places, order[places], code))
        return cls(places[by_block], code[by_block])

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


def pairs_within(
    places: NDArray[np.int64], code: NDArray[Any], order: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """The pairs, as one number each (the lower place x `count` + the higher one), that share a code."""
    return _within(_Blocks.of(places, code, order), np.int64(count))


def drawn_together(
    places: NDArray[np.int64], code: NDArray[Any], order: NDArray[np.int64], gone: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Who comes to have new neighbours where the `gone` leave large blocks: of each pair that is new, one at least."""
    block, found = _Blocks.of(places, code, order), [np.empty(0, dtype=np.int64)]
    for start, size in zip(block.start, block.size, strict=True):
        own = block.places[start : start + size]
        leaves = gone[own]
        if size <= LARGEST_BLOCK or not leaves.any():
            continue
        stays = own[~leaves]
        before = np.cumsum(~leaves)[leaves]
        near = (before[:, None] - np.arange(1, NEIGHBOURS + 1)).ravel()
        found.append(stays if len(stays) <= LARGEST_BLOCK else stays[near[near >= 0]])
    return np.unique(np.concatenate(found))


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

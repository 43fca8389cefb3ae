"""What is remembered of the contacts that were compared: numbers, made of what is known of them, and no values.

A contact's mark changes when anything changes that is compared. Its keys are those of `duplicate_candidates.py` as
numbers that are the same every night, so that it can be told who shared a key with somebody who has changed or gone
since. The numbers are SipHash of 64 bits with a key of the basis: of a million and a half contacts, two keys in
10 million bases are one by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.steps.duplicate_candidates import KEYS, drawn_together, rank
from analytics.steps.duplicate_facts import Column, Facts

UNKNOWN = np.uint64(0)
STEP = np.uint64(0x9E3779B97F4A7C15)
Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Entries:
    """Who has which keys of one kind: places of contacts, and the key as a number."""

    places: NDArray[np.int32]
    hashes: Hashes


@dataclass(frozen=True)
class Marks:
    """Of contacts by their ids, in order: a mark of all that is compared, the place in the order of names, the keys by
    name."""

    ids: NDArray[np.int64]
    marks: Hashes
    order: NDArray[np.int64]
    keys: dict[str, Entries]

    def __len__(self) -> int:
        return len(self.ids)

    def without(self, gone: NDArray[np.bool_]) -> Marks:
        """As if these had never been here. Who has new neighbours by it counts as changed: no mark is UNKNOWN."""
        marks, moved = self.marks.copy(), np.cumsum(~gone) - 1
        keys = {}
        for name, one in self.keys.items():
            leaves = gone[one.places]
            rows = np.isin(one.hashes, one.hashes[leaves])
            marks[drawn_together(one.places[rows].astype(np.int64), one.hashes[rows], self.order, gone)] = UNKNOWN
            keys[name] = Entries(moved[one.places[~leaves]].astype(np.int32), one.hashes[~leaves])
        return Marks(self.ids[~gone], marks[~gone], self.order[~gone], keys)


def marks_of(facts: Facts, kind: str, salt: str) -> Marks:
    """Of all contacts of a kind; `salt`: 16 signs."""
    marks = np.zeros(len(facts), dtype=np.uint64)
    for name in sorted(facts.columns):
        marks = mixed(marks, by_contact(facts.columns[name], salt))
    keys = {f"key {number}": _key(facts, parts, salt) for number, parts in enumerate(KEYS[kind])}
    for name in facts.compares:
        if name.startswith("custom."):
            keys[name] = _known(by_contact(facts.columns[name], salt))
    for name, (places, codes) in facts.shared.items():
        hashes = value_hashes(facts.columns[name].values, salt)[codes]
        keys[name] = Entries(places.astype(np.int32), hashes)
        several = np.zeros(len(facts), dtype=np.uint64)
        np.add.at(several, places, mixed(hashes, STEP))
        marks = mixed(marks, several)
    by_name = np.lexsort((np.arange(len(facts)), rank(facts.columns["whole"])))
    order = np.empty(len(facts), dtype=np.int64)
    order[by_name] = np.arange(len(facts))
    return Marks(facts.ids, marks, order, keys)


def value_hashes(values: NDArray[Any], salt: str) -> Hashes:
    """A number of each text."""
    if not len(values):
        return np.empty(0, dtype=np.uint64)
    from pandas.util import hash_array  # noqa: PLC0415  (slow to import: the pages name this module, too)

    return np.asarray(hash_array(values, hash_key=salt, categorize=False), dtype=np.uint64)


def by_contact(column: Column, salt: str, cut: slice | None = None) -> Hashes:
    """The number of each contact's value, or of a part of it; UNKNOWN where there is none."""
    values = column.values
    if cut is not None:
        values = np.empty(len(values), dtype=object)
        values[:] = [text[cut] for text in column.values]
    return np.append(value_hashes(values, salt), UNKNOWN)[column.codes]


def mixed(one: Hashes, other: Hashes | np.uint64) -> Hashes:
    """One number of two, which other two do not give (the finish of SplitMix64)."""
    found = one * STEP + other
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


def _key(facts: Facts, parts: tuple[tuple[str, slice | None], ...], salt: str) -> Entries:
    found = np.zeros(len(facts), dtype=np.uint64)
    is_known = np.ones(len(facts), dtype=bool)
    for name, cut in parts:
        hashes = by_contact(facts.columns[name], salt, cut)
        is_known &= hashes != UNKNOWN
        found = mixed(found, hashes)
    return _known(np.where(is_known, found, UNKNOWN))


def _known(hashes: Hashes) -> Entries:
    places = np.flatnonzero(hashes != UNKNOWN)
    return Entries(places.astype(np.int32), hashes[places])

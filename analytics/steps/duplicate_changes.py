"""Which pairs are to be compared where most contacts are as they were: those of who has changed, and those that have
become candidates because others changed or went.

Whether two contacts are candidates depends on others: of a key that many share, only neighbours in the order of names
are compared. So the blocks that anybody has entered, left or changed in are put together twice, as they are and as they
were; a pair of two who stayed as they were is new where it is in the first alone, and is over where it is in the second
alone and in no other block. All others are as they were, because all that they depend on is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.steps.duplicate_candidates import pairs_within
from analytics.steps.duplicate_marks import Entries, Hashes, Marks

NONE = Entries(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint64))


@dataclass(frozen=True)
class Changes:
    """Places are those of the contacts as they are. `is_changed`: who is new or has changed; `gone`: how many are no
    more; `first`, `second`: the pairs to compare; `is_kept`: which of the stored pairs stay as they are."""

    is_changed: NDArray[np.bool_]
    gone: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    is_kept: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Contacts that are new, changed or gone."""
        return int(self.is_changed.sum()) + self.gone


def changes(
    was: Marks, now: Marks, doubted: NDArray[np.int64], stored: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> Changes:
    """`doubted`: ids of contacts whose stored pairs are not those of the last run; `stored`: all pairs that stand, by
    the ids of both."""
    count = len(now)
    _, in_was, in_now = np.intersect1d(was.ids, now.ids, assume_unique=True, return_indices=True)
    stays = (was.marks[in_was] == now.marks[in_now]) & ~np.isin(now.ids[in_now], doubted)
    is_changed = np.ones(count, dtype=bool)
    is_changed[in_now[stays]] = False
    place_now = np.full(len(was), -1, dtype=np.int64)
    place_now[in_was[stays]] = in_now[stays]
    gone = len(was) - len(in_was)
    pairs, ends = _stored(stored, now.ids, is_changed)
    if not is_changed.any() and not gone:
        nothing = np.empty(0, dtype=np.int64)
        return Changes(is_changed, 0, nothing, nothing, ends)
    touched = _touched(was, now, place_now < 0, is_changed)
    are = _unique([_pairs(now, name, hashes, count) for name, hashes in touched.items()])
    were = _unique([_pairs_that_were(was, name, hashes, place_now, count) for name, hashes in touched.items()])
    is_new = is_changed[are // count] | is_changed[are % count] | ~np.isin(are, were)
    over = np.intersect1d(were[~np.isin(were, are)], pairs[ends])
    over = over[~np.isin(over, _elsewhere(now, over, touched, count))]
    return Changes(is_changed, gone, are[is_new] // count, are[is_new] % count, ends & ~np.isin(pairs, over))


def _stored(
    stored: tuple[NDArray[np.int64], NDArray[np.int64]], ids: NDArray[np.int64], is_changed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The stored pairs as one number each, and which of them are of two contacts who stayed as they were."""
    sides, is_of_two = [], np.ones(len(stored[0]), dtype=bool)
    for side in stored:
        place = np.minimum(np.searchsorted(ids, side), max(len(ids) - 1, 0))
        is_of_two &= (ids[place] == side) & ~is_changed[place] if len(ids) else False
        sides.append(place)
    return sides[0] * len(ids) + sides[1], is_of_two


def _touched(was: Marks, now: Marks, has_left: NDArray[np.bool_], is_changed: NDArray[np.bool_]) -> dict[str, Hashes]:
    """By name the keys that anybody has or had who is not as before."""
    found = {}
    for name in {**was.keys, **now.keys}:
        old, new = was.keys.get(name, NONE), now.keys.get(name, NONE)
        found[name] = np.unique(np.append(old.hashes[has_left[old.places]], new.hashes[is_changed[new.places]]))
    return found


def _pairs(marks: Marks, name: str, hashes: Hashes, count: int) -> NDArray[np.int64]:
    """The pairs of these blocks."""
    entries = marks.keys.get(name, NONE)
    rows = np.isin(entries.hashes, hashes)
    return pairs_within(entries.places[rows].astype(np.int64), entries.hashes[rows], marks.order, count)


def _pairs_that_were(
    was: Marks, name: str, hashes: Hashes, place_now: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """The pairs that these blocks had, of those who stayed as they were."""
    pairs = _pairs(was, name, hashes, len(was))
    first, second = place_now[pairs // max(len(was), 1)], place_now[pairs % max(len(was), 1)]
    stayed = (first >= 0) & (second >= 0)
    return first[stayed] * count + second[stayed]


def _elsewhere(marks: Marks, pairs: NDArray[np.int64], touched: dict[str, Hashes], count: int) -> NDArray[np.int64]:
    """The pairs of all untouched blocks in which one of the contacts of these pairs is."""
    if not len(pairs):
        return pairs
    places = np.unique(np.append(pairs // count, pairs % count))
    found = []
    for name, entries in marks.keys.items():
        own = np.unique(entries.hashes[np.isin(entries.places, places)])
        found.append(_pairs(marks, name, own[~np.isin(own, touched[name])], count))
    return _unique(found)


def _unique(found: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))

"""Who changed, came or went makes and ends candidates among those who stayed: as if all blocks were put together."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.steps.duplicate_candidates import LARGEST_BLOCK, pairs_within
from analytics.steps.duplicate_changes import changes
from analytics.steps.duplicate_marks import Entries, Marks

KEYS = ("small", "about the largest", "large", "several")
SIZES = {"small": 4, "about the largest": LARGEST_BLOCK, "large": 150, "several": 30}
NOBODY = np.empty(0, dtype=np.int64)


def draw(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Contacts: a place among names and a key of each kind; 0 where it is not known."""
    keys = {name: rng.integers(0, max(count // SIZES[name], 1) + 1, count).astype(np.uint64) for name in KEYS}
    return {"name": rng.random(count), "mark": rng.integers(1, 2**62, count).astype(np.uint64), **keys}


def marks(ids: np.ndarray, known: dict[str, np.ndarray]) -> Marks:
    order = np.argsort(np.lexsort((np.arange(len(ids)), known["name"])))
    keys = {}
    for name in KEYS:
        places = np.flatnonzero(known[name])
        keys[name] = Entries(places.astype(np.int32), known[name][places])
    # some have several values of a kind, one of which may be the same
    more = np.sort(np.concatenate([np.arange(len(ids)), np.arange(0, len(ids), 3)]))
    hashes = np.where(np.arange(len(more)) % 2, known["several"][more], known["small"][more]) + np.uint64(1)
    keys["several"] = Entries(more.astype(np.int32), hashes)
    return Marks(ids, known["mark"], order, keys)


def candidates_of(found: Marks) -> set[tuple[int, int]]:
    count = len(found)
    pairs = [
        pairs_within(entries.places.astype(np.int64), entries.hashes, found.order, count)
        for entries in found.keys.values()
    ]
    every = np.unique(np.concatenate(pairs))
    return set(zip(found.ids[every // count].tolist(), found.ids[every % count].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_pairs_that_stay_and_pairs_to_compare_are_all_candidates_and_no_others(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(50, 900))
    ids = np.sort(rng.choice(10 * count, count, replace=False))
    known = draw(rng, count)
    was = marks(ids, known)
    stays = rng.random(count) > 0.03
    come = np.setdiff1d(rng.choice(10 * count, int(rng.integers(0, 20)), replace=False), ids)
    new_ids = np.concatenate([ids[stays], come])
    fresh = draw(rng, len(new_ids))
    edited = (rng.random(len(new_ids)) < 0.03) | (np.arange(len(new_ids)) >= stays.sum())
    old = {name: np.concatenate([values[stays], fresh[name][stays.sum() :]]) for name, values in known.items()}
    by_id = np.argsort(new_ids)
    both = {name: np.where(edited, fresh[name], old[name])[by_id] for name in known}
    # who stays keeps the values of before, in "several" as well
    both_marks, new_ids = marks(new_ids[by_id], both), new_ids[by_id]
    now = keep_several(was, both_marks, set(ids[stays].tolist()) - set(new_ids[edited[by_id]].tolist()))

    before, after = sorted(candidates_of(was)), candidates_of(now)
    stored = tuple(np.array(side, dtype=np.int64) for side in zip(*before, strict=True))
    found = changes(was, now, NOBODY, stored)
    kept = {pair for pair, is_kept in zip(before, found.is_kept, strict=True) if is_kept}
    compared = set(zip(now.ids[found.first].tolist(), now.ids[found.second].tolist(), strict=True))
    assert kept | compared == after
    assert found.gone == (~stays).sum()
    changed = set(now.ids[found.is_changed].tolist())
    assert {pair for pair in after if changed & set(pair)} <= compared
    assert {pair for pair in compared if not changed & set(pair)} <= after


def keep_several(was: Marks, now: Marks, stayed: set[int]) -> Marks:
    """Who has stayed has the values of before."""
    place = {int(number): at for at, number in enumerate(now.ids)}
    own, old = now.keys["several"], was.keys["several"]
    new = ~np.isin(now.ids[own.places], list(stayed))
    same = np.isin(was.ids[old.places], list(stayed))
    places = [*own.places[new].tolist(), *(place[int(was.ids[at])] for at in old.places[same])]
    hashes = np.concatenate([own.hashes[new], old.hashes[same]])
    by_place = np.argsort(places, kind="stable")
    several = Entries(np.array(places, dtype=np.int32)[by_place], hashes[by_place])
    return Marks(now.ids, now.marks, now.order, {**now.keys, "several": several})

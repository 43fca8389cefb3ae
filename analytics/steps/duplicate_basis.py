"""What a comparison of all contacts leaves for the next one: the model, the frequencies of the values, the marks of the
contacts, and a sum of each one's pairs, by which it shows when pairs were changed by anybody else.

Only values that two contacts or more have are counted: one that is there once is as rare as one that is not.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from analytics.mathematics.linkage import Linkage
from analytics.models import DuplicateArray, DuplicateBasis
from analytics.steps.duplicate_facts import Column, Facts
from analytics.steps.duplicate_marks import Entries, Hashes, Marks, mixed, value_hashes

TYPES = {"ids": "<i8", "marks": "<u8", "order": "<i4", "sums": "<u8", "places": "<i4", "hashes": "<u8", "counts": "<i8"}


@dataclass(frozen=True)
class Frequencies:
    """How many contacts knew a field, and how often each value of two contacts or more was there."""

    known: int
    hashes: Hashes
    counts: NDArray[np.int64]

    def of(self, column: Column, salt: str) -> Column:
        """The values of a column, as frequent as they were."""
        hashes, counts = value_hashes(column.values, salt), np.ones(len(column.values), dtype=np.int64)
        if len(self.hashes):
            at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            counts = np.where(self.hashes[at] == hashes, self.counts[at], counts)
        return replace(column, counts=counts, of=self.known)


@dataclass(frozen=True)
class Basis:
    """Of one kind of contact. `sums`: of each contact's pairs, in the order of `marks.ids`; `changed`: contacts that
    were new, changed or gone since `full_at`."""

    method: str
    salt: str
    linkage: Linkage
    frequencies: Mapping[str, Frequencies]
    full_at: dt.datetime
    changed: int
    marks: Marks
    sums: Hashes

    def facts(self, facts: Facts) -> Facts:
        """The contacts as they are, their values as frequent as they were."""
        own = {name: found.of(facts.columns[name], self.salt) for name, found in self.frequencies.items()}
        return replace(facts, columns={**facts.columns, **own})

    def doubted(self, pairs: Pairs) -> NDArray[np.int64]:
        """Ids of contacts whose pairs are not those that this basis left."""
        return self.marks.ids[sums_of(self.marks.ids, pairs) != self.sums]


@dataclass(frozen=True)
class Pairs:
    """Stored pairs: their keys, the ids of both contacts, the probability."""

    keys: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    probability: NDArray[np.float64]


def new_salt() -> str:
    return secrets.token_hex(8)


def frequencies_of(facts: Facts, salt: str) -> dict[str, Frequencies]:
    """Of the fields that are compared."""
    found = {}
    for name in facts.compares:
        column = facts.columns[name]
        hashes, often = value_hashes(column.values, salt), column.counts > 1
        by_hash = np.argsort(hashes[often])
        found[name] = Frequencies(column.known, hashes[often][by_hash], column.counts[often][by_hash])
    return found


def sums_of(ids: NDArray[np.int64], pairs: Pairs) -> Hashes:
    """By contact a sum of its pairs and their probabilities; ids in order."""
    found = np.zeros(len(ids), dtype=np.uint64)
    hashes = mixed(mixed(pairs.first.astype(np.uint64), pairs.second.astype(np.uint64)), pairs.probability.view("u8"))
    for side in (pairs.first, pairs.second):
        places = np.searchsorted(ids, side)
        own = np.flatnonzero(places < len(ids))
        own = own[ids[places[own]] == side[own]]
        np.add.at(found, places[own], hashes[own])
    return found


def read_basis(kind: str, method: str) -> Basis | None:
    """None where there is none, or one of another method."""
    row = DuplicateBasis.objects.filter(kind=kind, method=method).first()
    if row is None:
        return None
    arrays = {
        name: np.frombuffer(bytes(content), TYPES[name.rpartition(" ")[2]])
        for name, content in DuplicateArray.objects.filter(basis=row).values_list("name", "content")
    }
    keys = {
        name.removeprefix("key ").removesuffix(" places"): Entries(
            places, arrays[f"{name.removesuffix(' places')} hashes"]
        )
        for name, places in arrays.items()
        if name.startswith("key ") and name.endswith(" places")
    }
    learned = row.learned
    frequencies = {
        name: Frequencies(known, arrays[f"value {name} hashes"], arrays[f"value {name} counts"])
        for name, known in learned["known"].items()
    }
    marks = Marks(arrays["ids"], arrays["marks"], arrays["order"].astype(np.int64), keys)
    linkage = _linkage(learned)
    return Basis(method, row.salt, linkage, frequencies, row.full_at, row.changed, marks, arrays["sums"])


def write_basis(kind: str, basis: Basis) -> None:
    """In the place of the one before."""
    linkage, now = basis.linkage, timezone.now()
    learned = {
        "u": [one.tolist() for one in linkage.u],
        "m": [[one.tolist() for one in row] for row in linkage.m],
        "shares": linkage.shares.tolist(),
        "rounds": linkage.rounds,
        "shared": linkage.shared,
        "known": {name: one.known for name, one in basis.frequencies.items()},
    }
    row, _ = DuplicateBasis.objects.update_or_create(
        kind=kind,
        defaults={
            "method": basis.method, "salt": basis.salt, "learned": learned, "full_at": basis.full_at,
            "compared_at": now, "changed": basis.changed,
        },
    )  # fmt: skip
    row.arrays.all().delete()
    for name, array in _arrays(basis).items():
        content = np.ascontiguousarray(array, TYPES[name.rpartition(" ")[2]]).tobytes()
        DuplicateArray.objects.create(basis=row, name=name, content=content)


def _arrays(basis: Basis) -> dict[str, NDArray[Any]]:
    marks = basis.marks
    found: dict[str, NDArray[Any]] = {
        "ids": marks.ids, "marks": marks.marks, "order": marks.order, "sums": basis.sums,
    }  # fmt: skip
    for name, entries in marks.keys.items():
        found |= {f"key {name} places": entries.places, f"key {name} hashes": entries.hashes}
    for name, one in basis.frequencies.items():
        found |= {f"value {name} hashes": one.hashes, f"value {name} counts": one.counts}
    return found


def _linkage(learned: Mapping[str, Any]) -> Linkage:
    return Linkage(
        u=tuple(np.array(one) for one in learned["u"]),
        m=tuple(tuple(np.array(one) for one in row) for row in learned["m"]),
        shares=np.array(learned["shares"]),
        rounds=learned["rounds"],
        shared=tuple(tuple(float(one) for one in row) for row in learned["shared"]),
    )

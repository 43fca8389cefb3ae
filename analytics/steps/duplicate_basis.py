"""What a comparison of all contacts leaves for the next one: the model, the frequencies of the values, the marks of the
contacts, and a sum of each one's pairs, by which it shows when pairs were changed by anybody else.

Only values that two contacts or more have are counted: one that is there once is as rare as one that is not.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from analytics.mathematics.linkage import Linkage
from analytics.models import DuplicateArray, DuplicateBasis
from analytics.steps.duplicate_facts import Column, Facts
from analytics.steps.duplicate_marks import Entries, Hashes, Marks, mixed, value_hashes

TYPES = {
    "ids": "<i8", "marks": "<u8", "order": "<i4", "sums": "<u8", "places": "<i4", "hashes": "<u8", "counts": "<i8",
    "erased": "<i8",
}  # fmt: skip


@dataclass(frozen=True)
class Frequencies:
    """How many contacts knew a field, and how often each value of two contacts or more was there; `erased`: how many of
    those were erased since."""

    known: int
    hashes: Hashes
    counts: NDArray[np.int64]
    erased: NDArray[np.int64]

    def of(self, column: Column, salt: str) -> Column:
        """The values of a column, as frequent as they were."""
        hashes, counts = value_hashes(column.values, salt), np.ones(len(column.values), dtype=np.int64)
        if len(self.hashes):
            at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            counts = np.where(self.hashes[at] == hashes, self.counts[at], counts)
        return replace(column, counts=counts, of=self.known)

    def without(self, hashes: Hashes) -> Frequencies:
        """Values of erased contacts, one for each that had it: what less than two others have is forgotten."""
        hashes, often = np.unique(hashes, return_counts=True)
        _, own, given = np.intersect1d(self.hashes, hashes, assume_unique=True, return_indices=True)
        erased = self.erased.copy()
        erased[own] += often[given]
        return replace(self, erased=erased)._where(self.counts - erased > 1)

    def of_now(self, column: Column, salt: str) -> Frequencies:
        """Without the values that nobody has any more."""
        return self._where(np.isin(self.hashes, value_hashes(column.values, salt)))

    def _where(self, kept: NDArray[np.bool_]) -> Frequencies:
        return Frequencies(self.known, self.hashes[kept], self.counts[kept], self.erased[kept])


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

    def without(self, ids: Sequence[int], values: Mapping[str, Sequence[str]]) -> Basis:
        """As if these contacts had not been compared: `values` are theirs by field, one for each that has it."""
        gone = np.isin(self.marks.ids, ids)
        frequencies = {
            name: one.without(value_hashes(np.array(values.get(name, ()), dtype=object), self.salt))
            for name, one in self.frequencies.items()
        }
        changed, sums = self.changed + int(gone.sum()), self.sums[~gone]
        return replace(self, marks=self.marks.without(gone), sums=sums, frequencies=frequencies, changed=changed)

    def of_now(self, facts: Facts) -> Basis:
        """Without the values that nobody has any more: who had them may have been erased."""
        found = {name: one.of_now(facts.columns[name], self.salt) for name, one in self.frequencies.items()}
        return replace(self, frequencies=found)

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
        counts = column.counts[often][by_hash]
        found[name] = Frequencies(column.known, hashes[often][by_hash], counts, np.zeros_like(counts))
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
        name: Frequencies(known, *(arrays[f"value {name} {what}"] for what in ("hashes", "counts", "erased")))
        for name, known in learned["known"].items()
    }
    marks = Marks(arrays["ids"], arrays["marks"], arrays["order"].astype(np.int64), keys)
    linkage = _linkage(learned)
    return Basis(method, row.salt, linkage, frequencies, row.full_at, row.changed, marks, arrays["sums"])


def write_basis(kind: str, basis: Basis, compared_at: dt.datetime | None = None) -> None:
    """In the place of the one before; compared now, unless said."""
    linkage = basis.linkage
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
            "compared_at": compared_at or timezone.now(), "changed": basis.changed,
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
        values = {"hashes": one.hashes, "counts": one.counts, "erased": one.erased}
        found |= {f"value {name} {what}": array for what, array in values.items()}
    return found


def _linkage(learned: Mapping[str, Any]) -> Linkage:
    return Linkage(
        u=tuple(np.array(one) for one in learned["u"]),
        m=tuple(tuple(np.array(one) for one in row) for row in learned["m"]),
        shares=np.array(learned["shares"]),
        rounds=learned["rounds"],
        shared=tuple(tuple(float(one) for one in row) for row in learned["shared"]),
    )

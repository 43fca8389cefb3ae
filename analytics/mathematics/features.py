"""What a classifier learns from: numbers with gaps and categories, and how they become a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Codes = NDArray[np.int32]
SMALLEST_CATEGORY = 10
MOST_CATEGORIES = 40
ABSENT = -2


@dataclass(frozen=True)
class Features:
    """Columns by name, all of the same length: numbers (NaN is missing) and codes of categories (-1 is missing)."""

    numbers: Mapping[str, Matrix]
    codes: Mapping[str, Codes]
    categories: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> list[str]:
        return [*self.numbers, *self.codes]

    def __len__(self) -> int:
        return len(next(iter((*self.numbers.values(), *self.codes.values())), ()))

    def take(self, rows: NDArray[Any]) -> Features:
        """Some of the rows."""
        return Features(
            {name: column[rows] for name, column in self.numbers.items()},
            {name: column[rows] for name, column in self.codes.items()},
            self.categories,
        )

    def without(self, names: Sequence[str]) -> Features:
        return Features(
            {name: column for name, column in self.numbers.items() if name not in names},
            {name: column for name, column in self.codes.items() if name not in names},
            {name: labels for name, labels in self.categories.items() if name not in names},
        )

    def value(self, name: str, row: int) -> Any:
        """The value of one row as JSON: a number, a text, None where it is missing."""
        if name in self.numbers:
            number = float(self.numbers[name][row])
            return None if np.isnan(number) else round(number, 4)
        code = int(self.codes[name][row])
        return None if code < 0 else self.categories[name][code]


class Design:
    """Makes a matrix of features, with everything learnt from the rows it was fitted on: medians, means, spreads, which
    categories are frequent enough. Standardised numbers, a column for "missing", one column a category."""

    def __init__(self, features: Features) -> None:
        self.skewed: set[str] = set()
        self.medians: dict[str, float] = {}
        self.scales: dict[str, tuple[float, float]] = {}
        self.kept: dict[str, list[str | None]] = {}
        self.missing: set[str] = set()
        self.columns: list[tuple[str, str]] = []
        for name, column in features.numbers.items():
            self._fit_number(name, column)
        for name, codes in features.codes.items():
            self._fit_codes(name, codes, features.categories[name])

    def _fit_number(self, name: str, column: Matrix) -> None:
        gaps = np.isnan(column)
        if _is_skewed(column[~gaps]):
            self.skewed.add(name)
            column = _bent(column)
        known = column[~gaps].astype(np.float64)
        if not len(known) or known.min() == known.max():
            self.medians[name], self.scales[name] = (float(known[0]) if len(known) else 0.0), (0.0, 0.0)
        else:
            self.medians[name] = float(np.median(known))
            filled = np.where(gaps, self.medians[name], column).astype(np.float64)
            self.scales[name] = (float(filled.mean()), float(filled.std()))
        self.columns.append((name, ""))
        if gaps.any() and len(known):
            self.missing.add(name)
            self.columns.append((name, "missing"))

    def _fit_codes(self, name: str, codes: Codes, labels: Sequence[str]) -> None:
        counts = np.bincount(codes + 1, minlength=len(labels) + 1)
        least = min(SMALLEST_CATEGORY, max(len(codes) // 20, 1))
        common = np.flatnonzero(counts >= least) - 1
        order = common[np.argsort(-counts[common + 1], kind="stable")][:MOST_CATEGORIES]
        self.kept[name] = [None if code < 0 else labels[code] for code in order]
        self.columns += [(name, str(label)) for label in self.kept[name]]

    def matrix(self, features: Features) -> Matrix:
        """Shape (rows, columns): as fitted, for these rows."""
        found = np.empty((len(features), len(self.columns)), dtype=np.float32)
        at = 0
        for name, given in features.numbers.items():
            column = _bent(given) if name in self.skewed else given
            gaps = np.isnan(column)
            mean, spread = self.scales[name]
            filled = np.where(gaps, self.medians[name], column)
            found[:, at] = np.clip((filled - mean) / spread, -10, 10) if spread else 0.0
            at += 1
            if name in self.missing:
                found[:, at] = gaps
                at += 1
        for name, codes in features.codes.items():
            places = _places(features.categories[name])
            for label in self.kept[name]:
                found[:, at] = codes == places.get(label, ABSENT)
                at += 1
        return found

    def groups(self) -> dict[str, list[int]]:
        """Columns of the matrix by feature."""
        found: dict[str, list[int]] = {}
        for place, (name, _) in enumerate(self.columns):
            found.setdefault(name, []).append(place)
        return found


def _places(labels: Sequence[str]) -> dict[str | None, int]:
    """Codes by category; a missing value has one, too. Other rows may have other codes for the same categories."""
    return {**{label: code for code, label in enumerate(labels)}, None: -1}


def _is_skewed(known: Matrix) -> bool:
    """A few values are far above the others: their logarithm tells a linear model more."""
    spread = float(known.std(dtype=np.float64)) if len(known) else 0.0
    return spread > 0 and float((((known - known.mean(dtype=np.float64)) / spread) ** 3).mean()) > 2


def _bent(column: Matrix) -> Matrix:
    bent: Matrix = np.sign(column) * np.log1p(np.abs(column))
    return bent


class Plain:
    """The matrix for trees: categories as codes of those seen often, numbers as they are, gaps left open.

    Categories come first: scikit-learn's boosting puts them there anyhow, and its trees count columns in that order. A
    feature that no row fitted on has is 0 for all: scikit-learn finds no bins for a column of gaps alone.
    """

    def __init__(self, features: Features) -> None:
        self.kept: dict[str, list[str]] = {}
        for name, codes in features.codes.items():
            counts = np.bincount(codes[codes >= 0], minlength=len(features.categories[name]))
            order = np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]
            self.kept[name] = [features.categories[name][code] for code in order if counts[code]]
        self.unknown = {name for name, column in features.numbers.items() if np.isnan(column).all()}
        self.unknown |= {name for name, labels in self.kept.items() if not labels}
        self.columns = [(name, "") for name in (*features.codes, *features.numbers)]
        self.is_category = [name in features.codes for name, _ in self.columns]

    def matrix(self, features: Features) -> Matrix:
        columns: list[NDArray[Any]] = []
        for name, codes in features.codes.items():
            known = {label: place for place, label in enumerate(self.kept[name])}
            places = [known.get(label, np.nan) for label in features.categories[name]]
            columns.append(
                np.array([*places, np.nan], dtype=np.float32)[codes]
            )  # a missing value (-1) takes the last place, which stays open
        columns += features.numbers.values()
        if not columns:
            return np.empty((0, 0), dtype=np.float32)
        found = np.column_stack(columns).astype(np.float32)
        found[:, [place for place, (name, _) in enumerate(self.columns) if name in self.unknown]] = 0
        return found

    def groups(self) -> dict[str, list[int]]:
        return {name: [place] for place, (name, _) in enumerate(self.columns)}


def coded(texts: Sequence[str | None]) -> tuple[Codes, tuple[str, ...]]:
    """(codes, categories in alphabetical order) of texts; None is missing."""
    known = sorted({text for text in texts if text is not None})
    places = {text: place for place, text in enumerate(known)}
    return np.array([-1 if text is None else places[text] for text in texts], dtype=np.int32), tuple(known)

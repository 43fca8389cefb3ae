"""Columns that a model learns from, collected one by one; what is left out, and why, is said in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.features import Features, coded
from crm.choices import FieldType
from crm.customfields.definitions import Definition
from crm.customfields.values import is_number

MOST_CATEGORIES = 200
ID_LIKE_SHARE = 0.5
FEWEST_FOR_IDS = 50


class FeatureColumns:
    """Collects features, and says what is left out and why."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self.numbers: dict[str, NDArray[np.float32]] = {}
        self.codes: dict[str, NDArray[np.int32]] = {}
        self.categories: dict[str, tuple[str, ...]] = {}
        self.labels: dict[str, str] = {}
        self.sentences: list[str] = []

    @property
    def features(self) -> Features:
        return Features(self.numbers, self.codes, self.categories)

    def add_custom(self, definition: Definition, values: Sequence[Any]) -> None:
        kind, name = FieldType(definition.type), definition.key
        if kind in (FieldType.CONTACT, FieldType.URL):
            return
        if kind in (FieldType.NUMBER, FieldType.MONEY):
            column = np.array([one if is_number(one) else np.nan for one in values], dtype=np.float64)
            self.add_number(name, definition.label, column)
        elif kind is FieldType.DATE:
            self.add_number(name, f"{definition.label}, days ago", np.array([self._days(one) for one in values]))
        elif kind is FieldType.MULTI_CHOICE:
            for choice in definition.choices[:20]:
                has = [None if one is None else "yes" if choice in one else "no" for one in values]
                self.add_texts(f"{name}:{choice}", f"{definition.label}: {choice}", has)
        else:
            texts = [
                None if one is None else "yes" if one is True else "no" if one is False else str(one) for one in values
            ]
            self.add_texts(name, definition.label, texts)

    def _days(self, text: Any) -> float:
        try:
            return float((self.as_of - dt.date.fromisoformat(str(text))).days)
        except ValueError:
            return np.nan

    def add_number(self, name: str, label: str, column: NDArray[np.float64]) -> None:
        known = column[~np.isnan(column)]
        distinct = len(np.unique(known))
        if not len(known) or (distinct == 1 and len(known) == len(column)):
            return
        if len(known) >= FEWEST_FOR_IDS and distinct == len(known) and np.all(known == np.round(known)):
            self.sentences.append(f"“{label}” is another whole number for everybody, as an id is: it is left out.")
            return
        self.numbers[name], self.labels[name] = column.astype(np.float32), label

    def add_texts(self, name: str, label: str, texts: Sequence[str | None]) -> None:
        known = [text for text in texts if text is not None]
        distinct = len(set(known))
        if not known or (distinct == 1 and len(known) == len(texts)):
            return
        if distinct > MOST_CATEGORIES or (len(known) >= FEWEST_FOR_IDS and distinct > ID_LIKE_SHARE * len(known)):
            self.sentences.append(
                f"“{label}” has {distinct:,} different texts, nearly a name for each: it is left out."
            )
            return
        self.codes[name], self.categories[name] = coded(texts)
        self.labels[name] = label

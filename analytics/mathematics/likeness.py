"""How alike two values of a field are, in a few levels: the same, nearly the same, partly, different."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

Likeness = Callable[[Sequence[str], Sequence[str]], NDArray[np.int8]]


@dataclass(frozen=True)
class Comparison:
    """Levels of a field, the same first, different last; `near` gives the level of two values that are not the same."""

    levels: tuple[str, ...]
    near: Likeness | None = None


def _by_spelling(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Jaro-Winkler, whose thresholds are those of Winkler's (1990) clerical cut-offs."""
    alike = cpdist(first, second, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    return np.select([alike >= 0.92, alike >= 0.8], [1, 2], 3).astype(np.int8)


def _by_words(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Texts of several words: spelled alike in any order, or one holding the words of the other, or half of them."""
    sorted_alike = cpdist(first, second, scorer=fuzz.token_sort_ratio, dtype=np.float32)
    held = cpdist(first, second, scorer=fuzz.token_set_ratio, dtype=np.float32)
    return np.select([sorted_alike >= 90, held >= 90, held >= 70], [1, 2, 3], 4).astype(np.int8)


def _by_edits(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Codes: one slip of the key (another, a missing or added sign, two changed over), two slips, or another code."""
    slips = cpdist(first, second, scorer=OSA.distance, dtype=np.int32, score_cutoff=2)
    return np.select([slips == 1, slips == 2], [1, 2], 3).astype(np.int8)


def _by_mailbox(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """E-mail addresses: the same name at another provider, nearly the same address, or another one."""
    boxes = [[text.partition("@")[0] for text in side] for side in (first, second)]
    same_box = np.array([one == other for one, other in zip(*boxes, strict=True)], dtype=bool)
    alike = cpdist(first, second, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    return np.select([same_box, alike >= 0.92], [1, 2], 3).astype(np.int8)


EXACT = Comparison(("the same", "different"))
SPELLING = Comparison(("the same", "spelled nearly the same", "spelled alike", "different"), _by_spelling)
WORDS = Comparison(
    ("the same", "nearly the same words", "one holds the words of the other", "some words the same", "different"),
    _by_words,
)
CODE = Comparison(("the same", "one slip apart", "two slips apart", "different"), _by_edits)
EMAIL = Comparison(("the same", "the same name elsewhere", "nearly the same", "different"), _by_mailbox)

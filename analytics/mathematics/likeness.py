"""How alike two values of a field are, in a few levels: the same, nearly the same, partly, different."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

MISSING = -1
ONE_SLIP_IN, TWO_SLIPS_IN = 4, 6
"""Signs of the longer of two texts, at least, for so many slips: Li and Le are two names."""
WRITTEN_OUT = re.compile("(?<=[aou])e")
Likeness = Callable[[Sequence[str], Sequence[str]], NDArray[np.int8]]


@dataclass(frozen=True)
class Comparison:
    """Levels of a field, the same first, different last; `near` gives the level of two values that are not the same.
    The last `unlike` levels are no agreement. `kept`: by level, the number that stands for it in stored evidence, where
    a level was put between others; it swaps levels, so it leads back, too."""

    levels: tuple[str, ...]
    near: Likeness | None = None
    unlike: int = 1
    kept: tuple[int, ...] = ()

    def swapped(self, level: int) -> int:
        """From a level to its number in stored evidence, and back."""
        return self.kept[level] if level < len(self.kept) else level


def _by_spelling(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Jaro-Winkler, whose thresholds are those of Winkler's (1990) clerical cut-offs."""
    alike = cpdist(first, second, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    return np.select([alike >= 0.92, alike >= 0.8], [1, 2], 3).astype(np.int8)


def _by_given(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Given names: as spelled, or where one is written as its initial, whether that fits (`j` and `john`, `j r` and
    `john robert`): as many as begin with the letter fit, so it says less than a name, and is no difference."""
    level = _by_spelling(first, second)
    level = np.where(level == 3, 4, level)
    is_short = {text for text in {*first, *second} if min(map(len, text.split()), default=0) == 1}
    pairs = zip(first, second, strict=True)
    fits = [(one in is_short or other in is_short) and _initials_fit(one, other) for one, other in pairs]
    return np.where(np.array(fits, dtype=bool), 3, level).astype(np.int8)


def _initials_fit(one: str, other: str) -> bool:
    pairs = list(zip(one.split(), other.split(), strict=False))
    fitting = [min(len(a), len(b)) == 1 and a != b and a[0] == b[0] for a, b in pairs]
    return any(fitting) and all(fits or a == b for (a, b), fits in zip(pairs, fitting, strict=True))


def _by_words(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Texts of several words: spelled alike in any order, or one holding the words of the other, or half of them."""
    sorted_alike = cpdist(first, second, scorer=fuzz.token_sort_ratio, dtype=np.float32)
    held = cpdist(first, second, scorer=fuzz.token_set_ratio, dtype=np.float32)
    return np.select([sorted_alike >= 90, held >= 90, held >= 70], [1, 2, 3], 4).astype(np.int8)


def _by_edits(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Codes: one slip of the key (another, a missing or added sign, two changed over), two slips, or another code. Of
    short ones, each is within a slip or two of nearly every other: 12 and 18 are two houses."""
    slips = cpdist(first, second, scorer=OSA.distance, dtype=np.int32, score_cutoff=2)
    longer = np.maximum(*(np.fromiter(map(len, side), np.int64, len(side)) for side in (first, second)))
    is_slip = [(slips == 1) & (longer >= ONE_SLIP_IN), (slips == 2) & (longer >= TWO_SLIPS_IN)]
    return np.select(is_slip, [1, 2], 3).astype(np.int8)


def _by_slips(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Family names: one slip of the key (four of five errors of spelling are one: Damerau, CACM 7 (1964)), two in a
    longer one, or one a part of the other (Schmidt-Krause). A common beginning is no slip: Berg and Bergmann are two
    families, whom Jaro-Winkler would call alike."""
    level = _by_edits(first, second)
    pairs = zip(first, second, strict=True)
    # of two single words that are not the same, none is a part of the other
    is_part = [(" " in one or " " in other) and _is_part(one.split(), other.split()) for one, other in pairs]
    return np.where((level > 1) & np.array(is_part, dtype=bool), 2, level).astype(np.int8)


def _is_part(one: Sequence[str], other: Sequence[str]) -> bool:
    return set(one) <= set(other) or set(other) <= set(one)


def mailbox_of(address: str, words: Iterable[str]) -> str:
    """The part of an address before the @ and what it says beyond the names of who has it, parted by a blank:
    `anna.berg` is the names of Anna Berg and says no more, of `a.berg77` the `77` is its own, of `mausi` all of it.

    `words`: the names, folded."""
    local = _plain(address.partition("@")[0])
    names = sorted({_plain(word) for word in words if word}, key=len, reverse=True)
    beyond = (_beyond(part, names) for part in re.findall(r"[a-z]+|[^\W_a-z]+", local))
    return f"{local} {''.join(beyond)}"


def bears(address: str, name: str) -> bool:
    """Whether a name, folded, stands in the part of an address before the @."""
    return bool(name) and _plain(name) in _plain(re.sub(r"[\W_]+", "", address.partition("@")[0]))


def _plain(text: str) -> str:
    """Without the letters by which an umlaut is written out, so that `mueller` is the name of Müller."""
    return WRITTEN_OUT.sub("", text.lower().replace(" ", ""))


def _beyond(part: str, names: Sequence[str]) -> str:
    """Empty where a part of a mailbox is made of names and their initials, else the part."""
    rest = part
    for name in names:
        if len(name) > 1:
            rest = rest.replace(name, " ", 1)
    return "" if set(rest) - {" "} <= {name[0] for name in names} and len(rest.replace(" ", "")) <= len(names) else part


def _by_mailbox(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int8]:
    """Mailboxes, as `mailbox_of` writes them, whose addresses are not the same: alike in what they say beyond the
    names, for that two of like names have like mailboxes says nothing that the names have not said already (such a
    likeness would be the same evidence twice). So two that are made of the names alone are nothing (-1) where they are
    the same, and two mailboxes where they are not."""
    (local, rest), (other, other_rest) = (
        zip(*(text.split(" ") for text in side), strict=True) if side else ((), ()) for side in (first, second)
    )
    pairs = list(zip(local, other, rest, other_rest, strict=True))
    is_same = np.array([one == two for one, two, _, _ in pairs], dtype=bool)
    is_of_names = np.array([not (own or its) for _, _, own, its in pairs], dtype=bool)
    is_told = np.array([bool(own and its) for _, _, own, its in pairs], dtype=bool)
    alike = cpdist(rest, other_rest, scorer=JaroWinkler.normalized_similarity, dtype=np.float32) >= 0.92
    slips = cpdist(local, other, scorer=OSA.distance, dtype=np.int32, score_cutoff=1) == 1
    is_spelled = np.array([(own or its).isalpha() for _, _, own, its in pairs], dtype=bool)
    near = np.where(is_told, alike, slips & is_spelled & ~is_of_names)
    return np.select([is_same & is_of_names, is_same, near], [MISSING, 1, 2], 3).astype(np.int8)


EXACT = Comparison(("the same", "different"))
SPELLING = Comparison(("the same", "spelled nearly the same", "spelled alike", "different"), _by_spelling)
GIVEN_NAME = Comparison(
    ("the same", "spelled nearly the same", "spelled alike", "the initial fits", "different"),
    _by_given,
    kept=(0, 1, 2, 4, 3),
)
WORDS = Comparison(
    ("the same", "nearly the same words", "one holds the words of the other", "some words the same", "different"),
    _by_words,
    unlike=2,  # some words the same: Meyer's bakery and Schmidt's
)
FAMILY_NAME = Comparison(("the same", "one slip apart", "two slips apart, or a part of it", "different"), _by_slips)
CODE = Comparison(("the same", "one slip apart", "two slips apart", "different"), _by_edits)
EMAIL = Comparison(("the same", "the same name elsewhere", "nearly the same", "different"), _by_mailbox)

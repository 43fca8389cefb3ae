"""How many slips of the finger lie between what was typed and what is there."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+")
LETTERS_A_SLIP = 4
BEGINNING = 0.5


def slips_between(typed: str, said: str) -> float | None:
    """The slips that make each typed word a word of `said` (or the beginning of one); None where it takes too many.

    A slip is a letter too many, too few, another one, or two that changed places; a word may have one for each four
    letters. Both texts are folded already.

    >>> slips_between("mulelr anna", "anna muller")
    1.0
    """
    there = WORD.findall(said)
    total = 0.0
    for word in WORD.findall(typed):
        least = min((_to_word(word, other) for other in there), default=float(len(word)))
        if least > max(1, len(word) // LETTERS_A_SLIP) + BEGINNING:
            return None
        total += least
    return total


def _to_word(word: str, other: str) -> float:
    """The slips to a whole word, or to the beginning of one, which counts a little more."""
    return min(distance(word, other), distance(word, other[: len(word)]) + BEGINNING)


def distance(one: str, other: str) -> int:
    """The optimal string alignment distance (Damerau 1964, each piece changed at most once).

    >>> distance("keler", "keller"), distance("jonh", "john"), distance("ca", "abc")
    (1, 1, 3)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last = row, before
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]

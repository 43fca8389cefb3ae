"""Whom a line of a file names, of any number of people at once: by sets of words, so that each costs no more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import phonenumbers

from contacts.privacy.tables import Person
from contacts.privacy.words import DIGITS, SHORTEST, is_unmistakable

WORD = re.compile(r"[^\s,;:|\"'<>(){}\[\]=]+")
ADDRESS = re.compile(r"[^\s,;:|\"<>(){}\[\]=]+@[^\s,;:|\"'<>(){}\[\]=]+")
NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ \u00a0().\-/]{0,3}\d){6,17}(?!\w)")
LONGEST_PREFIX = 5
"""Digits that may stand before a national number: a country, a zero."""


@dataclass
class Sought:
    """What is looked for: words (addresses, handles, ids of letters and digits) in lower case, national numbers by
    their last digits, and external ids of any form for columns of such; each with the keys of whose it is."""

    words: dict[str, set[int]] = field(default_factory=dict)
    numbers: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, persons: Iterable[tuple[int, Person]]) -> Sought:
        """Of persons, each under the key that findings are told by."""
        found = cls()
        for key, person in persons:
            for one in person.external_ids:
                found.ids.setdefault(one, set()).add(key)
            for one in (*person.addresses, *person.names, *person.external_ids):
                found.add(one.strip(), key)
        return found

    def add(self, word: str, key: int) -> None:
        if number := national(word):
            self.numbers.setdefault(number[-DIGITS:], []).append((number, key))
        elif len(word) >= SHORTEST and is_unmistakable(word) and (WORD.fullmatch(word) or ADDRESS.fullmatch(word)):
            self.words.setdefault(word.casefold(), set()).add(key)

    def named_in(self, text: str) -> set[int]:
        """Whose address, number or id stands in this text."""
        found: set[int] = set()
        folded = text.casefold()
        for word in {*WORD.findall(folded), *(ADDRESS.findall(folded) if "@" in folded else ())} & self.words.keys():
            found |= self.words[word]
        for match in NUMBER.finditer(text) if self.numbers else ():
            digits = re.sub(r"\D", "", match[0])
            for number, key in self.numbers.get(digits[-DIGITS:], ()):
                if digits.endswith(number) and len(digits) - len(number) <= LONGEST_PREFIX:
                    found.add(key)
        return found

    def known_as(self, cells: Iterable[str]) -> set[int]:
        """Whose external id a cell of such a column is."""
        return {key for cell in cells for key in self.ids.get(cell.strip().removeprefix("'"), ())}


def national(word: str) -> str:
    """The digits of a telephone number without its country; empty for anything else, and for a short one."""
    if any(one.isalpha() for one in word) or "@" in word:
        return ""
    try:
        parsed = phonenumbers.parse(word, None)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", word).lstrip("0")
    else:
        digits = str(parsed.national_number)
    return digits if len(digits) >= DIGITS else ""

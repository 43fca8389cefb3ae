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
MOST_ZEROS = 3
"""That may stand before a national number or its country."""


@dataclass
class Sought:
    """What is looked for: words (addresses, handles, ids of letters and digits) in lower case, national numbers by
    their last digits (with their country, where it is known), and external ids of any form for columns of such; each
    with the keys of whose it is."""

    words: dict[str, set[int]] = field(default_factory=dict)
    numbers: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, persons: Iterable[tuple[int, Person]]) -> Sought:
        """Of persons, each under the key that findings are told by. An external id of digits alone is a number like any
        other (an order, an amount): it counts in columns of such ids alone."""
        found = cls()
        for key, person in persons:
            for one in person.external_ids:
                found.ids.setdefault(one, set()).add(key)
            plain = {one for one in person.external_ids if not any(each.isalpha() for each in one)}
            for one in (*person.addresses, *person.names, *person.external_ids):
                if one not in plain:
                    found.add(one.strip(), key)
        return found

    def add(self, word: str, key: int) -> None:
        number, country = number_of(word)
        if number:
            self.numbers.setdefault(number[-DIGITS:], []).append((number, country, key))
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
            for number, country, key in self.numbers.get(digits[-DIGITS:], ()):
                if digits.endswith(number) and is_prefix(digits.removesuffix(number), country):
                    found.add(key)
        return found

    def known_as(self, cells: Iterable[str]) -> set[int]:
        """Whose external id a cell of such a column is."""
        return {key for cell in cells for key in self.ids.get(cell.strip().removeprefix("'"), ())}


def is_prefix(digits: str, country: str) -> bool:
    """Whether these may stand before a national number: zeros, and its country."""
    before, is_there, after = digits.rpartition(country) if country else (digits, "", "")
    zeros = (before, after) if is_there else (digits,)
    return all(len(one) <= MOST_ZEROS and not one.strip("0") for one in zeros)


def national(word: str) -> str:
    """The digits of a telephone number without its country; empty for anything else, and for a short one."""
    return number_of(word)[0]


def number_of(word: str) -> tuple[str, str]:
    """The digits of a telephone number, and those of its country where it says one; empty for anything else."""
    if any(one.isalpha() for one in word) or "@" in word:
        return "", ""
    try:
        parsed = phonenumbers.parse(word, None)
    except phonenumbers.NumberParseException:
        digits, country = re.sub(r"\D", "", word).lstrip("0"), ""
    else:
        digits, country = str(parsed.national_number), str(parsed.country_code)
    return (digits, country) if len(digits) >= DIGITS else ("", "")

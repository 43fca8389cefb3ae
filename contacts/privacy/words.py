"""What a person is called by, found in texts about others: whole words, never a part of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from contacts.privacy.finding import folded, pieces_of, plain_parts
from contacts.privacy.tables import Person

STARS = "***"
SHORTEST = 5
DIGITS = 7
"""Of a number that is looked for in everybody's texts: a shorter one is an amount or a year, too."""
# of JSON as PostgreSQL writes it: a string is a key where a colon follows
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?')
OF_ADDRESS = r"\w.+%@-"


@dataclass(frozen=True)
class Words:
    """Words to be found as they stand in texts, whole and in any case; the longest first, so that no part is left."""

    words: tuple[str, ...]

    def starred(self, text: str) -> str:
        """The text with stars in place of each of the words."""
        present = self.in_text(text).words
        return _pattern(present).sub(STARS, text) if present else text

    def starred_json(self, text: str) -> str:
        """JSON as PostgreSQL writes it, with stars in its strings: keys and numbers stay what they are."""
        present = self.in_text(text)

        def change(found: re.Match[str]) -> str:
            if found["key"]:
                return found[0]
            value = json.loads(found[0])
            changed = present.starred(value)
            return found[0] if changed == value else json.dumps(changed, ensure_ascii=False)

        return JSON_STRING.sub(change, text) if present.words else text

    def in_text(self, text: str) -> Words:
        """Those whose parts all stand in a text, also one of JSON: of thousands, mostly none."""
        without_cases = folded(text)
        return Words(tuple(one for one in self.words if all(part in without_cases for part in _plain_parts(one))))

    @property
    def streamed(self) -> list[str]:
        """Those that `finding` finds; and the patterns of LIKE for the others, in text and in JSON (`likes`)."""
        return [one for one in self.words if pieces_of(one)]

    @property
    def likes(self) -> list[str]:
        cases = dict.fromkeys(
            each for one in self.words if not pieces_of(one) for each in (one, one.lower(), one.upper())
        )
        return list(dict.fromkeys(like for word in cases for like in (_like(word), _like(_in_json(word)))))


@lru_cache(maxsize=100_000)
def _plain_parts(word: str) -> tuple[str, ...]:
    return plain_parts(word)


@lru_cache(maxsize=2_000)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_bounded(word) for word in words), re.IGNORECASE)


def words_of(persons: Iterable[Person]) -> tuple[Words | None, Words | None]:
    """What is looked for in everybody's rows (addresses, full names, long numbers), and what in the person's own alone
    (a single name, a short number: somebody else is called so, too); None where there is nothing."""
    found = dict.fromkeys(word.strip() for person in persons for word in (*person.addresses, *person.names))
    words = [word for word in found if len(word) >= SHORTEST]
    return (
        _words([word for word in words if is_unmistakable(word)]),
        _words([word for word in words if not is_unmistakable(word)]),
    )


def is_unmistakable(word: str) -> bool:
    """Whether nobody and nothing else is called so: an address, a name of two words, a long number, a handle or a key
    of letters with digits."""
    digits = sum(one.isdigit() for one in word)
    names = [part for part in re.split(r"[\s,]+", word) if part]
    has_letters = any(one.isalpha() for one in word)
    return "@" in word or digits >= DIGITS or (has_letters and (len(names) > 1 or digits > 0))


def _words(words: list[str]) -> Words | None:
    if not words:
        return None
    with connection.cursor() as cursor:
        # as search texts hold them
        cursor.execute("SELECT crm_fold(w) FROM unnest(%s::text[]) AS w", [words])
        without_accents = [row[0] for row in cursor.fetchall()]
    numbers = [re.sub(r"\D", "", word) for word in words if not any(one.isalpha() for one in word)]
    spelt = {*words, *without_accents, *_further_cases(words), *(one for one in numbers if len(one) >= DIGITS)}
    return Words(tuple(sorted(spelt, key=lambda word: (-len(word), word))))


def _further_cases(words: Iterable[str]) -> list[str]:
    """Words in small and in capital letters that a pattern in any case does not take for the word: ß is SS."""
    ways = ((word, way) for word in words for way in (word.lower(), word.upper()))
    return [way for word, way in ways if re.fullmatch(re.escape(word), way, re.IGNORECASE) is None]


def _bounded(word: str) -> str:
    """The word as a pattern that no letter, digit or hyphened name stands beside."""
    body = r"\s+".join(re.escape(part) for part in word.split())
    if "@" in word[1:]:
        return rf"(?<![{OF_ADDRESS}]){body}(?![\w@-]|\.\w)"
    before = r"(?<!\w)(?<!\w-)" + (r"(?<!\d[.,])" if word[0].isdigit() else "")
    after = r"(?![\w@]|-\w)" + (r"(?![.,]\d)" if word[-1].isdigit() else "")
    return before + body + after


def _in_json(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{'%'.join(escaped.split())}%"

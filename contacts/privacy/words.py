"""What a person is called by, found in texts about others: whole words, never a part of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

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
    """Words to be found as they stand in texts, in any case: `pattern` finds them whole, `likes` are the patterns of
    LIKE for rows that may have one, in text and in JSON."""

    pattern: re.Pattern[str]
    likes: tuple[str, ...]

    def starred(self, text: str) -> str:
        """The text with stars in place of each of the words."""
        return self.pattern.sub(STARS, text)

    def starred_json(self, text: str) -> str:
        """JSON as PostgreSQL writes it, with stars in its strings: keys and numbers stay what they are."""

        def change(found: re.Match[str]) -> str:
            if found["key"]:
                return found[0]
            value = json.loads(found[0])
            changed = self.starred(value)
            return found[0] if changed == value else json.dumps(changed, ensure_ascii=False)

        return JSON_STRING.sub(change, text)


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
        folded = [row[0] for row in cursor.fetchall()]
    numbers = [re.sub(r"\D", "", word) for word in words if not any(one.isalpha() for one in word)]
    spelt = {*words, *folded, *(one for one in numbers if len(one) >= DIGITS)}
    # the longest first, so that no part of one is left
    ordered = sorted(spelt, key=lambda word: (-len(word), word))
    cases = dict.fromkeys(one for word in ordered for one in (word, word.lower(), word.upper()))
    likes = dict.fromkeys(like for word in cases for like in (_like(word), _like(_in_json(word))))
    return Words(re.compile("|".join(_bounded(word) for word in ordered), re.IGNORECASE), tuple(likes))


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

"""Which rows of a table may name somebody: found in one reading, however many people are looked for.

The rows stream out of PostgreSQL as COPY writes them. Of each word one piece of four bytes is looked for, all pieces
at once, at every place of the stream; where one stands, the row is asked for the whole word. Patterns of LIKE cost a
reading for each word, and a regular expression of PostgreSQL more than those.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db import connection
from psycopg import sql

from crm.database.copying import copying

PIECE = 4
"""Bytes."""
AT_ONCE = 4_000_000
ESCAPED = frozenset('"\\')
"""Signs that JSON or COPY write in another way."""
ALIKE = ("iI\u0131İ", "σςΣ", "ßẞ")
"""Letters that a pattern in any case takes for one, though `lower` and `upper` of one do not say so: i
with and without a dot, the sigma of an end, the capital ß."""
# pieces that differ mostly have different upper halves of their product by an odd number
SPREAD, SHIFT = np.uint32(2_654_435_761), np.uint32(12)
STREAM_SQL = sql.SQL("COPY (SELECT {key}, {texts} FROM {table} WHERE {which}) TO STDOUT")


def keys_with(
    words: Iterable[str],
    *,
    table: sql.Composable,
    key: sql.Composable,
    texts: sql.Composable,
    which: sql.Composable,
) -> list[Any]:
    """The keys of the rows, of those that fulfil a condition, whose texts may have one of these words in any case."""
    finder = Finder(words)
    query = STREAM_SQL.format(key=key, texts=texts, table=table, which=which)
    with connection.cursor() as cursor, copying(cursor, query) as copy:
        return finder.keys(copy)


def pieces_of(word: str) -> set[bytes]:
    """Four bytes of a word, as they are written in small and capital letters, but for small `a` to `z`: digits where
    there are any, rather than what stands behind the sign of an address. Empty where no part without blanks has so
    many."""
    parts = [name if len(name) >= PIECE else part for part in word.split() for name in (part.partition("@")[0],)]
    windows = [part[at : at + length] for part in parts for at in range(len(part)) for length in range(1, PIECE + 1)]
    windows.sort(key=lambda one: (-sum(sign.isdigit() for sign in one), len(one)))
    return next((found for one in windows if (found := _written(one))), set())


def folded(text: str) -> str:
    """A text without cases, as patterns in any case read it: i with and without a dot is one letter."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def plain_parts(word: str) -> tuple[str, ...]:
    """The folded parts of a word that JSON and COPY write as they are."""
    return tuple(part for part in folded(word).split() if ESCAPED.isdisjoint(part))


def _written(window: str) -> set[bytes]:
    """In each case; nothing where it is too short in one, or where JSON and COPY write it in another way."""
    if not window.isprintable() or not ESCAPED.isdisjoint(window):
        return set()
    ways = itertools.product(*map(_ways, window))
    found = ["".join(one).encode().lower() for one in ways]
    return {one[:PIECE] for one in found} if min(map(len, found)) >= PIECE else set()


def _ways(sign: str) -> set[str]:
    return {sign, sign.lower(), sign.upper()}.union(*(group for group in ALIKE if sign in group))


class Finder:
    """Looks for words in lines of a COPY: a key, a tab, then texts. Raises ValueError for a word without a piece."""

    def __init__(self, words: Iterable[str]) -> None:
        self.known = np.zeros(1 << 20, dtype=bool)
        self.words: dict[int, set[tuple[str, ...]]] = defaultdict(set)
        for word in words:
            pieces = pieces_of(word)
            if not pieces:
                raise ValueError("A word has no piece of four bytes.")
            for piece in pieces:
                self.words[int.from_bytes(piece, "little")].add(plain_parts(word))
        self.known[(np.fromiter(self.words, np.uint32, len(self.words)) * SPREAD) >> SHIFT] = True

    def keys(self, lines: Iterable[Any]) -> list[Any]:
        """The keys of the lines that have one of the words, as whole numbers where they are some."""
        return [key for some in _together(lines) for key in self._in(some)]

    def _in(self, lines: list[bytes]) -> Iterator[Any]:
        text = b"".join(lines).lower()
        ends = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)))
        found: dict[int, set[int]] = defaultdict(set)
        for offset in range(PIECE):
            pieces = np.frombuffer(text, "<u4", max(len(text) - offset, 0) // PIECE, offset) if text else ()
            hits = np.flatnonzero(self.known[(np.asarray(pieces, dtype=np.uint32) * SPREAD) >> SHIFT])
            rows = np.searchsorted(ends, hits * PIECE + offset, side="right")
            for row, at in zip(rows.tolist(), hits.tolist(), strict=True):
                found[row].add(int(pieces[at]))
        for row in sorted(found):
            text_of_row = folded(lines[row].decode())
            words = (parts for piece in found[row] for parts in self.words.get(piece, ()))
            if any(all(part in text_of_row for part in parts) for parts in words):
                key = lines[row].partition(b"\t")[0].decode()
                yield int(key) if key.isdigit() else key


def _together(lines: Iterable[Any]) -> Iterator[list[bytes]]:
    """Lines, so many at once as are worth an array."""
    some: list[bytes] = []
    size = 0
    for line in lines:
        some.append(bytes(line))
        size += len(line)
        if size >= AT_ONCE:
            yield some
            some, size = [], 0
    yield some

"""What changed between two versions of an article, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from service.models import ArticleVersion

MOST_WORDS = 4_000
"""Of one changed passage; longer ones stand whole, for the time grows with the square."""


@dataclass(frozen=True)
class Piece:
    """Some words: `kind` is same, gone or new."""

    kind: str
    text: str


@dataclass(frozen=True)
class Comparison:
    """Two versions, part by part."""

    old: ArticleVersion
    new: ArticleVersion
    title: Sequence[Piece]
    summary: Sequence[Piece]
    body: Sequence[Piece]


def compared(old: ArticleVersion, new: ArticleVersion) -> Comparison:
    """How `old` became `new`."""
    return Comparison(
        old,
        new,
        list(_by_word(old.title, new.title)),
        list(_by_word(old.summary, new.summary)),
        list(_by_line(old.body, new.body)),
    )


def _by_line(old: str, new: str) -> Iterator[Piece]:
    """Lines that stayed, and the words of those that changed."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[a:b]))
        else:
            yield from _by_word("".join(before[a:b]), "".join(after[c:d]))


def _by_word(old: str, new: str) -> Iterator[Piece]:
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    if len(before) + len(after) > MOST_WORDS:
        yield from (Piece(kind, text) for kind, text in (("gone", old), ("new", new)) if text)
        return
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        gone, added = "".join(before[a:b]), "".join(after[c:d])
        yield from (Piece(one, text) for one, text in (("gone", gone), ("new", added)) if text)

"""Which chapter a page opens, what a person may read of the help, and the search in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crm.access import can
from crm.choices import Verb
from crm.guide.reading import Chapter, Section, all_chapters, contents, plain_text
from crm.models import Company, User

AROUND = 70
"""How many characters an excerpt shows before the first word that was found."""
LONGEST = 190
SHORTEST_WORD = 3
"""Shorter words are looked for in headings alone."""


@dataclass(frozen=True)
class Hit:
    """A section that has all words, with where they stand."""

    chapter: Chapter
    section: Section
    excerpt: str


def chapters_for(user: User) -> tuple[Chapter, ...]:
    """What this person may read: administrators everything, everybody else all that is not about running the house."""
    if can(user, Verb.CHANGE, Company):
        return all_chapters()
    return tuple(one for one in all_chapters() if not one.is_for_admins)


def place_of(page: str, user: User) -> tuple[Chapter, str]:
    """The chapter and the anchor in it that the help of a page begins with; `page` is the name of its address."""
    readable = {one.name: one for one in chapters_for(user)}
    targets = (target.partition("#") for target in targets_of(page))
    return next((readable[name], anchor) for name, _, anchor in targets if name in readable)


def targets_of(page: str) -> list[str]:
    """`chapter` or `chapter#section`, by the longest name or beginning that fits the page."""
    pages: dict[str, list[str]] = contents()["pages"]
    fitting = (one for one in pages if one == page or (one.endswith("*") and page.startswith(one[:-1])))
    return pages[max(fitting, key=lambda one: (not one.endswith("*"), len(one)))]


def neighbours(chapters: Sequence[Chapter], chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The chapter before and the one after."""
    place = chapters.index(chapter)
    before = chapters[place - 1] if place else None
    return before, chapters[place + 1] if place + 1 < len(chapters) else None


def search_guide(user: User, text: str, limit: int) -> list[Hit]:
    """Sections with every word of the text, those first that have them in the heading, then by how often."""
    words = [_stem(word) for word in text.casefold().split()]
    if not words:
        return []
    scored = (
        (_score(chapter, section, words), chapter, section)
        for chapter in chapters_for(user)
        for section in chapter.sections
    )
    found = sorted((one for one in scored if one[0]), key=lambda one: -one[0])
    return [Hit(chapter, section, _excerpt(section, words)) for _, chapter, section in found[:limit]]


def _stem(word: str) -> str:
    """Without the s of the plural, so that both are found by either."""
    return word[:-1] if word.endswith("s") and len(word) > SHORTEST_WORD else word


def _score(chapter: Chapter, section: Section, words: Sequence[str]) -> int:
    """0 where a word is missing."""
    heading, body = _folded(section)
    heads = heading if section.level == 1 else f"{heading} {chapter.title.casefold()}"
    score = 0
    for word in words:
        in_heading = f" {word}" in f" {heading}"
        often = body.count(f" {word}") if len(word) >= SHORTEST_WORD else 0
        if not in_heading and not often and f" {word}" not in f" {heads}":
            return 0
        score += 50 * in_heading + min(often, 9) + 1
    return score


@cache
def _folded(section: Section) -> tuple[str, str]:
    words = "".join(sign if sign.isalnum() else " " for sign in f" {plain_text(section)}".casefold())
    return section.title.casefold(), words


def _excerpt(section: Section, words: Sequence[str]) -> str:
    text = plain_text(section)
    found = [place for word in words if (place := _folded(section)[1].find(f" {word}")) >= 0]
    start = max(min(found, default=0) - AROUND, 0)
    start = text.find(" ", start) + 1 if start else 0
    piece = text[start : start + LONGEST]
    return f"{'… ' if start else ''}{piece}{' …' if len(text) > start + LONGEST else ''}"

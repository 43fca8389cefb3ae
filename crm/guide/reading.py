"""Chapters of the help, read from the files of the documentation once a process."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify

from crm.foreign.markdown import FLOWING, html_of_markdown, text_of_markdown

USERS = Path(settings.BASE_DIR) / "docs" / "users"
ADMINS = "admins"
HEADING = re.compile(r"^(#{1,3}) (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = {"api.md": "/api/v1/docs"}
"""Documents that are no chapter, by where the product itself has the same."""


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it; the first of a chapter has the chapter's title and no anchor. `level` is 1
    for that one, 2 and 3 for the others; `text` is in Markdown."""

    chapter: str
    anchor: str
    title: str
    level: int
    text: str

    @property
    def html(self) -> SafeString:
        """The section as HTML, links leading to chapters."""
        return _html(self)

    @property
    def url(self) -> str:
        """Where it is read in full."""
        return address_of_chapter(self.chapter, self.anchor)


@dataclass(frozen=True)
class Chapter:
    """A file of the help. `part` is the heading below which the table of contents has it."""

    name: str
    title: str
    part: str
    sections: tuple[Section, ...]

    @property
    def url(self) -> str:
        """Its page."""
        return address_of_chapter(self.name)

    @property
    def is_for_admins(self) -> bool:
        """Whether administrators alone read it."""
        return self.name == ADMINS

    def sections_at(self, anchor: str) -> tuple[Section, ...]:
        """A section with those below it; the whole chapter without an anchor. Raises LookupError if there is none."""
        if not anchor:
            return self.sections
        start = next((place for place, one in enumerate(self.sections) if one.anchor == anchor), None)
        if start is None:
            raise LookupError(f"{self.name} has no section {anchor}.")
        level = self.sections[start].level
        rest = self.sections[start + 1 :]
        end = next((place for place, one in enumerate(rest) if one.level <= level), len(rest))
        return (self.sections[start], *rest[:end])


def address_of_chapter(name: str, anchor: str = "") -> str:
    """The address of a chapter, or of a section in it."""
    return reverse("crm:guide_chapter", args=[name]) + (f"#{anchor}" if anchor else "")


@cache
def contents() -> dict[str, Any]:
    """`parts` (title, chapters) and `pages` (names of pages with their chapters), as contents.toml says."""
    return tomllib.loads((USERS / "contents.toml").read_text(encoding="utf-8"))


@cache
def all_chapters() -> tuple[Chapter, ...]:
    """Every chapter, in the order of the table of contents."""
    return tuple(_read(name, part["title"]) for part in contents()["parts"] for name in part["chapters"])


def source_of(name: str) -> Path:
    """The file of a chapter."""
    return USERS.parent / "admins.md" if name == ADMINS else USERS / f"{name}.md"


def _read(name: str, part: str) -> Chapter:
    sections = tuple(_sections(name, source_of(name).read_text(encoding="utf-8")))
    return Chapter(name, sections[0].title, part, sections)


def _sections(name: str, text: str) -> Iterator[Section]:
    headings = list(HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        level, title = len(heading[1]), heading[2].strip()
        body = text[heading.end() : following.start() if following else len(text)]
        yield Section(name, "" if level == 1 else slug_of(title), title, level, body.strip())


def slug_of(title: str) -> str:
    """The anchor of a heading: `Churn: who is likely to leave` is `churn-who-is-likely-to-leave`."""
    return slugify(re.sub(r"[^\w]+", " ", title))


@cache
def _html(section: Section) -> SafeString:
    known = {link: _address(link) for link in LINK.findall(section.text)}
    files = {link: address for link, address in known.items() if address}
    return html_of_markdown(section.text, files, lambda url: False, reader=FLOWING)


def _address(link: str) -> str:
    """Where a link of a chapter leads inside the product; empty for one that leads out of it."""
    path, _, anchor = link.partition("#")
    file = path.rpartition("/")[2]
    name = file.removesuffix(".md")
    if any(name in part["chapters"] for part in contents()["parts"]):
        return address_of_chapter(name, anchor)
    return ELSEWHERE.get(file, "")


@cache
def plain_text(section: Section) -> str:
    """The words of a section in one line."""
    return " ".join(text_of_markdown(section.text).split())

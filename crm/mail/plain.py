"""Plain text from the HTML of a mail: paragraphs, list items, and links with their address. One pass, linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^<>]*)>|[^<]+|<")
HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u200b\u200c\ufeff\u00ad]+")
UNREAD = {"head", "style", "script", "title", "template"}
PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "hr"}
LINES = {"br", "div", "tr", "li", "section", "header", "footer"}


def plain_text(html: str) -> str:
    """What a reader without HTML sees.

    >>> plain_text('<p>See <a href="https://crm.example/q/1">the quote</a>.</p>')
    'See the quote (https://crm.example/q/1).'
    """
    reader = _Reader()
    for found in TOKEN.finditer(_without_comments(html)):
        if found["tag"]:
            reader.tag(found["tag"].lower(), bool(found["end"]), found["rest"])
        else:
            reader.words(found.group())
    return reader.text()


class _Reader:
    """Gathers lines while the tokens go by."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.unread = ""
        self.target, self.link_start = "", 0

    def tag(self, tag: str, is_end: bool, rest: str) -> None:
        if self.unread:
            self.unread = "" if is_end and tag == self.unread else self.unread
        elif tag in UNREAD:
            self.unread = "" if is_end else tag
        elif tag == "a":
            self._link(is_end, rest)
        elif tag in PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in LINES:
            self.pieces.append("\n- " if tag == "li" and not is_end else "\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def words(self, words: str) -> None:
        if not self.unread:
            self.pieces.append(BLANKS.sub(" ", unescape(words)))

    def text(self) -> str:
        lines = [BLANKS.sub(" ", line).strip() for line in "".join(self.pieces).split("\n")]
        return "\n".join(_at_most_one_empty(lines)).strip()

    def _link(self, is_end: bool, rest: str) -> None:
        """Remember where a link leads; write it behind its words unless they say it. Links do not nest."""
        if not is_end:
            found = HREF.search(rest)
            self.target = unescape(next(filter(None, found.groups()), "")) if found else ""
            self.link_start = len(self.pieces)
            return
        target, self.target = self.target.removeprefix("mailto:"), ""
        shown = "".join(self.pieces[self.link_start :]).strip() if target else ""
        if target and not target.startswith("#") and shown != target:
            self.pieces.append(f" ({target})")


def _at_most_one_empty(lines: list[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join(kept) + html[at:]

"""The blocks that a mail is made of, for people who write no HTML: headings, texts, buttons, pictures, lines.

What they may hold, and what is in them; `drawing` makes mails of them. Links and pictures are https only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from campaigns.mail.merging import check_text
from campaigns.mail.pictures import OWN, checked_own
from crm.languages.refusing import refused
from crm.templatetags.figures import in_sentence, number

KINDS: dict[str, str] = {
    "heading": "Heading",
    "text": "Text",
    "button": "Button",
    OWN: "Own picture",
    "picture": "Picture at an address",
    "line": "Line",
}
MOST_BLOCKS, LONGEST_TEXT, LONGEST_URL = 40, 10_000, 1_500
LINK = re.compile(r"https?://[^\s<>\"{}]+[^\s<>\"{}.,;:!?)\]]")


def checked_blocks(given: Any) -> list[dict[str, str]]:
    """The blocks as they are kept. Raises ValidationError with a sentence."""
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise ValidationError("A mail is a list of blocks.")
    if len(given) > MOST_BLOCKS:
        raise refused("A mail has at most %(most)s blocks.", most=MOST_BLOCKS)
    return [_checked(one, place) for place, one in enumerate(given, start=1)]


def _checked(given: Mapping[str, Any], place: int) -> dict[str, str]:
    kind = str(given.get("kind", ""))
    if kind not in KINDS:
        raise refused("Block %(place)s: there is no kind “%(kind)s”.", place=place, kind=kind[:40])
    text, url = str(given.get("text", "")).replace("\r\n", "\n").strip(), str(given.get("url", "")).strip()
    try:
        if len(text) > LONGEST_TEXT:
            raise refused("It is longer than %(most)s characters.", most=lambda: number(LONGEST_TEXT))
        if "\0" in text or "\0" in url:
            raise ValidationError("It holds a sign that cannot be sent.")
        check_text(text)
        if kind in ("button", "picture") or url:
            url = checked_url(url)
        if kind in ("heading", "text", "button", "picture") and not text:
            raise ValidationError(
                "Write what it shows, for who sees no pictures." if kind == "picture" else "Write what it says."
            )
        own = checked_own(given, text, url) if kind == OWN else {}
    except ValidationError as error:
        raise refused(
            "Block %(place)s, %(kind)s: %(problem)s",
            place=place,
            kind=lambda: in_sentence(KINDS[kind]),
            problem=error,
        ) from error
    return {"kind": kind} | ({"text": text} if kind != "line" else {}) | ({"url": url} if url else {}) | own


def checked_url(url: str) -> str:
    """A web address that a mail may lead to. Raises ValidationError."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_right = False
    if not is_right or len(url) > LONGEST_URL or re.search(r"[\s<>\"\\{}]", url):
        raise ValidationError("A link is a whole web address such as https://example.com/frames, without merge fields.")
    return url


def links_of(blocks: Sequence[Mapping[str, str]]) -> list[str]:
    """Every address that a mail leads to, each once, in its order."""
    found: dict[str, None] = {}
    for block in blocks:
        if block.get("url") and block["kind"] != "picture":
            found[block["url"]] = None
        if block["kind"] == "text":
            found |= dict.fromkeys(LINK.findall(block["text"]))
    return list(found)


def texts_of(blocks: Sequence[Mapping[str, str]]) -> str:
    """Everything that a person typed, for looking at its merge fields."""
    return "\n".join(block.get("text", "") for block in blocks)

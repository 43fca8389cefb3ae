"""Emoji in words for the typesetter: no font of the packages has them, and a document shows no boxes."""

from __future__ import annotations

import re

ONE = "[\u231a\u231b\u23cf\u23e9-\u23f3\u23f8-\u23fa\u2600-\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
AFTER = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
PICTURE = re.compile(f" ?{ONE}{AFTER}(?:\u200d{ONE}{AFTER})*|[0-9#*]\ufe0f?\u20e3|[\ufe0e\ufe0f]")
DRAWN = frozenset("⏏☀☁☂☃★☆☉☎☏☖☗☜☝☞☟☯☼♀♁♂♠♡♢♣♤♥♦♧♨♩♪♫♬♭♮♯♻⚠⚽⚾✂✓✗✚✽✿❀❖❤➡⬜❶❷❸❹❺❻❼❽❾❿➀➁➂➃➄➅➆➇➈➉➊➋➌➍➎➏➐➑➒➓")
"""Signs among them that the fonts have."""
TWINS = {
    "✔": "✓", "✅": "✓", "☑": "✓", "✖": "✗", "❌": "✗", "❎": "✗", "⭐": "★", "🌟": "★", "❗": "!", "❓": "?",
    "\N{HEAVY PLUS SIGN}": "+", "\N{HEAVY MINUS SIGN}": "\N{MINUS SIGN}", "📞": "☎", "💚": "♥", "💙": "♥", "🧡": "♥",
}  # fmt: skip
"""Those that say a word which a plain sign says as well."""


def without_pictures(words: str) -> str:
    """The words with plain signs for emoji that have one, and without the others."""
    return PICTURE.sub(_plain, words)


def _plain(found: re.Match[str]) -> str:
    text = found[0]
    if text[0] in "0123456789#*":
        return text[0]
    space = " " if text.startswith(" ") else ""
    sign = text.removeprefix(" ")[:1]
    if sign in DRAWN or "\U0001f100" <= sign <= "\U0001f1e5" or "\U0001f200" <= sign <= "\U0001f2ff":
        return space + sign
    return space + TWINS[sign] if sign in TWINS else ""

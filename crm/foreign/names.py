"""Names of files as strangers give them: a folder, a trick of writing direction or a device name is not taken over."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 150
MAX_SUFFIX = 20
MAX_BYTES = 250
NAMELESS = "file"
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
PLAIN = "\n\t\u00a0\u202f\u200c\u200d"  # line ends, spaces that do not break, joiners
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (marks of writing direction are in it), half characters, private and unassigned, line separators."""


def clean_name(name: str) -> str:
    """The last part of the name, in letters that are seen; at most 150 characters, the suffix kept; never empty."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(letter for letter in name if unicodedata.category(letter) not in UNSEEN)
    name = " ".join(name.translate(FORBIDDEN).split()).strip(". ")
    if DEVICES.match(name):
        name = f"_{name}"
    return _cut(name) or NAMELESS


def shown_signs(text: str) -> str:
    """What a page can show of a stranger's text: signs that are not seen, marks of writing direction among them, stand
    as a dot. Joiners, which make letters and pictures of several signs, stay."""
    return "".join(sign if sign.isprintable() or sign in PLAIN else "·" for sign in text.replace("\r\n", "\n"))


def _cut(name: str) -> str:
    """Shortened in the middle, so that the suffix says still what it was."""
    stem, dot, suffix = name.rpartition(".")
    ending = f".{suffix}" if dot and stem and len(suffix) <= MAX_SUFFIX else ""
    kept = name.removesuffix(ending)[: MAX_NAME - len(ending)]
    while len((kept + ending).encode()) > MAX_BYTES:
        kept = kept[:-1]
    return kept.rstrip() + ending

"""Working time in words, and back: “4 h”, “1 h 30 min”."""

from __future__ import annotations

import re

SPAN = re.compile(
    r"(?:(?P<hours>\d{1,4})\s*(?:h|hours?|std)\.?)?\s*(?:(?P<minutes>\d{1,5})\s*(?:m|min|minutes?)\.?)?", re.IGNORECASE
)
CLOCK = re.compile(r"(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d)")


def in_working_time(minutes: int | None) -> str:
    """Minutes in words; nothing for none."""
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def minutes_in(text: str) -> int | None:
    """The minutes that are meant, None where the text says none."""
    text = text.strip()
    match = CLOCK.fullmatch(text) or SPAN.fullmatch(text)
    if match is None or not any(match.groupdict().values()):
        return None
    return int(match["hours"] or 0) * 60 + int(match["minutes"] or 0)

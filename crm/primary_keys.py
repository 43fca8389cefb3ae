"""Numbers of records as they stand in addresses and forms."""

from __future__ import annotations

MOST_DIGITS = 18
"""Of a bigint: with one more, PostgreSQL may refuse the number."""


def key_in(text: object) -> int | None:
    """The number of a record that a text is; None where it is none, or none that a record can have."""
    word = str(text)
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS else None

"""The code of a piece as it is kept, told from what somebody reads, scans or types."""

from __future__ import annotations

LONGEST = 40


def fold_code(text: str) -> str:
    """A code as it is kept, however somebody wrote it."""
    return "".join(one for one in text.upper() if one.isascii() and one.isalnum())[:LONGEST]

"""The score of a visit: plain numbers in, a figure out. No database here."""

from __future__ import annotations

from collections.abc import Sequence

from feedback.visits.choices import BEST


def score_of(marks: Sequence[tuple[int, int | None]]) -> float | None:
    """The weighted share of what was met, 0 to 100, of (weight, mark); an item without a mark does not count. None
    where no item has one."""
    counted = [(weight, mark) for weight, mark in marks if mark is not None]
    whole = sum(weight for weight, _ in counted)
    return 100 * sum(weight * mark for weight, mark in counted) / (BEST * whole) if whole else None

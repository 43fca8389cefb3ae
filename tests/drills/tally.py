"""What all drills of a run come to: faults made, writes acknowledged, lost, doubled, uncertain."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

NAMES = ("faults", "acknowledged", "lost", "doubled", "uncertain")
IS_LONG = "CRM_DRILLS" in os.environ


long_only = pytest.mark.skipif(not IS_LONG, reason="runs in `make drills`")


def size(short: int, long: int) -> int:
    """A number of things: few in the suite, many in `make drills`."""
    return long if IS_LONG else short


@dataclass
class Tally:
    """The counts of one drill; the run's last line adds them up."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, **counts: int) -> None:
        """Add to the counts named in NAMES."""
        unknown = set(counts) - set(NAMES)
        assert not unknown, unknown
        self.counts.update(counts)

    def compare(self, acknowledged: Any, found: Any) -> tuple[int, int]:
        """Count what was acknowledged and is not found (lost), and what is found more than once; both must be 0."""
        copies = Counter(found)
        lost = sum(1 for one in set(acknowledged) if one not in copies)
        doubled = sum(1 for count in copies.values() if count > 1)
        self.add(acknowledged=len(set(acknowledged)), lost=lost, doubled=doubled)
        return lost, doubled


def line_of(totals: Counter[str]) -> str:
    """`drills: 3 faults, 200 acknowledged, 0 lost, 0 doubled, 1 uncertain`"""
    return "drills: " + ", ".join(f"{totals[name]} {name}" for name in NAMES)

"""Which tests of a run in several processes stay in one: those around a thing that takes long to make.

pytest-xdist's own groups (`--dist loadgroup`) do nothing under pytest 9.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOP = Path(__file__).resolve().parent.parent
DRILLS = "tests/drills"  # around the running product, started once
MADE_ONCE = 'scope="module"'


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types for it
    """Gives a process the next test, or the next file whose tests share a fixture, in the order of the collection: what
    empties tables stays behind what needs their first rows."""

    def _split_scope(self, nodeid: str) -> Any:
        path = nodeid.partition("::")[0]
        if path.startswith(DRILLS):
            return DRILLS
        return path if shares(path) else nodeid


@cache
def shares(path: str) -> bool:
    """Whether a fixture of the file, or of its folder, is made once for all its tests."""
    places = (TOP / path, (TOP / path).with_name("conftest.py"))
    return any(place.exists() and MADE_ONCE in place.read_text() for place in places)

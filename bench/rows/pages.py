"""What the rows of pages have in common: a page beside its floor, what it asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.measuring import Case, Line, at_most, middle
from bench.sites import Visitor
from bench.world import cost_of

MOST_BUFFERS = 5_000


def page(visitor: Visitor, path: str, *, is_part: bool = False) -> Case:
    """A round of one page: the middle one of a few requests; `is_part` asks as htmx does."""
    headers = {"HX-Request": "true"} if is_part else None
    return partial(middle, partial(visitor.get, path, headers=headers))


def costs(row: str, what: str, path: str, most_queries: int) -> Iterator[Line]:
    """Queries and shared buffers of a page."""
    cost = cost_of(path)
    yield at_most(row, f"{what}: queries", cost.queries, most_queries)
    yield at_most(row, f"{what}: shared buffers", cost.buffers, MOST_BUFFERS)

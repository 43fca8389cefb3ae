"""The rows that match, read the way that costs least.

Where the planner says that all of them are few and cheap to read, they are found first and put into order then, and
their number is exact. Else only the rows of the page are asked for, and the planner's guess is the number. A guess can
be far off where filters have to do with each other, and the database then walk a million rows in their order; so a
page that takes long is given up for the other way.

A search that finds more than a thousand rows stops there and says so: a syllable is nowhere near an order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from crm.filtering import counting
from crm.filtering.counting import Guess, RowCount, count_rows, first_keys, guess_of
from crm.filtering.keyset import Page, Position, Sort, read_page
from crm.filtering.patience import OutOfPatience, patience
from crm.filtering.unions import first_hits, hits_among

PAGE_MILLISECONDS = 200
CHEAP = 6_000.0  # the planner's cost of about as many pages of the database as a page of a list may read
SURELY_MORE = 2  # times the exact count's limit: what is guessed above that is not counted at all
MOST_HITS = 1_000
MOST_FOUND = 50_000  # where the page by the order of the list was given up: to look for them again takes longer


@dataclass
class Matches:
    """`rows` match and `all_rows` are those among which they were looked for, both narrowed to what the person may see.

    `is_narrowed`: whether anything was asked at all. `with_relations` adds what showing a row needs. `may_stop`: a
    piece of text is searched for, and the first thousand hits will do.
    """

    rows: QuerySet[Any]
    all_rows: QuerySet[Any]
    sort: Sort
    is_narrowed: bool
    with_relations: Callable[[QuerySet[Any]], QuerySet[Any]]
    may_stop: bool = False
    is_stopped: bool = field(default=False, init=False)

    def page(self, size: int, after: Position | None = None, before: Position | None = None) -> Page:
        """At most `size` rows after (or before) a position; the first page without one."""
        if not self.is_narrowed:
            return self._read(self.rows, size, after, before)
        if self.keys is None:
            try:
                with patience(PAGE_MILLISECONDS):
                    return self._read(self.rows, size, after, before)
            except OutOfPatience:
                self.__dict__["keys"] = self._few(MOST_FOUND)
        if self.keys is None:
            return self._read(self.rows, size, after, before)
        page = self._cut(self.keys, size, after, before)
        return page or self._read(self.all_rows.filter(pk__in=self.keys), size, after, before)

    @cached_property
    def count(self) -> RowCount:
        """How many rows match, of all pages; to be asked for after the page."""
        if self.keys is not None:
            return RowCount(len(self.keys), is_exact=not self.is_stopped, is_least=self.is_stopped)
        if self.is_narrowed or self._guess.rows > SURELY_MORE * counting.EXACT_UP_TO:
            return RowCount(self._guess.rows, is_exact=False)
        return count_rows(self.rows)

    @cached_property
    def keys(self) -> list[int] | None:
        """Ids of the rows of a narrowed list in their order, where they are few or the search stops; else None."""
        if not self.is_narrowed:
            return None
        return self._few(self._most) if self.may_stop or self._is_cheap else None

    @property
    def _is_cheap(self) -> bool:
        return self._guess.cost <= CHEAP and self._guess.rows <= self._most

    @property
    def _most(self) -> int:
        return MOST_HITS if self.may_stop else counting.EXACT_UP_TO

    @cached_property
    def _guess(self) -> Guess:
        return guess_of(self.rows.order_by())

    def _few(self, most: int) -> list[int] | None:
        """All ids in their order where they are not too many, else None; a search that may stop has the first."""
        keys = self._first_keys(most + 1)
        if len(keys) <= most:
            return keys
        self.is_stopped = self.may_stop
        return keys[:most] if self.may_stop else None

    def _first_keys(self, limit: int) -> list[int]:
        """Ids in their order; where the search may stop, among its first hits if there are enough, else among the rows
        that the other conditions leave, if they are few, else among more hits."""
        if not self.may_stop:
            return first_keys(self.rows, self.sort, limit)
        for most in (limit, MOST_FOUND):
            if (hits := first_hits(self.rows, most)) is None:
                break
            keys = first_keys(hits.rows, self.sort, limit)
            if hits.is_all or len(keys) == limit:
                return keys
            if most == limit and (few := hits_among(self.rows, MOST_FOUND)) is not None:
                return first_keys(few, self.sort, limit)
        return first_keys(self.rows, self.sort, limit)

    def _read(self, rows: QuerySet[Any], size: int, after: Position | None, before: Position | None) -> Page:
        return read_page(self.with_relations(rows), self.sort, size, after, before)

    def _cut(self, keys: list[int], size: int, after: Position | None, before: Position | None) -> Page | None:
        """The page out of the ids in order; None where the row that it begins at is gone."""
        start, end = 0, size
        if position := after or before:
            try:
                place = keys.index(position.pk)
            except ValueError:
                return None
            start = place + 1 if after else max(place - size, 0)
            end = start + size if after else place
            if before and place < size:  # a first page is always full
                start, end = 0, size
        wanted = keys[start:end]
        found = {one.pk: one for one in self.with_relations(self.all_rows.filter(pk__in=wanted))}
        records = [found[key] for key in wanted if key in found]
        return Page(records, has_previous=start > 0, has_next=end < len(keys))

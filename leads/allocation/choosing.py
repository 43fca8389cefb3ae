"""Who of some people gets what is given away: each in turn, or who has the fewest; nobody above their capacity."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from leads.choices import Way


@dataclass
class Seat:
    """A person who may get some: how many open ones they have, and how many more they take (None: any number)."""

    user_id: int
    name: str
    order: int
    open_count: int
    capacity: int | None = None
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.open_count >= self.capacity

    def take(self) -> None:
        self.open_count += 1
        self.taken += 1


def deal_out(
    keys: Sequence[int], seats: Sequence[Seat], way: str, what: str = "open leads"
) -> list[tuple[int, Seat, str]]:
    """(key, who gets it, why) in the order of the keys, until nobody has room. Seats count what they take. `what` it is
    that people have many or few of.

    In turn: by `order`, the longest without a turn first; whoever is full is passed over. Least busy: the fewest,
    of equal ones whose turn it is.
    """
    return _least_busy(keys, seats, what) if way == Way.LEAST_BUSY else _in_turn(keys, seats)


def _in_turn(keys: Sequence[int], seats: Sequence[Seat]) -> list[tuple[int, Seat, str]]:
    waiting = deque(sorted((seat for seat in seats if not seat.is_full), key=lambda seat: seat.order))
    found = []
    for key in keys:
        if not waiting:
            break
        seat = waiting.popleft()
        seat.take()
        found.append((key, seat, f"{seat.name}’s turn"))
        if not seat.is_full:
            waiting.append(seat)
    return found


def _least_busy(keys: Sequence[int], seats: Sequence[Seat], what: str) -> list[tuple[int, Seat, str]]:
    ranked = sorted((seat for seat in seats if not seat.is_full), key=lambda seat: seat.order)
    heap = [(seat.open_count, place, seat) for place, seat in enumerate(ranked)]
    heapq.heapify(heap)
    found, turn = [], len(ranked)
    for key in keys:
        if not heap:
            break
        count, _, seat = heapq.heappop(heap)
        seat.take()
        found.append((key, seat, f"{seat.name} has the fewest {what} ({count})"))
        if not seat.is_full:
            heapq.heappush(heap, (seat.open_count, turn, seat))
            turn += 1
    return found

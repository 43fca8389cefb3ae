"""The clocks of a ticket, read from its log: first reply, next reply, solution. No Django in here.

A reply clock runs from what the customer wrote until somebody replied; the clock of the solution stands still while the
customer is to answer, and goes on where it stood when a solved ticket is opened again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from service.choices import DueFor, EventKind
from service.hours import WorkingHours

Step = tuple[str, dt.datetime]
NOTHING = dt.timedelta()
VOID = "no question any more"  # what was to be answered is elsewhere: it was neither answered nor missed
BEGINS = {EventKind.OPENED, EventKind.UNMERGED, EventKind.REOPENED}
STARTS_REPLY = {EventKind.OPENED, EventKind.WROTE, EventKind.UNMERGED}
GOES_ON = {*BEGINS, EventKind.WROTE, EventKind.RESUMED}
ENDS = {EventKind.SOLVED, EventKind.CLOSED, EventKind.MERGED}


@dataclass(frozen=True)
class Clock:
    """One promise. `spent` is the working time until it stopped (`stopped_at`), or until it last stood still; `since`
    is when it went on (None: it stands still). `due_at` is when it runs out, while it runs."""

    kind: str
    goal: dt.timedelta
    spent: dt.timedelta = NOTHING
    since: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    due_at: dt.datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.since is not None and self.stopped_at is None

    @property
    def is_broken(self) -> bool:
        """Whether it took longer than was promised; of a clock that runs, its `due_at` tells."""
        return self.spent > self.goal


class _Keeper:
    """Walks through a log; each clock is on while it runs."""

    def __init__(self, hours: WorkingHours, goals: Mapping[str, dt.timedelta]) -> None:
        self.hours, self.goals = hours, goals
        self.done: list[Clock] = []
        self.reply: Clock | None = None
        self.solution: Clock | None = None
        self.is_answered = False

    def take(self, event: str, at: dt.datetime) -> None:
        if event in ENDS:
            self._stop_reply(at)
            self.solution = self._paused(self.solution, at)
        elif event == EventKind.REPLIED:
            self.is_answered = True
            self._stop_reply(at)
        elif event == VOID:
            self.reply = None
        elif event == EventKind.WAITING:
            self.solution = self._paused(self.solution, at)
        elif event in GOES_ON:
            if event in STARTS_REPLY and self.reply is None:
                kind = DueFor.NEXT_REPLY if self.is_answered else DueFor.FIRST_REPLY
                self.reply = self._begun(kind, at)
            self.solution = self._resumed(self.solution or self._begun(DueFor.SOLUTION, at), at)

    def _begun(self, kind: str, at: dt.datetime) -> Clock | None:
        goal = self.goals.get(kind)
        return Clock(kind, goal, since=at) if goal is not None else None

    def _resumed(self, clock: Clock | None, at: dt.datetime) -> Clock | None:
        return replace(clock, since=at) if clock is not None and clock.since is None else clock

    def _paused(self, clock: Clock | None, at: dt.datetime) -> Clock | None:
        if clock is None or clock.since is None:
            return clock
        return replace(clock, spent=clock.spent + self.hours.worked(clock.since, at), since=None)

    def _stop_reply(self, at: dt.datetime) -> None:
        paused = self._paused(self.reply, at)
        if paused is not None:
            self.done.append(replace(paused, stopped_at=at))
        self.reply = None


def clocks_of(log: Iterable[Step], hours: WorkingHours, goals: Mapping[str, dt.timedelta]) -> list[Clock]:
    """The clocks of a ticket by its log (event and moment, in order): those that stopped, then those that may run.

    `goals` are the promises by kind (`DueFor`); of what is not promised there is no clock.
    """
    keeper = _Keeper(hours, goals)
    is_ended, last = False, None
    for event, at in log:
        keeper.take(event, at)
        is_ended = event in ENDS or (is_ended and event not in GOES_ON)
        last = at
    clocks = list(keeper.done)
    for clock in (keeper.reply, keeper.solution):
        if clock is None:
            continue
        if is_ended:
            clocks.append(replace(clock, stopped_at=last))
        elif clock.since is not None:
            clocks.append(replace(clock, due_at=hours.due(clock.since, max(clock.goal - clock.spent, NOTHING))))
        else:
            clocks.append(clock)
    return clocks


def next_due(clocks: Iterable[Clock]) -> Clock | None:
    """The running clock that runs out first."""
    running = [(clock.due_at, place, clock) for place, clock in enumerate(clocks) if clock.due_at is not None]
    return min(running)[2] if running else None

"""The process map: what happens to tickets, step after step, read from their logs.

Hours are of the clock, not working hours. Percentiles interpolate linearly between the two nearest tickets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from crm.models import User
from crm.templatetags.figures import hours_in_words
from service.choices import EventKind, EventOrigin
from service.event_words import step_in_words
from service.models import Ticket, TicketEvent

OWN, IMPORTED = "own", "imported"
ORIGINS = {OWN: (EventOrigin.HERE, EventOrigin.DATES), IMPORTED: (EventOrigin.FILE,)}
PERCENTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
MOST_MOVES = 40
# waiting follows every reply at the same moment: it is no step of its own on the map
TOLD = """
told AS (
  SELECT e.ticket_id, e.event, e.occurred_at,
    lead(e.event) OVER way AS next_event, lead(e.occurred_at) OVER way AS next_at,
    row_number() OVER way AS place,
    row_number() OVER (PARTITION BY e.ticket_id, e.event ORDER BY e.occurred_at, e.id) AS turn
  FROM service_ticketevent e
  WHERE e.origin = ANY(%(origins)s) AND e.event <> %(left_out)s AND e.ticket_id IN ({tickets})
  WINDOW way AS (PARTITION BY e.ticket_id ORDER BY e.occurred_at, e.id)
)"""
WHOLE_SQL = """
WITH {told}, spans AS (
  SELECT ticket_id, count(*) AS steps, min(occurred_at) AS first,
    extract(epoch FROM max(occurred_at) - min(occurred_at))::float8 / 3600 AS hours
  FROM told GROUP BY ticket_id
)
SELECT count(*), coalesce(sum(steps), 0)::bigint, avg(hours),
  percentile_cont(%(percentiles)s) WITHIN GROUP (ORDER BY hours),
  avg((hours <= 24)::int)::float8, avg((hours <= 168)::int)::float8, min(first), max(first)
FROM spans
"""
STEPS_SQL = """
WITH {told}
SELECT event, count(*), count(DISTINCT ticket_id), count(*) FILTER (WHERE turn > 1), count(*) FILTER (WHERE place = 1),
  count(*) FILTER (WHERE next_at IS NULL),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next_at - occurred_at)::float8 / 3600),
  avg(place)::float8
FROM told GROUP BY event ORDER BY count(*) DESC, event
"""
MOVES_SQL = """
WITH {told}
SELECT event, next_event, count(*), count(DISTINCT ticket_id),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next_at - occurred_at)::float8 / 3600)
FROM told WHERE next_event IS NOT NULL GROUP BY event, next_event ORDER BY count(*) DESC, event, next_event
LIMIT %(most)s
"""
MONTHS_SQL = """
WITH {told}
SELECT to_char(first AT TIME ZONE %(zone)s, 'YYYY-MM') AS month, count(*) FROM (
  SELECT ticket_id, min(occurred_at) AS first FROM told GROUP BY ticket_id
) s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Step:
    """An event: how often, in how many tickets, how often again in the same one, how often first and last, the median
    hours until the next, and which step of a ticket it is on average (`place`); `name` is for the page."""

    event: str
    count: int
    tickets: int
    again: int
    first: int
    last: int
    hours: float | None
    place: float
    name: str = ""

    @property
    def time(self) -> str:
        """The median time until the next, in words."""
        return hours_in_words(self.hours)


@dataclass(frozen=True)
class Move:
    """From one event to the next: how often, in how many tickets, the median hours between; `share` is of the moves
    that leave the first one, `is_loop`: it leads to itself."""

    before: str
    after: str
    count: int
    tickets: int
    hours: float | None
    share: float
    before_name: str = ""
    after_name: str = ""

    @property
    def time(self) -> str:
        """The median time between the two, in words."""
        return hours_in_words(self.hours)

    @property
    def is_loop(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class ProcessMap:
    """What the logs of these tickets tell. `hours` are of the whole way, by percentile (0.5) and as `mean`."""

    tickets: int = 0
    events: int = 0
    hours: dict[str, float] = field(default_factory=dict)
    within_day: float = 0.0
    within_week: float = 0.0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    steps: Sequence[Step] = ()
    moves: Sequence[Move] = ()
    months: Sequence[tuple[str, int]] = ()

    @property
    def mean_events(self) -> float:
        return self.events / self.tickets if self.tickets else 0.0


def logs_there(user: User | None) -> list[str]:
    """Which kinds of logs there are in the tickets that the person may see: own, imported."""
    rows = TicketEvent.objects.visible_to(user)
    return [name for name, origins in ORIGINS.items() if rows.filter(origin__in=origins).exists()]


def process_map(user: User | None, *, log: str, zone: str, queue: int | None = None) -> ProcessMap:
    """The map of one kind of log, over the tickets that the person may see; four statements."""
    rows = Ticket.objects.visible_to(user).order_by()
    rows = rows.filter(queue=queue) if queue is not None else rows
    try:
        chosen, given = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return ProcessMap()
    names = {f"given_{number}": value for number, value in enumerate(given)}
    tickets = chosen % tuple(f"%({name})s" for name in names)
    parameters = {
        "origins": [str(origin) for origin in ORIGINS[log]], "percentiles": list(PERCENTILES), "zone": zone,
        "left_out": EventKind.WAITING.value, "most": MOST_MOVES, **names,
    }  # fmt: skip
    whole, steps, moves, months = (
        _asked(sql.replace("{told}", TOLD).replace("{tickets}", tickets), parameters)
        for sql in (WHOLE_SQL, STEPS_SQL, MOVES_SQL, MONTHS_SQL)
    )
    return _drawn(whole[0], steps, moves, months, step_in_words if log == OWN else str)


def _asked(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _drawn(
    whole: tuple[Any, ...], steps: list[Any], moves: list[Any], months: list[Any], named: Callable[[str], str]
) -> ProcessMap:
    count, events, mean, percentiles, day, week, first, last = whole
    if not count:
        return ProcessMap()
    hours = {str(share): float(value) for share, value in zip(PERCENTILES, percentiles, strict=True)}
    found = [replace(Step(*row), name=named(row[0])) for row in steps]
    leaving = {step.event: step.count - step.last for step in found}
    return ProcessMap(
        tickets=count, events=events, hours={**hours, "mean": float(mean)}, within_day=day, within_week=week,
        first=first, last=last, steps=found, moves=[
            Move(before, after, times, among, median, times / leaving[before], named(before), named(after))
            for before, after, times, among, median in moves
        ],
        months=months,
    )  # fmt: skip

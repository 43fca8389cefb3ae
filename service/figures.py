"""The figures of service: how much there is, how fast it is answered, how well it is solved.

First-contact resolution: solved tickets that took one reply at most and were never opened again. Times are hours of the
clock since the ticket was opened; whether promises were kept is reckoned in working time, from the log.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from crm.models import User
from service.choices import TicketKind
from service.models import Queue, Ticket
from service.promising import clocks_for, policies, policies_for

MOST_READ = 1_000  # of the newest tickets, whose logs are read for the promises
AGES = (("under a day", 0, 1), ("a day to three", 1, 3), ("three days to a week", 3, 7), ("over a week", 7, None))
GROUPED_SQL = """
WITH chosen AS (
  SELECT t.queue_id, t.owner_id, t.reopenings, t.solved_at IS NOT NULL AS is_solved,
    extract(epoch FROM t.first_reply_at - t.opened_at)::float8 / 3600 AS reply_hours,
    extract(epoch FROM t.solved_at - t.opened_at)::float8 / 3600 AS solve_hours,
    (SELECT count(*) FROM service_message m WHERE m.ticket_id = t.id AND m.kind = 'out') AS replies
  FROM service_ticket t WHERE t.merged_into_id IS NULL AND t.id IN ({tickets})
)
SELECT grouping(queue_id) = 0, grouping(owner_id) = 0, queue_id, owner_id, count(*),
  count(*) FILTER (WHERE is_solved),
  avg((replies <= 1 AND reopenings = 0)::int) FILTER (WHERE is_solved)::float8,
  avg((reopenings > 0)::int) FILTER (WHERE is_solved)::float8,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY reply_hours), percentile_cont(0.9) WITHIN GROUP (ORDER BY reply_hours),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY solve_hours), percentile_cont(0.9) WITHIN GROUP (ORDER BY solve_hours)
FROM chosen GROUP BY GROUPING SETS ((), (queue_id), (owner_id)) ORDER BY 5 DESC
"""


@dataclass(frozen=True)
class Line:
    """The figures of some tickets; shares are of the solved ones, hours None where there are none."""

    name: str
    opened: int
    solved: int
    first_contact: float | None
    reopened: float | None
    reply_half: float | None
    reply_most: float | None
    solve_half: float | None
    solve_most: float | None


@dataclass(frozen=True)
class Promise:
    """Of one kind of promise: how many ran out or were kept, and the share that was kept."""

    kind: str
    count: int
    kept: int

    @property
    def share(self) -> float:
        return self.kept / self.count if self.count else 0.0


@dataclass(frozen=True)
class ServiceFigures:
    """Of the tickets opened in a period; `backlog` is of now, by age."""

    whole: Line | None = None
    queues: Sequence[Line] = ()
    owners: Sequence[Line] = ()
    backlog: Sequence[tuple[str, int]] = ()
    tags: Sequence[tuple[str, int]] = ()
    promises: Sequence[Promise] = field(default_factory=tuple)


def service_figures(user: User | None, *, since: dt.datetime) -> ServiceFigures:
    """The figures over the tickets that the person may see and that were opened since then."""
    rows = Ticket.objects.visible_to(user).filter(opened_at__gte=since).order_by()
    whole, queues, owners = _grouped(rows)
    return ServiceFigures(whole, queues, owners, _backlog(user), _tags(rows), _promises(rows))


def _grouped(rows: Any) -> tuple[Line | None, list[Line], list[Line]]:
    try:
        chosen, given = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None, [], []
    with connection.cursor() as cursor:
        cursor.execute(GROUPED_SQL.replace("{tickets}", chosen), given)
        found = cursor.fetchall()
    queue_names = dict(Queue.objects.values_list("pk", "name"))
    owner_names = dict(User.objects.filter(pk__in=[row[3] for row in found]).values_list("pk", "name"))
    whole: Line | None = None
    queues, owners = [], []
    for by_queue, by_owner, queue, owner, *figures in found:
        if by_queue:
            queues.append(Line(queue_names.get(queue, ""), *figures))
        elif by_owner:
            owners.append(Line(owner_names.get(owner, "Nobody"), *figures))
        elif figures[0]:
            whole = Line("All", *figures)
    return whole, queues, owners


def _backlog(user: User | None) -> list[tuple[str, int]]:
    """Unsolved tickets by their age."""
    now = timezone.now()
    ages = {}
    for number, (_, least, most) in enumerate(AGES):
        younger = Q(opened_at__lte=now - dt.timedelta(days=least)) if least else Q()
        older = Q(opened_at__gt=now - dt.timedelta(days=most)) if most else Q()
        ages[f"age_{number}"] = Count("pk", filter=younger & older)
    found = Ticket.objects.visible_to(user).unsolved().aggregate(**ages)
    return [(label, found[f"age_{number}"]) for number, (label, _, _) in enumerate(AGES)]


def _tags(rows: Any) -> list[tuple[str, int]]:
    """What complaints are about, the most frequent first."""
    found: Counter[str] = Counter()
    complaints = rows.filter(kind=TicketKind.COMPLAINT).order_by("-opened_at").values_list("tags", flat=True)
    for tags in complaints[: MOST_READ * 10]:
        found.update(tags)
    return found.most_common(10)


def _promises(rows: Any) -> list[Promise]:
    """Whether promises were kept, of the newest tickets: the clocks that stopped, and those that ran out."""
    among = policies()
    if not among:
        return []
    tickets = list(rows.filter(merged_into=None).order_by("-opened_at")[:MOST_READ])
    count, kept, now = Counter[str](), Counter[str](), timezone.now()
    for clock in chain.from_iterable(clocks_for(tickets, policies_for(tickets, among))):
        is_out = clock.due_at is not None and clock.due_at <= now
        if clock.stopped_at is not None or is_out:
            count[clock.kind] += 1
            kept[clock.kind] += not (is_out or clock.is_broken)
    return [Promise(kind, count[kind], kept[kind]) for kind in count]

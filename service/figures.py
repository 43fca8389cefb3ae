"""The figures of service: how much there is, how fast it is answered, how well it is solved.

First-contact resolution: solved tickets that took one reply at most and were never opened again. Times are hours of the
clock since the ticket was opened; whether promises were kept is reckoned in working time, from the log.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from crm.company import company_today, current_company, end_of_day
from crm.languages.words import in_words
from crm.models import User
from service.choices import TicketKind
from service.marks import COLUMNS, NOBODY, names_of
from service.models import Ticket
from service.promising import clocks_for, policies, policies_for

DAY = dt.timedelta(days=1)
MOST_READ = 1_000  # of the newest tickets, whose logs are read for the promises
AGES = (
    (_("under a day"), 0, 1),
    (_("a day to three"), 1, 3),
    (_("three days to a week"), 3, 7),
    (_("over a week"), 7, None),
)
GROUPED_SQL = """
WITH chosen AS (
  SELECT t.{column}::text AS place, t.channel, t.reopenings, t.solved_at IS NOT NULL AS is_solved,
    extract(epoch FROM t.first_reply_at - t.opened_at)::float8 / 3600 AS reply_hours,
    extract(epoch FROM t.solved_at - t.opened_at)::float8 / 3600 AS solve_hours,
    (SELECT count(*) FROM service_message m WHERE m.ticket_id = t.id AND m.kind = 'out'
       AND (m.author_id IS NOT NULL OR m.outgoing_id IS NULL)) AS replies
  FROM service_ticket t WHERE t.merged_into_id IS NULL AND t.id IN ({tickets})
)
SELECT grouping(place) = 0, coalesce(place, ''), count(*), count(*) FILTER (WHERE is_solved),
  avg((replies <= 1 AND reopenings = 0)::int) FILTER (WHERE is_solved)::float8,
  avg((reopenings > 0)::int) FILTER (WHERE is_solved)::float8,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY reply_hours), percentile_cont(0.9) WITHIN GROUP (ORDER BY reply_hours),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY solve_hours), percentile_cont(0.9) WITHIN GROUP (ORDER BY solve_hours),
  sum(coalesce(c.ticket_amount, 0) + coalesce(c.reply_amount, 0) * replies) / count(*)
FROM chosen LEFT JOIN service_touchcost c USING (channel) GROUP BY GROUPING SETS ((), (place)) ORDER BY 3 DESC, 2
"""
FLOW_SQL = """
SELECT day::date, sum(opened)::int, sum(solved)::int FROM (
  SELECT (t.opened_at AT TIME ZONE %s)::date AS day, 1 AS opened, 0 AS solved FROM service_ticket t
  WHERE t.opened_at >= %s AND t.merged_into_id IS NULL AND t.id IN ({tickets})
  UNION ALL
  SELECT (t.solved_at AT TIME ZONE %s)::date, 0, 1 FROM service_ticket t
  WHERE t.solved_at >= %s AND t.merged_into_id IS NULL AND t.id IN ({tickets})
) AS steps GROUP BY 1
"""


@dataclass(frozen=True)
class Line:
    """The figures of some tickets; shares are of the solved ones, hours None where there are none, `cost` is that of
    one ticket. `key` is their queue, agent, product, touch point or kind (empty: none)."""

    name: str
    key: str
    opened: int
    solved: int
    first_contact: float | None
    reopened: float | None
    reply_half: float | None
    reply_most: float | None
    solve_half: float | None
    solve_most: float | None
    cost: Decimal | None = None


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
class Evening:
    """A day of the company: what was opened and solved on it, and what was unsolved at its end."""

    day: dt.date
    opened: int
    solved: int
    unsolved: int


@dataclass(frozen=True)
class ServiceFigures:
    """Of the tickets opened in a period, grouped by one dimension (`lines`); `backlog` is of now, by age, `evenings` of
    each day of the period."""

    whole: Line | None = None
    lines: Sequence[Line] = ()
    backlog: Sequence[tuple[str, int]] = ()
    tags: Sequence[tuple[str, int]] = ()
    promises: Sequence[Promise] = field(default_factory=tuple)
    evenings: Sequence[Evening] = ()


def service_figures(user: User | None, *, since: dt.date, by: str = "queue") -> ServiceFigures:
    """The figures over the tickets that the person may see and that were opened on this day of the company or later,
    grouped `by` one of `marks.DIMENSIONS`."""
    rows = Ticket.objects.visible_to(user).filter(opened_at__gte=end_of_day(since - DAY)).order_by()
    whole, lines = _grouped(rows, by)
    return ServiceFigures(whole, lines, _backlog(user), _tags(rows), _promises(rows), _evenings(user, since))


def whole_of(user: User | None, *, since: dt.date, until: dt.date) -> Line | None:
    """The figures of all tickets together that the person may see and that were opened from one day of the company to
    the other, both included; None where there were none."""
    rows = Ticket.objects.visible_to(user).filter(
        opened_at__gte=end_of_day(since - DAY), opened_at__lt=end_of_day(until)
    )
    return _grouped(rows.order_by(), "queue")[0]


def _grouped(rows: Any, by: str) -> tuple[Line | None, list[Line]]:
    try:
        chosen, given = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None, []
    with connection.cursor() as cursor:
        cursor.execute(GROUPED_SQL.replace("{tickets}", chosen).replace("{column}", COLUMNS[by]), given)
        found = cursor.fetchall()
    names = names_of(by, [key for is_line, key, *_ in found if is_line and key])
    lines = [
        Line(names.get(key, in_words("Gone")) if key else in_words(NOBODY.get(by, "None")), key, *figures)
        for is_line, key, *figures in found
        if is_line
    ]
    whole = next((Line("All", "", *figures) for is_line, _, *figures in found if not is_line and figures[0]), None)
    return whole, lines


def _evenings(user: User | None, since: dt.date) -> list[Evening]:
    """Each day until today, reckoned back from what is unsolved now. A ticket that was opened again counts as unsolved
    all along."""
    seen = Ticket.objects.visible_to(user).filter(merged_into=None).order_by()
    try:
        chosen, given = seen.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    zone, start = current_company().zone.key, end_of_day(since - DAY)
    with connection.cursor() as cursor:
        cursor.execute(FLOW_SQL.replace("{tickets}", chosen), [zone, start, *given, zone, start, *given])
        flow = {day: (opened, solved) for day, opened, solved in cursor.fetchall()}
    unsolved, day, found = seen.unsolved().count(), company_today(), []
    while day >= since:
        opened, solved = flow.get(day, (0, 0))
        found.append(Evening(day, opened, solved, unsolved))
        unsolved += solved - opened
        day -= DAY
    return found[::-1]


def _backlog(user: User | None) -> list[tuple[str, int]]:
    """Unsolved tickets by their age."""
    now = timezone.now()
    ages = {}
    for number, (_label, least, most) in enumerate(AGES):
        younger = Q(opened_at__lte=now - dt.timedelta(days=least)) if least else Q()
        older = Q(opened_at__gt=now - dt.timedelta(days=most)) if most else Q()
        ages[f"age_{number}"] = Count("pk", filter=younger & older)
    found = Ticket.objects.visible_to(user).unsolved().aggregate(**ages)
    return [(label, found[f"age_{number}"]) for number, (label, *_days) in enumerate(AGES)]


def _tags(rows: Any) -> list[tuple[str, int]]:
    """What complaints are about, the most frequent first."""
    found: Counter[str] = Counter()
    complaints = (
        rows.filter(kind=TicketKind.COMPLAINT, merged_into=None).order_by("-opened_at").values_list("tags", flat=True)
    )
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

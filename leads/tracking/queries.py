"""The figures of tracking: one statement a grouping, over the leads that the person may see; for who sees all of them,
over the sums that are kept by day.

A lead counts in the cohort of the days on which it came in, whatever happened when; so the shares of young cohorts are
still growing. Response: from coming in to the first touch of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm.company import current_company
from crm.models import User
from leads.models import Lead, LeadCost
from leads.sums import STEP, STEPS, sees_all
from leads.tracking.marks import COLUMNS, between, mark_url

MOST_ROWS = 200
KEYS = {
    "source": "l.source",
    "list": "l.list_name",
    "owner": "coalesce(l.owner_id::text, '')",
    "week": "date_trunc('week', l.created_at AT TIME ZONE %s)::date::text",
    "total": "''",
}
COUNTED_SQL = """
SELECT {key} AS key, count(*),
  count(*) FILTER (WHERE l.first_touch_at IS NOT NULL OR l.qualified_at IS NOT NULL OR l.converted),
  count(*) FILTER (WHERE l.qualified_at IS NOT NULL OR l.converted),
  count(*) FILTER (WHERE l.converted),
  count(*) FILTER (WHERE l.status = 'disqualified'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.first_touch_at - l.created_at))
    FILTER (WHERE l.first_touch_at >= l.created_at),
  count(*) FILTER (WHERE l.respond_by IS NOT NULL),
  count(*) FILTER (WHERE l.respond_by IS NOT NULL AND l.first_touch_at <= l.respond_by)
FROM ({rows}) AS l GROUP BY 1 ORDER BY {order} LIMIT {most}
"""
KEPT_KEYS = {**KEYS, "list": "l.list_name", "week": "date_trunc('week', l.day::timestamp)::date::text"}
KEPT_SQL = """
SELECT {key} AS key, {sums} FROM leads_leadsum AS l
WHERE l.kind = %s AND l.day >= %s AND l.day <= %s
GROUP BY 1 HAVING sum(l.leads) > 0 ORDER BY {order} LIMIT {most}
"""
KEPT_SUMS = ("leads", "contacted", "qualified", "converted", "lost", "clocked", "in_time")
# the step in which the middle one of a group lies, and how far into it, in shares of the step
MIDDLE_SQL = """
SELECT key, step, ((touched + 1) / 2.0 - (so_far - n)) / n AS part FROM (
    SELECT key, step, n, sum(n) OVER (PARTITION BY key ORDER BY step) AS so_far,
           sum(n) OVER (PARTITION BY key) AS touched
    FROM (
        SELECT {key} AS key, l.step, sum(l.leads) AS n FROM leads_leadsum AS l
        WHERE l.kind = %s AND l.day >= %s AND l.day <= %s
        GROUP BY 1, 2 HAVING sum(l.leads) > 0
    ) AS steps
) AS summed WHERE so_far >= (touched + 1) / 2.0 AND so_far - n < (touched + 1) / 2.0
"""
EXACT_UP_TO = 5_000
"""Of more leads than this the median response is told by the steps that are kept."""


@dataclass
class Cohort:
    """The leads of one group: how many came in, how far they came, how fast we were, what they cost."""

    dimension: str
    value: str
    name: str
    first: dt.date
    last: dt.date
    leads: int
    contacted: int
    qualified: int
    converted: int
    lost: int
    response_seconds: float | None
    clocked: int
    in_time: int
    cost: Decimal | None = None
    urls: dict[str, str] = field(default_factory=dict)
    is_about: bool = False

    def __post_init__(self) -> None:
        reached = ("all", "contacted", "qualified", "converted", "lost", "open")
        self.urls = {name: mark_url(self.dimension, self.value, self.first, self.last, name) for name in reached}

    def share(self, count: int) -> float | None:
        return count / self.leads if self.leads else None

    @property
    def open(self) -> int:
        return self.leads - self.converted - self.lost

    @property
    def contacted_share(self) -> float | None:
        return self.share(self.contacted)

    @property
    def qualified_share(self) -> float | None:
        return self.share(self.qualified)

    @property
    def converted_share(self) -> float | None:
        return self.share(self.converted)

    @property
    def in_time_share(self) -> float | None:
        return self.in_time / self.clocked if self.clocked else None

    @property
    def cost_per_lead(self) -> Decimal | None:
        return self.cost / self.leads if self.cost is not None and self.leads else None

    @property
    def cost_per_customer(self) -> Decimal | None:
        return self.cost / self.converted if self.cost is not None and self.converted else None


def cohorts(user: User, dimension: str, first: dt.date, last: dt.date, zone: str) -> list[Cohort]:
    """The groups of a dimension (`total`: one), the largest first, weeks in their order. Weeks are those of a time
    zone; sums are kept in that of the company."""
    is_kept = sees_all(user) and zone == current_company().zone.key
    found = _kept(dimension, first, last) if is_kept else _counted(user, dimension, first, last, zone)
    if is_kept and sum(row[1] for row in found) <= EXACT_UP_TO:
        found = _counted(user, dimension, first, last, zone)
    elif is_kept:
        middles = _middles(dimension, first, last)
        found = [(*row[:6], middles.get(row[0]), *row[6:]) for row in found]
    people = dict(User.objects.filter(pk__in=[int(row[0]) for row in found if dimension == "owner" and row[0]])
                  .values_list("pk", "name"))  # fmt: skip
    spent = Costs(first, last)
    cohorts = [_cohort(dimension, row, first, last, people, spent) for row in found]
    for cohort in cohorts:
        cohort.is_about = is_kept and sum(row[1] for row in found) > EXACT_UP_TO
    return cohorts


def _counted(user: User, dimension: str, first: dt.date, last: dt.date, zone: str) -> list[Any]:
    """Of the leads that the person may see, one by one: key, counts, and the median response."""
    rows: QuerySet[Any] = Lead.objects.visible_to(user).filter(between(first, last)).order_by()
    names = ("source", "list_name", "owner_id", "created_at", "first_touch_at", "qualified_at", "converted", "status",
             "respond_by")  # fmt: skip
    inner, values = rows.values(*names).query.sql_with_params()
    query = COUNTED_SQL.format(key=KEYS[dimension], rows=inner, order=_order(dimension), most=MOST_ROWS)
    with connection.cursor() as cursor:
        cursor.execute(query, [*([zone] if dimension == "week" else []), *values])
        return cursor.fetchall()


def _kept(dimension: str, first: dt.date, last: dt.date) -> list[Any]:
    """Of all leads, from the sums: key and counts."""
    sums = ", ".join(f"sum(l.{name})::bigint" for name in KEPT_SUMS)
    query = KEPT_SQL.format(key=KEPT_KEYS[dimension], sums=sums, order=_order(dimension), most=MOST_ROWS)
    with connection.cursor() as cursor:
        cursor.execute(query, [_kind(dimension), first, last])
        return cursor.fetchall()


def _middles(dimension: str, first: dt.date, last: dt.date) -> dict[str, float]:
    """The median response of each group, in seconds, to five percent."""
    with connection.cursor() as cursor:
        cursor.execute(MIDDLE_SQL.format(key=KEPT_KEYS[dimension]), [f"{_kind(dimension)}{STEPS}", first, last])
        return {key: STEP ** (step + float(part)) for key, step, part in cursor.fetchall()}


def _kind(dimension: str) -> str:
    return "total" if dimension == "week" else dimension


def _order(dimension: str) -> str:
    return "1" if dimension == "week" else "2 DESC, 1"


def _cohort(dimension: str, row: Any, first: dt.date, last: dt.date, people: dict[int, str], spent: Costs) -> Cohort:
    key = row[0]
    begin, end, name = first, last, key or "none named"
    if dimension == "owner":
        name = people.get(int(key), "somebody") if key else "nobody yet"
    elif dimension == "week":
        monday = dt.date.fromisoformat(key)
        begin, end = max(monday, first), min(monday + dt.timedelta(days=6), last)
        name = key
    cohort = Cohort("total" if dimension in ("week", "total") else dimension, key if dimension in COLUMNS else "",
                    name, begin, end, *row[1:])  # fmt: skip
    cohort.cost = spent.of(dimension, key, begin, end)
    return cohort


class Costs:
    """What was spent in a time, read once; a cost counts by the days of it that lie within."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self.rows = list(LeadCost.objects.filter(starts_on__lte=last, ends_on__gte=first))

    def of(self, dimension: str, key: str, first: dt.date, last: dt.date) -> Decimal | None:
        """The money of a group; None where nothing is known. What is spent on all is in no source and no list."""
        if dimension == "owner":
            return None
        rows: Iterable[LeadCost] = self.rows
        if dimension == "source":
            rows = [row for row in rows if row.source == key and key]
        elif dimension == "list":
            rows = [row for row in rows if row.list_name == key and key]
        parts = [_within(row, first, last) for row in rows]
        return sum(parts, Decimal(0)) if parts else None


def _within(row: LeadCost, first: dt.date, last: dt.date) -> Decimal:
    days = (min(row.ends_on, last) - max(row.starts_on, first)).days + 1
    whole = (row.ends_on - row.starts_on).days + 1
    return row.amount * max(days, 0) / whole

"""The night of the loyalty programme: orders are credited, old points expire; doing it again adds nothing."""

from __future__ import annotations

import datetime as dt
from bisect import insort
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from crm.company import company_today
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun
from orders.choices import PointsKind
from orders.models import PointsEntry

LOCK = 7305
CREDIT_SQL = """
WITH due AS (
  SELECT m.id AS member_id, o.id AS order_id, o.ordered_on,
    (CASE WHEN o.base_amount >= 0 THEN floor(o.base_amount * p.points_per_unit)
      ELSE ceil(o.base_amount * p.points_per_unit) END)::integer AS points, p.valid_months
  FROM orders_loyaltyprogramme p
  JOIN orders_loyaltymember m ON m.id > %(after)s
  JOIN orders_order o ON o.contact_id = m.contact_id
    AND o.ordered_on BETWEEN greatest(p.starts_on, m.joined_on) AND %(today)s
  WHERE o.base_amount IS NOT NULL
), given AS (
  SELECT member_id, order_id, sum(points)::integer AS points FROM orders_pointsentry
  WHERE order_id IS NOT NULL AND member_id > %(after)s GROUP BY member_id, order_id
)
INSERT INTO orders_pointsentry (member_id, kind, points, order_id, note, at, expires_on)
SELECT member_id,
  CASE WHEN coalesce(d.points, 0) > coalesce(g.points, 0) THEN %(earned)s ELSE %(returned)s END,
  coalesce(d.points, 0) - coalesce(g.points, 0), order_id, '', now(),
  CASE WHEN coalesce(d.points, 0) > coalesce(g.points, 0)
    THEN (d.ordered_on + make_interval(months => d.valid_months))::date END
FROM due d FULL JOIN given g USING (member_id, order_id)
WHERE coalesce(d.points, 0) <> coalesce(g.points, 0) ORDER BY d.ordered_on NULLS FIRST, order_id
"""
"""What an order is worth to a member less what it was credited so far: an order that is changed later, or given to
another customer, is put right by an entry."""
OLD_SQL = """
SELECT e.member_id, e.points, e.expires_on FROM orders_pointsentry e
WHERE e.member_id IN (
  SELECT member_id FROM orders_pointsentry WHERE member_id > %(after)s
  GROUP BY member_id HAVING sum(points) > 0 AND bool_or(points > 0 AND expires_on < %(today)s)
) ORDER BY e.member_id, e.id
"""
KINDS = {"earned": PointsKind.EARNED, "returned": PointsKind.RETURNED}


def keep_loyalty(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `loyalty`: how many entries were added."""
    counts = credit_and_expire(company_today())
    progress.report(1, 1, "Points are up to date")
    if any(counts.values()):
        summary = f"Loyalty: {counts['credited']:,} orders credited, points of {counts['expired']:,} members expired"
        log(actor=None, verb="credit", object=job, summary=summary, job=job)
    return counts


@transaction.atomic
def credit_and_expire(today: dt.date, after: int = 0) -> dict[str, int]:
    """Credit the orders up to `today` that are not credited yet, then let points expire that were valid until before.

    Only for members with ids above `after`.
    """
    said: dict[str, Any] = {"today": today, "after": after, **{name: str(kind) for name, kind in KINDS.items()}}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(CREDIT_SQL, said)
        credited = cursor.rowcount
    with connection.chunked_cursor() as cursor:
        cursor.execute(OLD_SQL, {"today": today, "after": after})
        expired = [
            PointsEntry(member_id=member, kind=PointsKind.EXPIRED, points=-points)
            for member, entries in groupby(cursor, itemgetter(0))
            if (points := left_to_expire([(points, day) for _, points, day in entries], today))
        ]
    PointsEntry.objects.bulk_create(expired, batch_size=5_000)
    return {"credited": credited, "expired": len(expired)}


def left_to_expire(entries: Sequence[tuple[int, dt.date | None]], today: dt.date) -> int:
    """Points that were valid until before `today` and were not spent: of a member's entries (points, last day), in the
    order they were written. What goes is taken from the points that are there then and expire first."""
    lots: list[list[int]] = []  # [last day, points left]
    owed = 0  # taken back with a return when nothing was left
    for points, day in entries:
        if points > 0:
            kept = max(points - owed, 0)
            owed = max(owed - points, 0)
            insort(lots, [day.toordinal() if day else dt.date.max.toordinal(), kept])
            continue
        rest = -points
        for lot in lots:
            taken = min(lot[1], rest)
            lot[1] -= taken
            rest -= taken
        owed += rest
    return sum(left for last, left in lots if last < today.toordinal())

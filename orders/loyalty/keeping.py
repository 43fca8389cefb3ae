"""The night of the loyalty programme: orders are credited, old points expire. Set-based; doing it again adds nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from crm.company import company_today
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun
from orders.choices import PointsKind

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
  SELECT order_id, sum(points)::integer AS points FROM orders_pointsentry WHERE order_id IS NOT NULL GROUP BY order_id
)
INSERT INTO orders_pointsentry (member_id, kind, points, order_id, note, at, expires_on)
SELECT d.member_id,
  CASE WHEN d.points > coalesce(g.points, 0) THEN %(earned)s ELSE %(returned)s END,
  d.points - coalesce(g.points, 0), d.order_id, '', now(),
  CASE WHEN d.points > coalesce(g.points, 0) THEN (d.ordered_on + make_interval(months => d.valid_months))::date END
FROM due d LEFT JOIN given g USING (order_id)
WHERE d.points <> coalesce(g.points, 0) ORDER BY d.ordered_on, d.order_id
"""
"""What an order is worth less what it was credited so far: an order that is changed later is put right by an entry."""
EXPIRE_SQL = """
INSERT INTO orders_pointsentry (member_id, kind, points, note, at)
SELECT member_id, %(expired)s, -left_over, '', now() FROM (
  SELECT member_id, (coalesce(sum(points) FILTER (WHERE points > 0 AND expires_on < %(today)s), 0)
    + coalesce(sum(points) FILTER (WHERE points < 0), 0))::integer AS left_over
  FROM orders_pointsentry WHERE member_id > %(after)s GROUP BY member_id
) old WHERE left_over > 0
"""
"""Points that expire first are spent first: what went since the beginning went from them."""
KINDS = {"earned": PointsKind.EARNED, "returned": PointsKind.RETURNED, "expired": PointsKind.EXPIRED}


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
    said = {"today": today, "after": after, **{name: str(kind) for name, kind in KINDS.items()}}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(CREDIT_SQL, said)
        credited = cursor.rowcount
        cursor.execute(EXPIRE_SQL, said)
        return {"credited": credited, "expired": cursor.rowcount}

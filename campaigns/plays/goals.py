"""Who has reached the goal of a play, and what people spent: of those who are treated and of the control group by the
same statements, within the window from their entry on.

An order counts from the day of the entry on (files tell days, not hours), but neither the one that let them in nor any
before it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone

from campaigns.choices import PlayGoal
from campaigns.models import Play
from campaigns.plays.statements import named_ids
from campaigns.segments.meaning import asked_by, meant_by
from contacts.models import Contact
from crm.company import current_company

OF_FAMILY = """ AND EXISTS (
  SELECT 1 FROM orders_orderline l JOIN orders_product t ON t.id = l.product_id
  WHERE l.order_id = o.id AND t.family = %(family)s AND coalesce(l.quantity, 1) > 0
)"""
COUNTS = """o.contact_id = e.contact_id AND o.ordered_at > e.event_at
  AND o.ordered_on >= (e.entered_at AT TIME ZONE %(zone)s)::date
  AND o.ordered_at < e.entered_at + make_interval(days => %(window)s) AND o.ordered_at <= %(now)s"""
ORDERED_SQL = """
WITH reached AS (
  SELECT e.id, min(o.ordered_at) AS at FROM campaigns_playentry e
  JOIN orders_order o ON {counts} AND o.is_purchase{more}
  WHERE e.play_id = %(play)s AND e.goal_at IS NULL AND e.entered_at > %(oldest)s{only} GROUP BY e.id
), {called_back}
UPDATE campaigns_playentry e SET goal_at = r.at, {leave} FROM reached r WHERE r.id = e.id
"""
SEGMENT_SQL = """
WITH reached AS (
  SELECT e.id FROM campaigns_playentry e WHERE e.play_id = %(play)s AND e.goal_at IS NULL AND e.contact_id IN ({people})
    AND e.entered_at + make_interval(days => %(window)s) > %(now)s
), {called_back}
UPDATE campaigns_playentry e SET goal_at = %(now)s, {leave} FROM reached r WHERE r.id = e.id
"""
# mails of theirs that wait for their hour are not needed any more
CALLED_BACK = """called_back AS (
  UPDATE campaigns_recipient r SET state = 'cancelled', reason = 'reached the goal'
  FROM reached x JOIN campaigns_playentry e ON e.id = x.id JOIN campaigns_campaign c ON c.play_id = e.play_id
  WHERE r.campaign_id = c.id AND r.contact_id = e.contact_id AND r.round = e.round AND r.state = 'waiting'
)"""
# who has come to the end already keeps that; the goal stands beside it
LEAVE = """state = CASE WHEN e.ended_at IS NULL THEN 'reached' ELSE e.state END, step_id = NULL, next_at = NULL,
  ended_at = coalesce(e.ended_at, %(now)s)"""
AMOUNT_SQL = """
WITH spent AS (
  SELECT e.id, round(coalesce(sum(o.base_amount), 0), 2) AS amount
  FROM campaigns_playentry e LEFT JOIN orders_order o ON {counts}
  WHERE e.play_id = %(play)s AND e.entered_at > %(oldest)s GROUP BY e.id
)
UPDATE campaigns_playentry e SET amount = s.amount FROM spent s WHERE s.id = e.id AND e.amount <> s.amount
"""
# an order that went, or moved to somebody else, was no goal; who left on it stays out, and was not done with
NOT_ORDERED_SQL = """
UPDATE campaigns_playentry e SET goal_at = NULL
WHERE e.play_id = %(play)s AND e.goal_at IS NOT NULL AND e.entered_at > %(oldest)s
  AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE {counts} AND o.is_purchase{more})
"""
GRACE_DAYS = 7  # so long after a window, orders that come in late are still counted


def settle_goals(play: Play, only: list[int] | None = None) -> int:
    """Let who has reached the goal leave (`only` these entries: whatever day their orders came in); how many. Whose
    order is no longer there has not reached it: that figure is taken back, on both sides, and nobody comes in again."""
    values = _values(play)
    if play.goal == PlayGoal.SEGMENT:
        if only is not None or play.goal_segment is None:  # asked of both sides at the same times
            return 0
        return _of_segment(play, values)
    more = OF_FAMILY if play.goal_family else ""
    narrowed = " AND e.id = ANY(%(only)s)" if only is not None else ""
    sql = ORDERED_SQL.format(counts=COUNTS, more=more, only=narrowed, leave=LEAVE, called_back=CALLED_BACK)
    with transaction.atomic(), connection.cursor() as cursor:
        if only is None:
            cursor.execute(NOT_ORDERED_SQL.format(counts=COUNTS, more=more), values)
        cursor.execute(sql, {**values, "only": only})
        return int(cursor.rowcount)


def count_amounts(play: Play, *, ever: bool = False) -> int:
    """Bring up to date what people spent within their windows (`ever`: within those that are long over, too); how many
    spent otherwise than before."""
    values = _values(play) | ({"oldest": dt.datetime(1, 1, 2, tzinfo=dt.UTC)} if ever else {})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AMOUNT_SQL.format(counts=COUNTS), values)
        return int(cursor.rowcount)


def _of_segment(play: Play, values: dict[str, Any]) -> int:
    assert play.goal_segment is not None  # noqa: S101 - for the type checker; asked for
    try:
        with asked_by(None):
            people, names = named_ids(Contact.objects.filter(meant_by(play.goal_segment, None)))
    except EmptyResultSet:
        return 0
    sql = SEGMENT_SQL.format(people=people, leave=LEAVE, called_back=CALLED_BACK)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {**values, **names})
        return int(cursor.rowcount)


def _values(play: Play) -> dict[str, Any]:
    now = timezone.now()
    return {
        "play": play.pk,
        "now": now,
        "zone": str(current_company().zone),
        "window": play.window_days,
        "oldest": now - dt.timedelta(days=play.window_days + GRACE_DAYS),
        "family": play.goal_family,
    }

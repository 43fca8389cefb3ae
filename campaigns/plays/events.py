"""What lets people into a play, each as one statement that gives `contact_id` and `event_at`.

Events are told from what stands in the tables, whoever wrote it and how: a file of a million orders is seen as one
that was typed. What happened before the play started, or longer ago than `FRESH_DAYS`, lets nobody in: old orders that
come in by a file are no news. Days begin at midnight where the company is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from campaigns.choices import PlayEvent
from campaigns.models import Play
from crm.company import current_company

FRESH_DAYS = 7
OF_PRODUCT = """ AND EXISTS (
  SELECT 1 FROM orders_orderline l JOIN orders_product t ON t.id = l.product_id WHERE l.order_id = o.id
  AND coalesce(l.quantity, 1) > 0 AND (%(product)s::bigint IS NULL OR t.id = %(product)s)
  AND (%(family)s = '' OR t.family = %(family)s)
)"""
ORDER_SQL = """
SELECT o.contact_id, {which}(o.ordered_at) AS event_at FROM orders_order o
WHERE o.is_purchase AND o.contact_id IS NOT NULL AND o.ordered_at >= %(since)s AND o.ordered_at <= %(now)s{more}
GROUP BY o.contact_id
"""
NONE_BEFORE = """ AND NOT EXISTS (
  SELECT 1 FROM orders_order b WHERE b.contact_id = o.contact_id AND b.is_purchase AND b.ordered_on < o.ordered_on
)"""
# the 29th of February is the 28th in years without one; who wishes well a day late has still come in time, later not
BIRTHDAY_SQL = """
SELECT c.id AS contact_id, d.day::timestamp AT TIME ZONE %(zone)s AS event_at
FROM generate_series(greatest(%(first)s::date, %(today)s::date - 1), %(today)s::date, interval '1 day') AS d (day)
JOIN contacts_contact c ON extract(month FROM c.birthday) = extract(month FROM d.day)
  AND (extract(day FROM c.birthday) = extract(day FROM d.day)
    OR (to_char(c.birthday, 'MMDD') = '0229' AND to_char(d.day, 'MMDD') = '0228'
      AND extract(month FROM d.day + interval '1 day') = 3))
WHERE c.birthday IS NOT NULL AND c.archived_at IS NULL
"""
SILENCE_SQL = """
SELECT o.contact_id, (max(o.ordered_on) + %(days)s)::timestamp AT TIME ZONE %(zone)s AS event_at FROM orders_order o
WHERE o.is_purchase AND o.contact_id IS NOT NULL
  AND o.ordered_at >= %(since)s - make_interval(days => %(days)s)
  AND o.ordered_on BETWEEN %(first)s::date - %(days)s AND %(today)s::date - %(days)s
  AND NOT EXISTS (
    SELECT 1 FROM orders_order b WHERE b.contact_id = o.contact_id AND b.is_purchase AND b.ordered_on > o.ordered_on
  )
GROUP BY o.contact_id
"""
NO_CONTACT_SQL = """
SELECT i.contact_id, max(i.occurred_at) + make_interval(days => %(days)s) AS event_at FROM contacts_interaction i
WHERE i.direction = 'in' AND i.occurred_at >= %(since)s - make_interval(days => %(days)s)
  AND i.occurred_at <= %(now)s - make_interval(days => %(days)s)
  AND NOT EXISTS (
    SELECT 1 FROM contacts_interaction b WHERE b.contact_id = i.contact_id AND b.direction = 'in'
      AND b.occurred_at > i.occurred_at AND b.occurred_at <= %(now)s
  )
GROUP BY i.contact_id
"""
TICKET_SQL = """
SELECT t.contact_id, max(t.solved_at) AS event_at FROM service_ticket t
WHERE t.contact_id IS NOT NULL AND t.state IN ('solved', 'closed') AND t.merged_into_id IS NULL
  AND t.solved_at >= %(since)s AND t.solved_at <= %(now)s GROUP BY t.contact_id
"""
CONTRACT_SQL = """
SELECT s.contact_id, min(d.day - %(days)s)::timestamp AT TIME ZONE %(zone)s AS event_at FROM orders_subscription s
CROSS JOIN LATERAL (VALUES (s.renews_on), (s.ended_on)) AS d (day)
WHERE d.day BETWEEN %(first)s::date + %(days)s AND %(today)s::date + %(days)s
  AND (s.ended_on IS NULL OR s.ended_on >= d.day) GROUP BY s.contact_id
"""
DETRACTOR_SQL = """
SELECT r.contact_id, max(r.told_at) AS event_at FROM feedback_response r
WHERE r.contact_id IS NOT NULL AND r.nps_group = 'detractor' AND r.told_at >= %(since)s AND r.told_at <= %(now)s
GROUP BY r.contact_id
"""
# those that are held back are the measure of what alerts are worth: nobody may do anything about them
DRIFT_SQL = """
SELECT a.contact_id, max(a.made_on)::timestamp AT TIME ZONE %(zone)s AS event_at FROM analytics_sellalert a
WHERE a.kind = 'drift' AND NOT a.is_held_back AND a.made_on BETWEEN %(first)s AND %(today)s
  AND NOT EXISTS (
    SELECT 1 FROM analytics_sellalert b WHERE b.contact_id = a.contact_id AND b.kind = 'drift' AND b.is_held_back
      AND b.made_on >= %(first)s
  ) GROUP BY a.contact_id
"""
SEGMENT_SQL = """
SELECT m.contact_id, max(m.at) AS event_at FROM campaigns_segmentmove m
WHERE m.segment_id = %(segment)s AND m.has_entered AND m.at >= %(since)s AND m.at <= %(now)s GROUP BY m.contact_id
"""


@dataclass(frozen=True)
class Statement:
    """SQL that gives `contact_id` and `event_at`, with its values by name."""

    sql: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A kind of event: its statement, and which fields of the play it may have and needs. `in_words` says it of a
    number of days."""

    sql: Callable[[Play], str]
    may_have: tuple[str, ...] = ()
    needs: str = ""
    in_words: str = ""


def _order(play: Play) -> str:
    return ORDER_SQL.format(which="max", more=_of_product(play))


def _first_order(play: Play) -> str:
    return ORDER_SQL.format(which="min", more=NONE_BEFORE + _of_product(play))


def _of_product(play: Play) -> str:
    return OF_PRODUCT if play.product_id or play.family else ""


def _as_it_is(sql: str) -> Callable[[Play], str]:
    return lambda play: sql


GOODS = ("product", "family")
EVENTS: dict[str, Event] = {
    PlayEvent.FIRST_ORDER: Event(_first_order, GOODS),
    PlayEvent.ORDER: Event(_order, GOODS),
    PlayEvent.SILENCE: Event(_as_it_is(SILENCE_SQL), needs="event_days", in_words="no order for {}"),
    PlayEvent.NO_CONTACT: Event(_as_it_is(NO_CONTACT_SQL), needs="event_days", in_words="nothing heard for {}"),
    PlayEvent.BIRTHDAY: Event(_as_it_is(BIRTHDAY_SQL)),
    PlayEvent.TICKET: Event(_as_it_is(TICKET_SQL)),
    PlayEvent.CONTRACT: Event(
        _as_it_is(CONTRACT_SQL), needs="event_days", in_words="{} before a contract ends or renews"
    ),
    PlayEvent.DETRACTOR: Event(_as_it_is(DETRACTOR_SQL)),
    PlayEvent.DRIFT: Event(_as_it_is(DRIFT_SQL)),
    PlayEvent.SEGMENT: Event(_as_it_is(SEGMENT_SQL), needs="event_segment"),
}


def statement_of(play: Play, now: dt.datetime | None = None) -> Statement:
    """The events of a play that are news at `now`: since the day on which it started, and fresh."""
    moment = now or timezone.now()
    zone = current_company().zone
    today = moment.astimezone(zone).date()
    first = max((play.started_at or moment).astimezone(zone).date(), today - dt.timedelta(days=FRESH_DAYS))
    values = {
        "since": dt.datetime.combine(first, dt.time(), tzinfo=zone), "first": first, "today": today, "now": moment,
        "zone": str(zone), "days": play.event_days or 0, "product": play.product_id, "family": play.family,
        "segment": play.event_segment_id,
    }  # fmt: skip
    return Statement(EVENTS[play.event].sql(play), values)

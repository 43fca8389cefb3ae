"""What lets people into a play, each as one statement that gives `contact_id` and `event_at`.

Events are told from what stands in the tables, whoever wrote it and how: a file of a million orders is seen as one
that was typed. What happened before the play started, or longer ago than `FRESH_DAYS`, lets nobody in: old orders that
come in by a file are no news.
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
SELECT o.contact_id, max(o.ordered_at) AS event_at FROM orders_order o
WHERE o.is_purchase AND o.contact_id IS NOT NULL AND o.ordered_at >= %(since)s AND o.ordered_at <= %(now)s{more}
GROUP BY o.contact_id
"""
NONE_BEFORE = """ AND NOT EXISTS (
  SELECT 1 FROM orders_order b WHERE b.contact_id = o.contact_id AND b.is_purchase AND b.ordered_on < o.ordered_on
)"""


@dataclass(frozen=True)
class Statement:
    """SQL that gives `contact_id` and `event_at`, with its values by name."""

    sql: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A kind of event: which fields of the play it needs or may have, and its statement."""

    sql: Callable[[Play], str]
    may_have: tuple[str, ...] = ()


def _order(play: Play) -> str:
    return ORDER_SQL.format(more=OF_PRODUCT if play.product_id or play.family else "")


def _first_order(play: Play) -> str:
    sql = ORDER_SQL.replace("max(o.ordered_at)", "min(o.ordered_at)")
    return sql.format(more=NONE_BEFORE + (OF_PRODUCT if play.product_id or play.family else ""))


EVENTS: dict[str, Event] = {
    PlayEvent.FIRST_ORDER: Event(_first_order, ("product", "family")),
    PlayEvent.ORDER: Event(_order, ("product", "family")),
}


def statement_of(play: Play, now: dt.datetime | None = None) -> Statement:
    """The events of a play that are news at `now`: since the day on which it started, and fresh."""
    moment = now or timezone.now()
    zone = current_company().zone
    first = (play.started_at or moment).astimezone(zone).date()
    fresh = moment.astimezone(zone).date() - dt.timedelta(days=FRESH_DAYS)
    since = dt.datetime.combine(max(first, fresh), dt.time(), tzinfo=zone)
    values = {"since": since, "now": moment, "product": play.product_id, "family": play.family}
    return Statement(EVENTS[play.event].sql(play), values)

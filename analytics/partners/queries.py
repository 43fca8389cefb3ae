"""Direct revenue and each channel partner: revenue, margin, customers, who came back, satisfaction.

*Share of direct revenue* is direct revenue / all revenue (glossary). Money is of the lines of the period in the
company's currency, returns taken off. *Came back*: of the customers who bought that way in the period of the same
length before, those who bought anything again. *NPS* is of the answers given in the period by customers who bought
that way in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg import sql

from contacts.models import Contact
from crm.company import end_of_day
from crm.filtering.patience import patience
from crm.models import User
from feedback.scoring import NetPromoter
from orders.lines.margins import Margin, lines_between, margin_of, summed, total_of

DIRECT, PARTNERS, ALL = "direct", "partners", "all"
DAY = dt.timedelta(days=1)
# by what the rows are put together: each partner (0: none), and direct beside all partners, and all
KEYS = {
    "each": sql.SQL("coalesce(partner_id, 0)::text"),
    "way": sql.SQL("CASE WHEN partner_id IS NULL THEN 'direct' ELSE 'partners' END"),
    "all": sql.SQL("'all'"),
}
KEPT_SQL = sql.SQL("""
WITH bought AS (
  SELECT {key} AS key, contact_id, ordered_at >= %(first)s AS is_now FROM orders_order
  WHERE is_purchase AND contact_id IS NOT NULL AND ordered_at >= %(before)s AND ordered_at < %(end)s
), came AS (
  SELECT contact_id FROM bought WHERE is_now GROUP BY contact_id
), counted AS (
  SELECT key, contact_id, bool_or(is_now) AS is_now, bool_or(NOT is_now) AS was FROM bought GROUP BY key, contact_id
)
SELECT key, count(*) FILTER (WHERE is_now), count(*) FILTER (WHERE was),
  count(*) FILTER (WHERE was AND came.contact_id IS NOT NULL)
FROM counted LEFT JOIN came USING (contact_id) GROUP BY key
""")
NPS_SQL = sql.SQL("""
SELECT key, count(*) FILTER (WHERE r.nps >= 9), count(*) FILTER (WHERE r.nps BETWEEN 7 AND 8),
  count(*) FILTER (WHERE r.nps <= 6)
FROM feedback_response r JOIN (
  SELECT DISTINCT {key} AS key, contact_id FROM orders_order
  WHERE is_purchase AND contact_id IS NOT NULL AND ordered_at >= %(first)s AND ordered_at < %(end)s
) AS bought USING (contact_id)
WHERE r.nps IS NOT NULL AND r.told_at >= %(first)s AND r.told_at < %(end)s GROUP BY key
""")


@dataclass(frozen=True)
class Way:
    """One way of selling: `key` is direct, partners, all, or the id of a partner."""

    key: str
    label: str
    money: Margin
    share: Decimal | None = None
    customers: int = 0
    before: int = 0
    kept: int = 0
    nps: NetPromoter = field(default_factory=NetPromoter)

    @property
    def retention(self) -> float | None:
        """Who came back of those who bought before; None where nobody did."""
        return self.kept / self.before if self.before else None


def ways(user: User, first: dt.date, last: dt.date) -> list[Way]:
    """Direct, all partners, all; then each partner, the largest first. Names of partners that the person may not see
    are words. Raises `OutOfPatience`."""
    with patience(settings.CRM_REPORT_MILLISECONDS):
        rows = list(summed(lines_between(None, first, last), "order__partner"))
    by_partner = {str(row["order__partner"] or 0): margin_of(row["order__partner"], "", row) for row in rows}
    names = dict(Contact.objects.visible_to(user).filter(pk__in=map(int, by_partner)).values_list("pk", "name"))
    direct = by_partner.pop("0", Margin(None, ""))
    partners = total_of(list(by_partner.values()))
    money = {DIRECT: direct, PARTNERS: partners, ALL: total_of([direct, partners]), **by_partner}
    labels = {DIRECT: "Direct", PARTNERS: "All partners", ALL: "All"}
    labels |= {key: names.get(int(key), "a partner that you may not see") for key in by_partner}
    counts, answers = _people(first, last)
    whole = money[ALL].revenue
    found = [
        Way(key, labels[key], one, one.revenue / whole if whole > 0 else None, *counts.get(key, (0, 0, 0)),
            answers.get(key, NetPromoter()))
        for key, one in money.items()
    ]  # fmt: skip
    return [*found[:3], *sorted(found[3:], key=lambda way: (-way.money.revenue, way.label))]


def _people(first: dt.date, last: dt.date) -> tuple[dict[str, tuple[int, int, int]], dict[str, NetPromoter]]:
    """Customers now, before and of these who came back, and the answers, by way."""
    since, until = end_of_day(first - DAY), end_of_day(last)
    asked: Mapping[str, Any] = {"first": since, "end": until, "before": since - (until - since)}
    counts: dict[str, tuple[int, int, int]] = {}
    answers: dict[str, NetPromoter] = {}
    for key in KEYS.values():
        with patience(settings.CRM_REPORT_MILLISECONDS), connection.cursor() as cursor:
            cursor.execute(KEPT_SQL.format(key=key), asked)
            counts |= {name: (now, before, kept) for name, now, before, kept in cursor.fetchall()}
            cursor.execute(NPS_SQL.format(key=key), asked)
            answers |= {name: NetPromoter(*rest) for name, *rest in cursor.fetchall()}
    return counts, answers

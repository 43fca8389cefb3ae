"""Price realised against list: what lines brought beside what they would have brought at list.

List is quantity x (list price + surcharges of the chosen options), where the list price is that of the day the line was
written down, or today's where none was kept. Both sides are in the company's currency at the rate of the day of the
order. Lines without a quantity, a list price or a rate are in neither side: they are counted beside. Returns lower both
sides.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.models import User
from orders.models import Order, Product

MOST_ROWS = 200
BY = {
    "product": ("p.id", "p.name"),
    "family": ("0", "coalesce(nullif(p.family, ''), 'no family')"),
    "customer": ("coalesce(c.id, 0)", "coalesce(c.name, 'anonymous sale')"),
}
RATE = """(CASE WHEN {currency} = company.currency THEN 1 ELSE (
  SELECT r.rate FROM crm_exchangerate r WHERE r.currency = {currency} AND r.valid_from <= o.ordered_on
  ORDER BY r.valid_from DESC LIMIT 1) END)"""
SQL = """
WITH priced AS (
  SELECT {key} AS key, {label} AS label, l.quantity,
    l.quantity * (
      CASE WHEN l.list_price IS NOT NULL THEN l.list_price * {order_rate} ELSE p.unit_price * {product_rate} END
      + coalesce((SELECT sum(s.surcharge) FROM orders_lineoption s WHERE s.line_id = l.id), 0) * {order_rate}) AS list,
    l.amount * {order_rate} AS realised
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN orders_product p ON p.id = l.product_id
  LEFT JOIN contacts_contact c ON c.id = o.contact_id
  CROSS JOIN (SELECT coalesce(max(currency), 'EUR') AS currency FROM crm_company) AS company
  WHERE o.ordered_on BETWEEN %(first)s AND %(last)s AND (%(product)s::bigint IS NULL OR p.id = %(product)s) {seen}
), whole AS (
  SELECT key, label, quantity, list, realised, list IS NOT NULL AND realised IS NOT NULL AS is_told FROM priced
)
SELECT GROUPING(key) AS is_total, key, label, sum(quantity) FILTER (WHERE is_told), sum(list) FILTER (WHERE is_told),
  sum(realised) FILTER (WHERE is_told), count(*) FILTER (WHERE NOT is_told)
FROM whole GROUP BY GROUPING SETS ((key, label), ())
ORDER BY is_total DESC, sum(realised - list) FILTER (WHERE is_told) NULLS LAST, key LIMIT %(most)s
"""


@dataclass(frozen=True)
class Realised:
    """One product, family or customer (`key` 0: no record of its own), in the company's currency."""

    key: int
    label: str
    quantity: Decimal
    list: Decimal
    realised: Decimal
    untold: int

    @property
    def difference(self) -> Decimal:
        return self.realised - self.list

    @property
    def share(self) -> Decimal | None:
        """Realised of list; None where there is nothing at list."""
        return self.realised / self.list if self.list > 0 else None


def realised(
    user: User | None, *, by: str, first: dt.date, last: dt.date, product: Product | None = None
) -> tuple[Realised, list[Realised]]:
    """The total of all that the person may see, and its rows: those that gave away most first, 200 at most."""
    key, label = BY[by]
    seen, parameters = _seen(user)
    rates = {
        name: RATE.format(currency=column)
        for name, column in (("order_rate", "o.currency"), ("product_rate", "p.currency"))
    }
    said: dict[str, Any] = {
        "first": first, "last": last, "product": product.pk if product else None, "most": MOST_ROWS + 1, **parameters,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SQL.format(key=key, label=label, seen=seen, **rates), said)
        rows = [
            Realised(
                key=found or 0,
                label=name or "",
                quantity=Decimal(quantity or 0),
                list=Decimal(at_list or 0),
                realised=Decimal(brought or 0),
                untold=untold,
            )
            for _, found, name, quantity, at_list, brought, untold in cursor.fetchall()
        ]
    return rows[0], rows[1:]


def _seen(user: User | None) -> tuple[str, dict[str, Any]]:
    """The orders that the person may see, as a condition; nothing for who sees them all."""
    narrowed = Order.objects.visible_to(user)
    if not narrowed.query.where and not narrowed.query.is_empty():
        return "", {}
    if narrowed.query.is_empty():
        return "AND false", {}
    sql, parameters = narrowed.order_by().values("pk").query.sql_with_params()
    named = {f"seen{index}": value for index, value in enumerate(parameters)}
    return f"AND o.id IN ({sql % tuple(f'%({name})s' for name in named)})", named

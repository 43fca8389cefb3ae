"""Keeps what an order says of its lines. Every door that writes orders or lines calls `refresh_totals` for them, and
`refresh_products` for products whose name, id or family it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed, without_nested_loops
from crm.own_ids import OwnIds

TOTALS_SQL = sql.SQL("""
UPDATE orders_order AS o
SET amount = fresh.amount, cost = fresh.cost, is_purchase = fresh.is_purchase, ordered_on = fresh.ordered_on,
    base_amount = fresh.base_amount
FROM (
    SELECT k.id, t.amount, t.cost, t.is_purchase, d.ordered_on,
           CASE WHEN k.currency = company.currency THEN t.amount ELSE round(t.amount * (
               SELECT r.rate FROM crm_exchangerate AS r
               WHERE r.currency = k.currency AND r.valid_from <= d.ordered_on
               ORDER BY r.valid_from DESC LIMIT 1
           ), 4) END AS base_amount
    FROM orders_order AS k
    CROSS JOIN (
        SELECT coalesce(max(currency), 'EUR') AS currency, coalesce(max(time_zone), 'UTC') AS zone FROM crm_company
    ) AS company
    CROSS JOIN LATERAL (SELECT (k.ordered_at AT TIME ZONE company.zone)::date AS ordered_on) AS d
    LEFT JOIN (
        SELECT order_id,
               sum(amount) AS amount,
               CASE WHEN bool_and(unit_cost IS NOT NULL)
                   THEN round(sum(unit_cost * coalesce(quantity, CASE WHEN amount < 0 THEN -1 ELSE 1 END)), 4)
               END AS cost,
               coalesce(bool_or(quantity > 0), false) OR (count(quantity) = 0 AND sum(amount) >= 0) AS is_purchase
        FROM orders_orderline
        WHERE order_id IN ({chosen})
        GROUP BY order_id
    ) AS lines ON lines.order_id = k.id
    CROSS JOIN LATERAL (
        SELECT coalesce(lines.amount, 0) AS amount, lines.cost, coalesce(lines.is_purchase, false) AS is_purchase
    ) AS t
    WHERE k.id IN ({chosen})
) AS fresh
WHERE o.id = fresh.id
  AND (o.amount, o.cost, o.is_purchase, o.ordered_on, o.base_amount) IS DISTINCT FROM
      (fresh.amount, fresh.cost, fresh.is_purchase, fresh.ordered_on, fresh.base_amount)
""")
PRODUCTS_SQL = sql.SQL("""
UPDATE orders_product AS p
SET sort_name = left(crm_fold(p.name), 300),
    search_text = crm_fold(concat_ws(' ', p.name, p.external_id, NULLIF(p.family, '')))
WHERE p.id IN ({chosen})
  AND (p.sort_name, p.search_text) IS DISTINCT FROM
      (left(crm_fold(p.name), 300), crm_fold(concat_ws(' ', p.name, p.external_id, NULLIF(p.family, ''))))
""")
EVERY_ORDER = sql.SQL("SELECT id FROM orders_order")
EVERY_PRODUCT = sql.SQL("SELECT id FROM orders_product")


def refresh_totals(order_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these orders from their lines, in one statement.

    `cost` is known only where every line's unit cost is; a line without a quantity counts as one piece. An order is a
    purchase by the glossary: a line of positive quantity or, without quantities, an amount of zero or more.
    """
    with connection.cursor() as cursor:
        cursor.execute(TOTALS_SQL.format(chosen=listed("orders_order", order_ids)))


def refresh_totals_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects (a staging table of the import; `EVERY_ORDER`)."""
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(TOTALS_SQL.format(chosen=chosen))


def refresh_products(product_ids: Iterable[int]) -> None:
    """Recompute what products are found and ordered by."""
    refresh_products_of(listed("orders_product", product_ids))


def refresh_products_of(chosen: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS_SQL.format(chosen=chosen))


PRODUCT_IDS = OwnIds("orders.product", refresh_products_of)

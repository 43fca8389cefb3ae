"""Keeps what an invoice says of its payments. Every door that writes either calls `refresh_invoices` for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed, without_nested_loops

INVOICES_SQL = sql.SQL("""
UPDATE orders_invoice AS i
SET paid_amount = fresh.paid, open_amount = fresh.open, base_open_amount = fresh.base_open, state = fresh.state
FROM (
    SELECT k.id, p.paid, o.open,
           CASE WHEN o.open = 0 OR k.currency = company.currency THEN o.open ELSE round(o.open * (
               SELECT r.rate FROM crm_exchangerate AS r
               WHERE r.currency = k.currency AND r.valid_from <= k.issued_on ORDER BY r.valid_from DESC LIMIT 1
           ), 4) END AS base_open,
           CASE WHEN k.cancelled_on IS NOT NULL THEN 'cancelled'
                WHEN o.open * sign(k.amount) <= 0 THEN 'paid'
                WHEN p.paid * sign(k.amount) > 0 THEN 'part_paid'
                ELSE 'open' END AS state
    FROM orders_invoice AS k
    CROSS JOIN (SELECT coalesce(max(currency), 'EUR') AS currency FROM crm_company) AS company
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS paid FROM orders_payment WHERE invoice_id = k.id
    ) AS p
    CROSS JOIN LATERAL (
        SELECT CASE WHEN k.cancelled_on IS NULL THEN k.amount ELSE 0 END - p.paid AS open
    ) AS o
    WHERE k.id IN ({chosen})
) AS fresh
WHERE i.id = fresh.id
  AND (i.paid_amount, i.open_amount, i.base_open_amount, i.state) IS DISTINCT FROM
      (fresh.paid, fresh.open, fresh.base_open, fresh.state)
""")
"""A cancelled invoice asks for nothing: what was paid of it is owed to the customer, and stands there below zero."""
EVERY_INVOICE = sql.SQL("SELECT id FROM orders_invoice")


def refresh_invoices(invoice_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these invoices from their payments, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(INVOICES_SQL.format(chosen=listed("orders_invoice", invoice_ids)))


def refresh_invoices_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects (a staging table of the import; `EVERY_INVOICE`)."""
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(INVOICES_SQL.format(chosen=chosen))

"""Keeps what deals say of other tables. Every door that writes deals calls `refresh_deals` for them (pages, import,
administration, demo data); rates and prices of open deals are followed every night.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed, without_nested_loops
from crm.own_ids import OwnIds

DEALS_SQL = sql.SQL("""
UPDATE pipeline_deal AS d
SET base_amount = fresh.base_amount, sort_name = fresh.sort_name, search_text = fresh.search_text
FROM (
    SELECT k.id, left(crm_fold(k.title), 300) AS sort_name,
           crm_fold(concat_ws(' ', k.title, k.external_id)) AS search_text,
           CASE WHEN worth.currency = company.currency THEN worth.amount ELSE round(worth.amount * (
               SELECT r.rate FROM crm_exchangerate AS r
               WHERE r.currency = worth.currency AND r.valid_from <= coalesce(k.closed_on, company.today)
               ORDER BY r.valid_from DESC LIMIT 1
           ), 4) END AS base_amount
    FROM pipeline_deal AS k
    LEFT JOIN orders_product AS p ON p.id = k.product_id
    CROSS JOIN (
        SELECT coalesce(max(currency), 'EUR') AS currency,
               (now() AT TIME ZONE coalesce(max(time_zone), 'UTC'))::date AS today
        FROM crm_company
    ) AS company
    CROSS JOIN LATERAL (
        SELECT CASE WHEN k.amount IS NULL AND k.outcome = 'open' THEN p.unit_price ELSE k.amount END AS amount,
               CASE WHEN k.amount IS NULL AND k.outcome = 'open' THEN p.currency ELSE k.currency END AS currency
    ) AS worth
    WHERE k.id IN ({chosen})
) AS fresh
WHERE d.id = fresh.id AND (d.base_amount, d.sort_name, d.search_text)
    IS DISTINCT FROM (fresh.base_amount, fresh.sort_name, fresh.search_text)
""")
EVERY_DEAL = sql.SQL("SELECT id FROM pipeline_deal")


def refresh_deals(deal_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these deals, in one statement.

    `base_amount` is in the company's currency: at the rate of the closing day, or of today while it is open; an open
    deal without an amount of its own counts at the list price of its product. Empty where no rate is known.
    """
    with connection.cursor() as cursor:
        cursor.execute(DEALS_SQL.format(chosen=listed("pipeline_deal", deal_ids)))


def refresh_deals_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects (a staging table of the import; `EVERY_DEAL`)."""
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(DEALS_SQL.format(chosen=chosen))


DEAL_IDS = OwnIds("pipeline.deal", refresh_deals_of, erased="{t}.sort_name = 'erased'")

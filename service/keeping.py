"""Keeps what tickets are found and sorted by. Every door that writes tickets calls `refresh_tickets` for them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed, without_nested_loops
from crm.own_ids import OwnIds

TICKETS_SQL = sql.SQL("""
UPDATE service_ticket AS t SET sort_name = fresh.sort_name, search_text = fresh.search_text
FROM (
    SELECT k.id, left(crm_fold(k.subject), 300) AS sort_name,
           crm_fold(concat_ws(' ', k.subject, k.external_id, k.requester_name, k.requester_email, '#' || k.id))
             AS search_text
    FROM service_ticket AS k WHERE k.id IN ({chosen})
) AS fresh
WHERE t.id = fresh.id AND (t.sort_name, t.search_text) IS DISTINCT FROM (fresh.sort_name, fresh.search_text)
""")


def refresh_tickets(ticket_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these tickets, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(TICKETS_SQL.format(chosen=listed("service_ticket", ticket_ids)))


def refresh_tickets_of(chosen: sql.Composable) -> None:
    """The same for the ids that a query selects (a staging table of the import)."""
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(TICKETS_SQL.format(chosen=chosen))


TICKET_IDS = OwnIds("service.ticket", refresh_tickets_of, erased="{t}.sort_name = 'erased'")

"""Long work on orders."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from psycopg import sql

from crm.jobs import Progress
from crm.models import JobRun
from orders.invoices.keeping import EVERY_INVOICE, refresh_invoices_of
from orders.keeping import refresh_totals_of
from orders.models import Order

IDS_AT_ONCE = 50_000


def refresh_all_totals(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Recompute what every order keeps of its lines, by ranges of ids; safe to stop and to run again."""
    last = Order.objects.aggregate(last=Max("id"))["last"] or 0
    for first in range(0, last + 1, IDS_AT_ONCE):
        ids = sql.SQL("SELECT id FROM orders_order WHERE id >= {} AND id < {}")
        with transaction.atomic():
            refresh_totals_of(ids.format(sql.Literal(first), sql.Literal(first + IDS_AT_ONCE)))
        progress.report(min(first + IDS_AT_ONCE, last), last, "Orders are brought up to date")
    refresh_invoices_of(EVERY_INVOICE)
    return {"last_order": last}

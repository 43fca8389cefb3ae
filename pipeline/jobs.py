"""Long work on deals."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from psycopg import sql

from crm.jobs import Progress
from crm.models import JobRun
from pipeline.keeping import refresh_deals_of
from pipeline.models import Deal

IDS_AT_ONCE = 50_000


def refresh_all_deals(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Recompute what every deal (or every open one) keeps, by ranges of ids; safe to stop and to run again."""
    only = sql.SQL(" AND outcome = 'open'") if job.parameters.get("only_open") else sql.SQL("")
    last = Deal.objects.aggregate(last=Max("id"))["last"] or 0
    for first in range(0, last + 1, IDS_AT_ONCE):
        ids = sql.SQL("SELECT id FROM pipeline_deal WHERE id >= {} AND id < {}")
        with transaction.atomic():
            refresh_deals_of(ids.format(sql.Literal(first), sql.Literal(first + IDS_AT_ONCE)) + only)
        progress.report(min(first + IDS_AT_ONCE, last), last, "Deals are brought up to date")
    return {"last_deal": last}

"""Gives every contact the person of its segment, and accounts without one the day of their next review."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction

from contacts.models import Responsibility
from contacts.responsibility.segments import contacts_of
from crm.company import company_today
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun

KIND = "responsibilities"
HELD = "crm_held_contacts"
KEEP = """
UPDATE contacts_contact c SET responsible_id = k.owner_id, review_on = k.next
FROM (
  SELECT o.id, h.owner_id,
    CASE WHEN o.review_on IS NOT NULL OR coalesce(o.review_days, h.days) IS NULL THEN o.review_on
         WHEN o.reviewed_on IS NOT NULL THEN o.reviewed_on + coalesce(o.review_days, h.days)
         ELSE %(today)s::date + (o.id %% coalesce(o.review_days, h.days))::integer END AS next
  FROM contacts_contact o LEFT JOIN crm_held_contacts h ON h.id = o.id
  WHERE o.archived_at IS NULL AND (h.id IS NOT NULL OR o.responsible_id IS NOT NULL OR o.review_days IS NOT NULL)
) k
WHERE c.id = k.id AND (c.responsible_id, c.review_on) IS DISTINCT FROM (k.owner_id, k.next)
"""
"""First reviews are spread over the interval, so that the accounts of a segment do not all fall due on one day."""


@transaction.atomic
def keep_responsibilities() -> int:
    """Bring all contacts up to date; how many changed. Of several segments the one with the lowest position counts."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {HELD}")
        cursor.execute(
            f"CREATE TEMP TABLE {HELD} (id bigint PRIMARY KEY, owner_id bigint, days integer) ON COMMIT DROP"
        )
        for one in Responsibility.objects.select_related("territory", "view", "owner"):
            if not one.owner.is_active:
                continue
            try:
                rows, parameters = contacts_of(one).order_by().values("id").query.sql_with_params()
            except EmptyResultSet:  # its filter cannot be asked any more: the page says so by a count of none
                continue
            cursor.execute(
                f"INSERT INTO {HELD} SELECT s.id, %s, %s FROM ({rows}) s ON CONFLICT DO NOTHING",  # noqa: S608 - compiled
                [one.owner_id, one.review_days, *parameters],
            )
        cursor.execute(KEEP, {"today": company_today()})
        return int(cursor.rowcount)


def run_keeping(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job."""
    changed = keep_responsibilities()
    log(actor=job.actor, verb="assign", summary=f"Segments of responsibility: {changed:,} contacts changed", job=job)
    return {"changed": changed}

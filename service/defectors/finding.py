"""The night of the defectors: who ended comes onto the list, who came back is won, in a few statements.

Ended: a subscription whose last day was in the last 45 days, where none runs and none begins. Stopped buying: at least
two purchase days, the last of them a year to 45 days more ago. Each once: for an end of later than any on the list.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from crm.company import company_today
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun
from service.models import Defection

SILENT_DAYS, WITHIN_DAYS = 365, 45
FIND_SQL = """
WITH ended AS (
  SELECT s.contact_id, max(s.ended_on) AS ended_on, 'subscription' AS source,
    (array_agg(s.id ORDER BY s.ended_on DESC, s.id DESC))[1] AS subscription_id
  FROM orders_subscription s WHERE s.ended_on >= %(since)s AND s.ended_on < %(today)s
    AND NOT EXISTS (SELECT FROM orders_subscription r WHERE r.contact_id = s.contact_id
      AND (r.ended_on IS NULL OR r.ended_on >= %(today)s))
  GROUP BY s.contact_id
), silent AS (
  SELECT o.contact_id, max(o.ordered_on) AS ended_on, 'silent' AS source, NULL::bigint AS subscription_id
  FROM orders_order o
  WHERE o.is_purchase AND o.contact_id IS NOT NULL AND o.ordered_on BETWEEN %(oldest)s AND %(newest)s
    AND o.ordered_at >= %(oldest_at)s AND o.ordered_at < %(newest_at)s
    AND NOT EXISTS (SELECT FROM orders_order l
      WHERE l.contact_id = o.contact_id AND l.is_purchase AND l.ordered_on > o.ordered_on)
    AND EXISTS (SELECT FROM orders_order e
      WHERE e.contact_id = o.contact_id AND e.is_purchase AND e.ordered_on < o.ordered_on)
    AND NOT EXISTS (SELECT FROM orders_subscription r WHERE r.contact_id = o.contact_id
      AND (r.ended_on IS NULL OR r.ended_on >= %(today)s))
  GROUP BY o.contact_id
), found AS (
  SELECT DISTINCT ON (contact_id) * FROM (SELECT * FROM ended UNION ALL SELECT * FROM silent) both_kinds
  ORDER BY contact_id, source DESC
)
INSERT INTO service_defection (contact_id, source, ended_on, reason, words, subscription_id, owner_id, worth_amount,
  state, version, created_at)
SELECT f.contact_id, f.source, f.ended_on, '', coalesce(s.cancel_reason, ''), f.subscription_id, c.owner_id,
  coalesce((SELECT sum(o.base_amount) FROM orders_order o WHERE o.contact_id = f.contact_id
    AND o.ordered_on > f.ended_on - 365 AND o.ordered_on <= f.ended_on), 0), 'open', 1, now()
FROM found f JOIN contacts_contact c ON c.id = f.contact_id AND c.archived_at IS NULL
LEFT JOIN orders_subscription s ON s.id = f.subscription_id
WHERE NOT EXISTS (SELECT FROM service_defection d WHERE d.contact_id = f.contact_id
  AND (d.result_on IS NULL OR d.ended_on >= f.ended_on))
ON CONFLICT DO NOTHING
"""
BACK_SQL = """
UPDATE service_defection d SET state = 'won', result_on = %(today)s, version = d.version + 1
WHERE d.result_on IS NULL AND (
  EXISTS (SELECT FROM orders_order o WHERE o.contact_id = d.contact_id AND o.is_purchase
    AND o.ordered_on > d.ended_on AND o.ordered_at > d.created_at)
  OR EXISTS (SELECT FROM orders_subscription s WHERE s.contact_id = d.contact_id AND s.started_on > d.ended_on
    AND (s.ended_on IS NULL OR s.ended_on >= %(today)s)))
"""


def run_finding(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `defectors`: how many came onto the list, and how many came back."""
    counts = find_defectors(company_today())
    progress.report(1, 1, "The list is up to date")
    if any(counts.values()):
        summary = f"Defectors: {counts['found']:,} came onto the list, {counts['back']:,} are back"
        log(actor=None, verb="find defectors", kind=Defection, summary=summary, job=job)
    return counts


@transaction.atomic
def find_defectors(today: dt.date) -> dict[str, int]:
    """Who is back is settled first, then who ended comes onto the list; doing it again adds nothing."""
    newest = today - dt.timedelta(days=SILENT_DAYS)
    oldest = newest - dt.timedelta(days=WITHIN_DAYS)
    said = {
        "today": today, "since": today - dt.timedelta(days=WITHIN_DAYS), "oldest": oldest, "newest": newest,
        # a day more on both sides, whatever the time zone: what is sold is found by its moment
        "oldest_at": oldest - dt.timedelta(days=1), "newest_at": newest + dt.timedelta(days=2),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(BACK_SQL, said)
        back = cursor.rowcount
        cursor.execute(FIND_SQL, said)
        return {"found": cursor.rowcount, "back": back}

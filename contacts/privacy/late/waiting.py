"""Who was at work when somebody was erased, and may have read of them before: transactions and jobs."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection

from crm.jobs import LOCK_CLASS
from crm.locks import locks_held
from crm.models import JobRun

OWN_KINDS = ("erasure", "erasure_look", "retention")
PAUSE = 0.05
# the number that a transaction has before it writes; a backup only reads, and processes of the server write no rows
TRANSACTIONS_SQL = """
SELECT DISTINCT l.virtualtransaction FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.usesysid IS NOT NULL
AND a.pid <> pg_backend_pid() AND a.application_name <> 'pg_dump'
"""


def under_way() -> dict[str, list[Any]]:
    """The transactions that are open in this database, but for our own, and the jobs that somebody works on."""
    with connection.cursor() as cursor:
        cursor.execute(TRANSACTIONS_SQL)
        transactions = sorted(row[0] for row in cursor.fetchall())
    jobs = JobRun.objects.filter(pk__in=locks_held(LOCK_CLASS)).exclude(kind__in=OWN_KINDS).order_by("pk")
    return {"transactions": transactions, "jobs": list(jobs.values_list("pk", flat=True))}


def still_of(before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Which of them are at work yet."""
    now = under_way()
    return {name: [one for one in before.get(name, []) if one in now[name]] for name in now}


def wait_for(before: dict[str, list[Any]], seconds: float) -> dict[str, list[Any]]:
    """Wait until they have ended, at most so long; which are at work yet."""
    end = time.monotonic() + seconds
    while any((left := still_of(before)).values()) and time.monotonic() < end:
        time.sleep(PAUSE)
    return left

"""How the row history stays of a size that one can afford. Only the owner of the tables can do this.

Where rows came from stays: that they were made is a few rows for a million, and `crm.past.origins` reads it.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

STEP = 50_000
PRUNE_SQL = """
DELETE FROM crm_rowchange WHERE id IN (
    SELECT id FROM crm_rowchange WHERE at < %s AND operation <> 'I' ORDER BY id LIMIT %s
)
"""


def prune(before: dt.datetime) -> int:
    """Delete what was kept before this moment, in steps of their own transactions; how many rows."""
    count = 0
    while gone := prune_some(before, STEP):
        count += gone
    return count


def prune_some(before: dt.datetime, at_most: int) -> int:
    """Delete at most so many of those, the oldest first; how many."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE_SQL, [before, at_most])
        return cursor.rowcount

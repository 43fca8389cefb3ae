"""What the planner is told while the demo fills its tables in one transaction: without it, a statement about what is
there already reads the whole of it, once for each row that it is about.
"""

from __future__ import annotations

from django.db import connection

from crm.demo.house import Batch, Fill, House

AFTER = (0, 1, 8, 64)
"""The numbers of the batches after which it is told: the first, and whenever there is eight times as much."""


def load(house: House) -> Fill:
    return tell_planner


def tell_planner(batch: Batch, *tables: str) -> None:
    """Of these tables, or of all."""
    if batch.number in AFTER:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")

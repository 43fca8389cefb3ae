"""The demo from first to last: all of it in one transaction, batch after batch."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from crm.company import current_company
from crm.demo.house import Batch, House, batches, make_batch
from crm.demo.removing.marks import marked_load
from crm.demo.staff import TIME_ZONE
from crm.log import log

LOAD_LOCK = 7303
Report = Callable[[int], None]


def load_demo(
    *, customers: int, seed: int, years: int, until: dt.date | None = None, adding: bool = False, report: Report
) -> Counter[str]:
    """Make the demo company and what happened in the `years` up to `until` (by default yesterday); what was made.

    Same customers, seed, years and last day: same data. Raises DemoRefused; then, as after any error, nothing is in.
    `report` is told the number of customers written so far.
    """
    house = _house(seed, years, until, adding)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
            # checked at the end of each COPY: deferred to the commit they would fill the memory
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            # at a million each COPY of contacts took 14 s with the shipped 4 MB, 8 s with this
            cursor.execute("SET LOCAL gin_pending_list_limit = '512MB'")
        with marked_load():
            fills = [fill for fill in (import_string(name)(house) for name in settings.CRM_DEMO_LOADERS) if fill]
            for number, size in batches(house, customers):
                _fill(make_batch(house, number, size), fills)
                report(number * size + size)
        house.counts["customers"] = customers
        summary = ", ".join(f"{count:,} {what}" for what, count in sorted(house.counts.items()))
        log(actor=None, verb="load demo", object=current_company(), summary=f"Loaded the demo company: {summary}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows nothing of the new rows yet
    return house.counts


def _house(seed: int, years: int, until: dt.date | None, adding: bool) -> House:
    zone = zoneinfo.ZoneInfo(TIME_ZONE)
    end = until or timezone.now().astimezone(zone).date() - dt.timedelta(days=1)
    start = dt.date.fromordinal(end.toordinal() - round(years * 365.25) + 1)
    return House(seed=seed, start=start, end=end, zone=zone, adding=adding)


def _fill(batch: Batch, fills: list[Callable[[Batch], None]]) -> None:
    for fill in fills:
        fill(batch)

"""The whole nightly run beside the time it may take: the first one, and one after a day on which contacts changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from analytics.models import DuplicateBasis, ModelRun
from analytics.runs import run_steps
from analytics.tasks import NIGHTLY
from bench.base import UNTIL
from bench.measuring import Line, at_most, timed
from bench.world import World
from orders.models import Order

NIGHT_SECONDS = 900  # for 1,000,000 customers; less in proportion for a smaller base
LARGE = 1_000_000
EVERY = 100
"""One person in so many changes on the day between."""
CHANGE_SQL = """
UPDATE contacts_contact SET first_name = last_name, last_name = first_name, version = version + 1
WHERE archived_at IS NULL AND kind = 'person' AND first_name <> last_name AND id %% %s = 0
"""


def measure(world: World) -> Iterator[Line]:
    """One night on which all contacts are compared with one another, every step; then a day on which one person in a
    hundred changes, and what the night takes with those compared."""
    orders = Order.objects.count()
    bound = NIGHT_SECONDS * world.rows / LARGE
    as_of = dt.date.fromisoformat(UNTIL)
    before = ModelRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    DuplicateBasis.objects.all().delete()
    seconds = timed(lambda: run_steps(actor=None, as_of=as_of, parameters=NIGHTLY))
    yield at_most("nightly", f"all steps over {orders:,} orders, all contacts compared", seconds, bound, "s")
    runs = list(ModelRun.objects.filter(error="", pk__gt=before).order_by("pk"))
    with world.as_owner() as connection:
        changed = connection.execute(CHANGE_SQL, [EVERY]).rowcount
    again = timed(lambda: run_steps(actor=None, as_of=as_of, only=["duplicates"], parameters=NIGHTLY))
    usual = seconds + again - sum(run.seconds or 0 for run in runs if run.step == "duplicates")
    yield at_most("nightly", f"all steps, {changed:,} contacts changed since the night before", usual, bound, "s")
    yield Line("nightly", f"duplicates, {changed:,} contacts changed", f"{again:.1f} s")
    for run in runs:
        if run.step != "rfm":
            yield Line("nightly", f"{run.step}, {run.row_count:,} rows", f"{run.seconds:.1f} s")

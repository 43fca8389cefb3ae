"""Retention, cohorts, and the whole nightly run beside the time it may take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from analytics.models import ModelRun
from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, at_most, timed
from bench.world import World
from orders.models import Order

NIGHT_SECONDS = 900  # for 1,000,000 customers; less in proportion for a smaller base
LARGE = 1_000_000


def measure(world: World) -> Iterator[Line]:
    """One night: every step, once; then what each of them took."""
    orders = Order.objects.count()
    bound = NIGHT_SECONDS * world.rows / LARGE
    before = ModelRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    seconds = timed(lambda: run_steps(actor=None, as_of=dt.date.fromisoformat(UNTIL)))
    yield at_most("nightly", f"all steps over {orders:,} orders", seconds, bound, "s")
    for run in ModelRun.objects.filter(error="", pk__gt=before).order_by("pk"):
        if run.step != "rfm":
            yield Line("nightly", f"{run.step}, {run.row_count:,} rows", f"{run.seconds:.1f} s")

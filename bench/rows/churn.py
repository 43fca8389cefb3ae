"""Churn by orders: learn, test, score everybody; beside the time and the memory that it may take."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Iterator

from analytics.models import ModelRun
from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, at_most, timed
from bench.world import World
from contacts.models import Contact

CHURN_SECONDS = 300  # for 1,000,000 customers with 10,000,000 orders; less in proportion for a smaller base
LARGE = 1_000_000
MOST_GIGABYTES = 6.0


def measure(world: World) -> Iterator[Line]:
    """One run: the candidates cross-validated, the best tested on later days, everybody scored with reasons."""
    customers = Contact.objects.count()
    seconds = timed(lambda: run_steps(actor=None, as_of=dt.date.fromisoformat(UNTIL), only=["churn"]))
    run = ModelRun.objects.filter(step="churn").latest("pk")
    bound = CHURN_SECONDS * customers / LARGE
    yield at_most("churn", f"learn, test and score {run.row_count:,} of {customers:,} customers", seconds, bound, "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    yield at_most("churn", "memory of the process at its highest", peak, MOST_GIGABYTES, "GB")
    yield Line("churn", f"chosen: {run.metrics['model']}", f"AUC {run.metrics['auc']:.3f}")

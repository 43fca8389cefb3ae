"""The demo's selling alerts of the months before: made by the step itself from what was known on each day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from analytics.choices import AlertReason, AlertState
from analytics.models import SellAlert
from analytics.runs import run_steps
from crm.demo.house import BATCH_SIZE, Batch, Fill, House

AGO = (150, 120, 90, 60, 30)  # days before the last one
ACCEPTED, DISMISSED = 0.4, 0.3  # of those that somebody saw; the rest is left until it is over
REASONS = (AlertReason.NO_NEED, AlertReason.NO_NEED, AlertReason.BAD_TIME, AlertReason.HAS_IT)


def load(house: House) -> Fill:
    return fill


def fill(batch: Batch) -> None:
    """Nothing for a company of several batches, which is there to measure with."""
    if batch.number or batch.size >= BATCH_SIZE:
        return
    rng, house = batch.rng("alerts"), batch.house
    for ago in AGO:
        day = house.end - dt.timedelta(days=ago)
        if day <= house.start:
            continue
        (run,) = run_steps(actor=None, as_of=day, only=["alerts"])
        _answer(rng, house, day, list(SellAlert.objects.filter(run_id=run.pk, is_held_back=False).order_by("pk")))
    house.counts["selling alerts"] = SellAlert.objects.count()


def _answer(rng: np.random.Generator, house: House, day: dt.date, alerts: list[SellAlert]) -> None:
    """What the owners of the customers said within the week."""
    owners = dict(
        SellAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).values_list("pk", "contact__owner_id")
    )
    answered = []
    for alert in alerts:
        drawn, moment = rng.random(), dt.time(8 + int(rng.integers(0, 9)), int(rng.integers(0, 60)))
        said_on = day + dt.timedelta(days=1 + int(rng.integers(0, 6)))
        if drawn > ACCEPTED + DISMISSED or owners[alert.pk] is None:
            continue
        alert.state = AlertState.ACCEPTED if drawn < ACCEPTED else AlertState.DISMISSED
        alert.reason = "" if drawn < ACCEPTED else str(REASONS[int(rng.integers(len(REASONS)))])
        alert.answered_at = dt.datetime.combine(said_on, moment, tzinfo=house.zone)
        alert.answered_by_id = owners[alert.pk]
        answered.append(alert)
    SellAlert.objects.bulk_update(answered, ["state", "reason", "answered_at", "answered_by"], batch_size=500)

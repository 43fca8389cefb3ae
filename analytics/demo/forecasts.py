"""The demo's nights: what each method would have said of the pipeline over the last months, as it was known then."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.forecast_cells import months_around
from analytics.mathematics import deal_flow as flow
from analytics.mathematics.deal_flow import Deals, Flow
from analytics.models import ForecastSnapshot
from analytics.models.forecast import MONTHS_AHEAD, SnapshotSpan
from analytics.periods import Period, PeriodKind
from analytics.steps.deal_rows import DealRows, day_number, read_deals
from analytics.steps.forecast import MONTHS, Forecaster, months_from
from crm.demo.house import Batch, Fill, House
from pipeline.choices import StageKind
from pipeline.models import Deal, Stage

EVERY_DAYS, NIGHTS = 14, 26
CHANCES = {"pipeline": 0.35, "best_case": 0.6, "commit": 0.85}
"""Of a deal that a rep puts into a category, as the weighted method takes them."""


def load(house: House) -> Fill | None:
    """Keep the nights once the deals are there; nothing where there are nights already."""
    if house.adding or ForecastSnapshot.objects.exists():
        return None

    def fill(batch: Batch) -> None:
        if batch.number == 0 and Deal.objects.exists():
            _remember(house)

    return fill


@dataclass(frozen=True)
class Night:
    """What is known on a night: the deals with their stages of then, and what the reps expect when."""

    deals: Deals
    expected: NDArray[np.int64]
    cut: dt.date

    def said_by_reps(self, start: dt.date, end: dt.date, places: dict[str, list[int]]) -> dict[str, float]:
        """By category: what is won in the days so far, and open deals expected in them (or before, and still open)."""
        number = day_number(self.cut)
        due = flow.open_at(self.deals, number) & (self.expected < day_number(end))
        if start >= self.cut:
            due &= self.expected >= day_number(start)
        won = flow.amount_between(self.deals, day_number(start), number)
        worth = np.nan_to_num(self.deals.amount)
        found, weighted = {}, won
        for name, codes in places.items():
            chosen = due & np.isin(self.deals.stage, codes)
            found[name] = won + float(worth[chosen].sum())
        weighted += CHANCES["commit"] * (found["commit"] - won)
        weighted += CHANCES["best_case"] * (found["best_case"] - found["commit"])
        weighted += CHANCES["pipeline"] * (found["pipeline"] - found["best_case"])
        return found | {"weighted": weighted}


def _remember(house: House) -> None:
    rows = read_deals()
    deals = rows.deals
    closed = deals.outcome > 0
    if not closed.any():
        return
    forecaster = Forecaster(rows, int(deals.closed[closed].min()))
    days = dict(Deal.objects.values_list("pk", "expected_on"))
    expected = np.array([day_number(day) if (day := days[key]) else flow.NEVER for key in rows.ids.tolist()], np.int64)
    places = _places(rows)
    kept: list[ForecastSnapshot] = []
    for back in range(NIGHTS, 0, -1):
        night = house.end - dt.timedelta(days=EVERY_DAYS * back)
        cut = night + dt.timedelta(days=1)
        if not forecaster.may_try(cut):
            continue
        ends = [months_from(cut.replace(day=1), ahead) for ahead in range(1, MONTHS_AHEAD + 1)]
        said, found = forecaster.forecast(cut, is_now=False, ends=ends)
        known = Night(rows.as_known(day_number(cut), is_now=False)[0], expected, cut)
        reps = known.said_by_reps(cut, months_from(cut, MONTHS), places)
        _keep(kept, night, SnapshotSpan.AHEAD, cut, {**reps, **said})
        running = Period.of(night, PeriodKind.QUARTER)
        for span in (*months_around(night, back=0), running, running.next):
            reps = known.said_by_reps(span.start, span.next.start, places)
            learned = _learned(known, found, ends, span)
            last = Period.of(night, span.kind)
            naive = flow.amount_between(deals, day_number(last.previous.start), day_number(last.start))
            kind = SnapshotSpan(span.kind)
            _keep(kept, night, kind, span.start, {**reps, "naive": naive, **learned})
    ForecastSnapshot.objects.bulk_create(kept, batch_size=2_000)


def _places(rows: DealRows) -> dict[str, list[int]]:
    """The stages of then by what a rep says of a deal in them: the last open one is committed, the one before it may
    come on top."""
    stages = list(
        Stage.objects.filter(kind=StageKind.OPEN).order_by("pipeline", "position").values_list("pk", flat=True)
    )
    codes = [rows.stage_codes[key] for key in stages if key in rows.stage_codes]
    return {"commit": codes[-1:], "best_case": codes[-2:], "pipeline": codes}


def _learned(night: Night, found: Flow, ends: list[dt.date], span: Period) -> dict[str, float]:
    if span.next.start not in ends:
        return {}
    amounts = found.open_amounts[1:] + found.new_amounts[1:]
    ahead = amounts[ends.index(span.next.start)] - (amounts[ends.index(span.start)] if span.start in ends else 0.0)
    won = flow.amount_between(night.deals, day_number(span.start), day_number(night.cut))
    return {"learned": float(won + ahead)}


def _keep(
    kept: list[ForecastSnapshot], night: dt.date, span: SnapshotSpan, start: dt.date, said: dict[str, float]
) -> None:
    kept += [
        ForecastSnapshot(taken_on=night, span=span, starts_on=start, method=name, amount=round(amount, 2), run_id=0)
        for name, amount in said.items()
    ]

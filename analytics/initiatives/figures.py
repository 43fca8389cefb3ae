"""The figures by which initiatives are judged, period by period, and what may be said of a change.

No figure is made here anew: retention is that of the page of retention, the net promoter score that of the page of
satisfaction, the win rate that of sales performance, the lifetime value the stored one of each customer. Here they are
put into one form, with the number of cases and a 95 % interval. Only periods that are over count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import hypot
from typing import Any

from django.db.models import Avg, Count, StdDev

from analytics.initiatives.choices import SHARES, Measure
from analytics.mathematics.comparing import newcombe
from analytics.models import ClvScore, Initiative, RetentionRate, SatisfactionCount, ScoreHistory
from analytics.periods import Period
from analytics.queries import last_run
from analytics.retention_page import RetentionPage
from analytics.satisfaction.page import SatisfactionPage
from crm.company import current_company
from crm.intervals import share_interval
from crm.templatetags.figures import full_day, number, whole_money
from feedback.scoring import Mean
from pipeline.performance import won_by

MEANS = ("clv__count", "clv__avg", "clv__stddev")
FEW = 30
"""Under so many cases a figure is called one of few."""


@dataclass(frozen=True)
class Measured:
    """A figure of some days: its value, the cases behind it (`hits` of them, for a share) and its 95 % interval; shares
    in percent."""

    since: str
    until: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    hits: int | None = None

    @classmethod
    def read(cls, kept: Any) -> Measured | None:
        """As it was kept; None for nothing."""
        return cls(**kept) if kept else None

    @classmethod
    def share(cls, since: dt.date, until: dt.date, hits: int, n: int, rate: float) -> Measured:
        low, high = share_interval(hits, n)
        return cls(since.isoformat(), until.isoformat(), 100 * rate, n, 100 * low, 100 * high, hits)

    @property
    def kept(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def first(self) -> dt.date:
        return dt.date.fromisoformat(self.since)

    @property
    def last(self) -> dt.date:
        return dt.date.fromisoformat(self.until)

    @property
    def is_small(self) -> bool:
        return self.n < FEW

    @property
    def days(self) -> str:
        """`30 Sep 2026`, or the days from and to."""
        return full_day(self.last) if self.since == self.until else f"{full_day(self.first)} to {full_day(self.last)}"


def key_of(initiative: Initiative) -> str:
    """The name of its figure among those of a run: initiatives with the same one share it."""
    return f"{initiative.measure}/{initiative.span}/{initiative.segment}"


def series(measure: str, span: str, segment: str, today: dt.date) -> list[Measured]:
    """The figure of each period that is over, oldest first; empty where nothing is counted yet."""
    read = {Measure.RETENTION: _retention, Measure.NPS: _net_promoter, Measure.CLV: _lifetime_value}
    if measure == Measure.WIN_RATE:
        return _win_rate(span, today)
    return read[Measure(measure)](span, segment)


def _retention(span: str, segment: str) -> list[Measured]:
    run = last_run("retention")
    if run is None:
        return []
    of = ("segment", segment) if segment else ("", "")
    rates = list(RetentionRate.objects.filter(period=span, dimension=of[0], value=of[1]).order_by("start"))
    page = RetentionPage(run, rates, span, "", current_company().currency, of)
    return [
        Measured.share(rate.start, rate.end, rate.retained, rate.active_at_start, rate.raw or 0.0) for rate in page.full
    ]


def _net_promoter(span: str, segment: str) -> list[Measured]:
    run = last_run("satisfaction")
    if run is None:
        return []
    of = ("segment", segment) if segment else ("", "")
    counts = list(SatisfactionCount.objects.filter(dimension=of[0], value=of[1]))
    currency = current_company().currency
    page = SatisfactionPage(run, counts, span, "", names={}, retention=(), currency=currency, of=of)
    found = []
    for period in page.full:
        said = page.by_period[period]
        if said.score is not None and said.half_width is not None:
            low, high = max(said.score - said.half_width, -100.0), min(said.score + said.half_width, 100.0)
            found.append(Measured(period.start.isoformat(), period.end.isoformat(), said.score, said.n, low, high))
    return found


def _lifetime_value(span: str, segment: str) -> list[Measured]:
    """The mean over customers at the end of each month, and as last computed."""
    kept = ScoreHistory.objects.filter(clv__isnull=False)
    scores = ClvScore.objects.filter(clv__isnull=False)
    if segment:
        kept, scores = kept.filter(segment=segment), scores.filter(contact__rfm__segment=segment)
    means = (Count("clv"), Avg("clv"), StdDev("clv", sample=True))
    rows: dict[dt.date, tuple[int, Any, Any]] = {}
    for day, *of in kept.order_by().values("month_end").annotate(*means).values_list("month_end", *MEANS):
        rows[day] = (of[0], of[1], of[2])
    for day, *of in scores.order_by().values("as_of").annotate(*means).values_list("as_of", *MEANS):
        rows[day] = (of[0], of[1], of[2])
    found = []
    for day, (count, value, deviation) in sorted(rows.items()):
        mean = Mean.from_sums(count, float(value), None if deviation is None else float(deviation))
        half = mean.half_width
        ends = (None, None) if half is None else (float(value) - half, float(value) + half)
        found.append(Measured(day.isoformat(), day.isoformat(), float(value), count, *ends))
    return found


def _win_rate(span: str, today: dt.date) -> list[Measured]:
    found = []
    for row in won_by(None, span):
        period = Period(row["start"], span)
        if period.end < today:
            found.append(Measured.share(period.start, period.end, row["won"], row["closed"], row["rate"]))
    return found


def before(found: Sequence[Measured], day: dt.date) -> Measured | None:
    """The last figure whose days were over before `day`."""
    return next((one for one in reversed(found) if one.last < day), None)


def within(found: Sequence[Measured], since: dt.date, until: dt.date) -> Measured | None:
    """The last figure all of whose days lie between both, the days themselves among them."""
    return next((one for one in reversed(found) if since <= one.first and one.last <= until), None)


def change(now: Measured, then: Measured) -> tuple[float, float | None, float | None]:
    """How far a figure moved, with the 95 % interval: Newcombe's for shares (in points), else that of the difference of
    two independent figures."""
    difference = now.value - then.value
    if now.hits is not None and then.hits is not None and now.n and then.n:
        low, high = newcombe(now.hits, now.n, then.hits, then.n)
        return difference, 100 * low, 100 * high
    if now.low is None or now.high is None or then.low is None or then.high is None:
        return difference, None, None
    return (
        difference,
        difference - hypot(now.value - now.low, then.high - then.value),
        difference + hypot(now.high - now.value, then.value - then.low),
    )


def in_words(measure: str, value: float | Decimal | None) -> str:
    """`72.4 %`, `31 points`, `€ 1,240`."""
    if value is None:
        return "–"
    if measure in SHARES:
        return f"{number(value, 1)}\N{NO-BREAK SPACE}%"
    if measure == Measure.NPS:
        return f"{number(value, 1)}\N{NO-BREAK SPACE}points"
    return whole_money(value, current_company().currency)


def bounds_in_words(measure: str, low: float, high: float) -> str:
    """`49.8 to 65.2 %`: the unit once, where it stands behind."""
    if measure == Measure.CLV:
        return f"{in_words(measure, low)} to {in_words(measure, high)}"
    return f"{number(low, 1)} to {in_words(measure, high)}"


def moved_in_words(measure: str, value: float) -> str:
    """A difference with its sign: `+3.1 points`."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    said = in_words(Measure.NPS if measure in SHARES else measure, abs(value))
    return f"{sign}{said}"

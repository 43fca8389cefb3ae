"""What the page of the forecast shows of a month or a quarter: all deals, groups, the months around, targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from analytics.forecast_cells import Basis, Cells, Row, months_around, read_cells
from analytics.periods import Period, PeriodKind
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import company_today
from pipeline.choices import Outcome
from pipeline.credit import GROUPINGS
from pipeline.models import Deal, Target

if TYPE_CHECKING:
    from analytics.models import ModelRun
    from crm.models import User

BY = ("rep", "office", "manager", "pipeline", "product")
KINDS = {"month": "A month", "quarter": "A quarter"}
LENGTHS = {PeriodKind.MONTH.value: 1, PeriodKind.QUARTER.value: 3}


@dataclass(frozen=True)
class Span:
    """The month or quarter that is shown, and how much of it is over by today (0 to 1)."""

    period: Period
    today: dt.date

    @property
    def share_over(self) -> float:
        days = (self.period.next.start - self.period.start).days
        return min(max((self.today - self.period.start).days + 1, 0) / days, 1.0)

    def moved(self, count: int) -> str:
        return self.period.moved(count).start.isoformat()


def anchor(run: ModelRun | None) -> dt.date:
    """The day the page speaks from: today, or the day after the as-of of a run that was asked of a day long past."""
    today = company_today()
    if run is None or (today - run.as_of).days <= 31:
        return today
    return run.as_of + dt.timedelta(days=1)


def span_asked(text: str, kind: str, today: dt.date) -> Span:
    """The running month or quarter unless `text` (its first day) names another. Raises ValueError where none begins
    then."""
    kind = kind if kind in KINDS else PeriodKind.QUARTER.value
    return Span(Period.read(text, kind) if text else Period.of(today, kind), today)


class ForecastPage:
    """The figures of one span for one viewer: two statements over deals, one over targets."""

    def __init__(self, user: User, span: Span, run: ModelRun | None, by: str) -> None:
        self.user, self.span, self.by = user, span, by
        self.sees_all = scope_of(user, Deal, Verb.VIEW) == Scope.ALL
        months = months_around(span.today)
        before = min(span.period.previous.start, Period.of(span.today, span.period.kind).previous.start)
        since = min(before, months[0].previous.start)
        basis = Basis.of(run.metrics if run else None)
        self.cells: Cells = read_cells(user, GROUPINGS[by], basis, span.today, since)
        self.months = months
        self.targets = Targets.between(min(since, span.period.start), max(months[-1], span.period).next.start)

    @property
    def total(self) -> Row:
        """All deals that the person may see together."""
        row = self.cells.total(self.span.period)
        return replace(row, target=self._whole_target(self.span.period))

    @property
    def groups(self) -> list[Row]:
        """The groups, the largest forecast first; reps and teams with their targets."""
        whose = {"rep": "user", "office": "team"}.get(self.by, "")
        rows = [
            replace(row, target=self.targets.of(self.span.period, **{whose: row.key}) if whose and row.key else None)
            for row in self.cells.rows(self.span.period)
        ]
        return sorted(rows, key=lambda row: (-(row.learned or row.won + row.open_weighted), row.name))

    @cached_property
    def month_rows(self) -> list[tuple[Period, Row, str]]:
        """Each month around the day of the page, and where its open deals are listed."""
        return [
            (month, replace(self.cells.total(month), target=self._whole_target(month)), self._month_url(month))
            for month in self.months
        ]

    @property
    def undated(self) -> float:
        """Open deals of which nobody says when."""
        return float(sum(cell["count"] for cell in self.cells.open if cell["also"] is None))

    def chart(self, names: dict[str, str]) -> dict[str, Any]:
        """The months for the chart: a list of amounts for each series, None where nothing is said."""
        rows = self.month_rows
        running = Period.of(self.span.today, PeriodKind.MONTH)
        return {
            "months": [str(month) for month, _, _ in rows],
            "urls": [url for _, _, url in rows],
            "running": next(place for place, (month, _, _) in enumerate(rows) if month == running),
            "won": [row.won if month <= running else None for month, row, _ in rows],
            "commit": [row.commit for _, row, _ in rows],
            "rest": [row.best_case - row.commit for _, row, _ in rows],
            "learned": [row.learned if month >= running else None for month, row, _ in rows],
            "target": [row.target for _, row, _ in rows],
            "names": names,
        }

    def list_url(self, row: Row) -> str:
        """The open deals of a group, in the list; empty where no filter of it says the group."""
        grouping = GROUPINGS[self.by]
        value = row.name if grouping.value_of == "name" else row.key
        if value in (None, "") or not grouping.filter:
            return ""
        return deals_url(**{grouping.filter: value})

    @staticmethod
    def _month_url(month: Period) -> str:
        return deals_url(expected_on_min=month.start.isoformat(), expected_on_max=month.end.isoformat())

    def _whole_target(self, span: Period) -> float | None:
        """The house's target, or for who sees less the team's."""
        if self.sees_all:
            return self.targets.of(span)
        if scope_of(self.user, Deal, Verb.VIEW) == Scope.TEAM and self.user.team_id:
            return self.targets.of(span, team=self.user.team_id)
        return self.targets.of(span, user=self.user.pk)


@dataclass(frozen=True)
class Targets:
    """Targets that touch some days, read once. What a span has none of its own for is taken from shorter or longer
    ones: the months of a quarter together, a third of a quarter, a part of a year."""

    rows: Sequence[Target]

    @classmethod
    def between(cls, since: dt.date, until: dt.date) -> Targets:
        first = since.replace(year=since.year - 1)
        return cls(list(Target.objects.filter(Q(starts_on__gte=first) & Q(starts_on__lt=until))))

    def of(self, span: Period, *, user: int | None = None, team: int | None = None) -> float | None:
        """The target of a person, a team or (for neither) the house, in a month or quarter; None without one."""
        mine = [row for row in self.rows if (row.user_id, row.team_id) == (user, team)]
        length = LENGTHS[span.kind]
        own = [row for row in mine if row.starts_on == span.start and row.months == length]
        if own:
            return float(own[0].amount)
        parts = [row for row in mine if row.months < length and span.start <= row.starts_on < span.next.start]
        if parts:
            return float(sum(row.amount for row in parts))
        wider = [row for row in mine if row.months > length and _holds(row, span.start)]
        if not wider:
            return None
        closest = min(wider, key=lambda row: row.months)
        return float(closest.amount) * length / closest.months


def deals_url(**asked: Any) -> str:
    """The open deals of these filters, in the list."""
    return f"{reverse('pipeline:deal_list')}?{urlencode({**asked, 'outcome': Outcome.OPEN.value})}"


def slipped_url() -> str:
    return f"{reverse('pipeline:deal_list')}?slipped=yes"


def _holds(row: Target, day: dt.date) -> bool:
    number = row.starts_on.year * 12 + row.starts_on.month - 1
    return number <= day.year * 12 + day.month - 1 < number + row.months

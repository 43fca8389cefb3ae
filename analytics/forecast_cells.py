"""The deals that a person may see, added up by group and month: all that the forecast says of any month or quarter.

Two statements, one over what is kept of open deals and one over that of deals won, and one for each piece of a month
that is asked for; whatever is shown (a group, a month, everything) is put together of their rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.forecast_sums import kinds_for, summed
from analytics.models.forecast import MONTHS_AHEAD
from analytics.periods import Period, PeriodKind
from analytics.statements import day as day_literal
from pipeline.choices import Outcome
from pipeline.credit import Grouping, deals_seen, grouped
from pipeline.sums import beyond_sums, summed_deals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from crm.models import User

MONTHS_BACK = 6
EXPECTED = "date_trunc('month', d.expected_on::timestamp)::date"
CLOSED = "date_trunc('month', d.closed_on::timestamp)::date"
"""A day by itself becomes a moment in a time zone, which takes far longer than to cut off the day."""
COMPUTED = {"share": "p.part::float8", "worth": "p.part::float8 * coalesce(p.base_amount, 0)::float8"}
"""Numbers become floats once: a numeric takes longer to be turned into one than to be read from the index."""
JOINS = """
LEFT JOIN analytics_dealforecast AS f ON f.deal_id = d.id
LEFT JOIN pipeline_stage AS stage ON stage.id = d.stage_id
"""
OPEN_SUMS = {
    "count": "sum(d.share)",
    "amount": "sum(d.worth)",
    "weighted": "sum(d.worth * coalesce(stage.probability / 100.0::float8, f.rate, {rate}))",
    "commit": "sum(d.worth) FILTER (WHERE d.forecast_category = 'commit')",
    "best_case": "sum(d.worth) FILTER (WHERE d.forecast_category IN ('commit', 'best_case'))",
    "pipeline": "sum(d.worth) FILTER (WHERE d.forecast_category <> 'omitted')",
    "slipped": "sum(d.share) FILTER (WHERE d.expected_on < {today})",
    "slipped_amount": "sum(d.worth) FILTER (WHERE d.expected_on < {today})",
    **{f"month_{n}": f"sum(d.share * f.worth * f.month_{n})" for n in range(1, MONTHS_AHEAD + 1)},
}
WON_SUMS = {
    "won": "sum(d.worth)",
    "before": "sum(d.worth) FILTER (WHERE d.closed_on >= {since} AND d.closed_on < {cutoff})",
}
METHODS = ("learned", "naive", "weighted", "commit", "best_case", "pipeline")
"""What is kept of every span, every night."""


@dataclass(frozen=True)
class Basis:
    """What of a run its figures rest on: the first day it did not know, the ends (exclusive) of the running month and
    of the next ones, what deals not opened yet bring by then, what was won in the three months before the cut-off, and
    the share of won deals."""

    cutoff: dt.date
    ends: tuple[dt.date, ...]
    new_amounts: tuple[float, ...]
    before: float
    win_rate: float

    @classmethod
    def of(cls, metrics: Mapping[str, Any] | None) -> Basis | None:
        """Of the figures of a run; None without any."""
        if not metrics:
            return None
        return cls(
            dt.date.fromisoformat(metrics["cutoff"]),
            tuple(dt.date.fromisoformat(end) for end in metrics["ends"]),
            tuple(float(one) for one in metrics["new_amounts"]),
            float(metrics["methods"]["naive"]["next_quarter"]),
            float(metrics["win_rate"] or 0),
        )

    def place(self, end: dt.date) -> int | None:
        """Which of the months ends then (0 is the running one); None where none does."""
        return self.ends.index(end) if end in self.ends else None


@dataclass(frozen=True)
class Row:
    """A group, or all deals, in a span of days; money in the company's currency. `weighted`, `commit`, `best_case` and
    `pipeline` are of open deals expected in the span, on top of what is won; `open_weighted` is of all that is open."""

    key: Any
    name: str
    won: float
    learned: float | None
    naive: float
    weighted: float
    commit: float
    best_case: float
    pipeline: float
    open_count: float
    open_amount: float
    open_weighted: float
    slipped: float
    slipped_amount: float
    target: float | None = None

    @property
    def attainment(self) -> float | None:
        return self.won / self.target if self.target else None

    @property
    def missing(self) -> float | None:
        return max(self.target - self.won, 0.0) if self.target else None

    @property
    def coverage(self) -> float | None:
        """Open weighted pipeline / what is missing to the target."""
        return self.open_weighted / self.missing if self.missing else None

    def said(self, method: str) -> float | None:
        """What a method says that the span comes to in all."""
        value: float | None = getattr(self, method)
        return value if method in ("learned", "naive") else self.won + (value or 0.0)


@dataclass(frozen=True)
class Cells:
    """The sums by group and month; `since` is the first day from which wins are known."""

    today: dt.date
    basis: Basis | None
    since: dt.date
    open: Sequence[dict[str, Any]]
    won: Sequence[dict[str, Any]]

    @property
    def names(self) -> dict[Any, str]:
        """The groups, by key."""
        return {cell["key"]: cell["name"] for cell in (*self.won, *self.open)}

    def rows(self, span: Period) -> list[Row]:
        """A row for each group that has anything in the span."""
        open_of, won_of = _by_key(self.open), _by_key(self.won)
        rows = [self._row(key, name, open_of.get(key, ()), won_of.get(key, ()), span)
                for key, name in self.names.items()]  # fmt: skip
        return [row for row in rows if row.open_count or row.won]

    def total(self, span: Period) -> Row:
        """All groups together."""
        return self._row(None, "All deals", *self._together, span)

    @cached_property
    def _together(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The cells of all groups, added up by month: a year of months asks for totals."""
        return _by_month(self.open), _by_month(self.won)

    def _row(self, key: Any, name: str, opened: Iterable[Any], won: Iterable[Any], span: Period) -> Row:
        start, end = span.start, span.next.start
        is_running = start <= self.today < end
        opened, won = list(opened), list(won)
        due = [cell for cell in opened if cell["also"] and cell["also"] < end and (is_running or cell["also"] >= start)]
        is_past = end <= self.today

        def of_open(name: str) -> float:
            return float(sum(cell[name] or 0 for cell in opened))

        def of_due(name: str) -> float:
            return 0.0 if is_past else float(sum(cell[name] or 0 for cell in due))

        won_so_far = _between(won, start, end)
        last = span if is_past else Period.of(self.today, span.kind)
        return Row(
            key=key,
            name=name,
            won=won_so_far,
            learned=self._learned(span, won_so_far, opened, won),
            naive=_between(won, last.previous.start, last.start),
            weighted=of_due("weighted"),
            commit=of_due("commit"),
            best_case=of_due("best_case"),
            pipeline=of_due("pipeline"),
            open_count=of_open("count"),
            open_amount=of_open("amount"),
            open_weighted=of_open("weighted"),
            slipped=of_open("slipped"),
            slipped_amount=of_open("slipped_amount"),
        )

    def _learned(self, span: Period, won_so_far: float, opened: Sequence[Any], won: Sequence[Any]) -> float | None:
        """Won so far, the chances of the open deals, and the part of the deals to come: as much of them as the group
        had of what was won in the three months before."""
        basis = self.basis
        if basis is None or (last := basis.place(span.next.start)) is None:
            return None
        first = basis.place(span.start)  # of a span to come: not what is won before it begins
        expected = _sum(opened, f"month_{last + 1}") - (_sum(opened, f"month_{first + 1}") if first is not None else 0)
        new = basis.new_amounts[last] - (basis.new_amounts[first] if first is not None else 0)
        share = _sum(won, "before") / basis.before if basis.before else 0.0
        return won_so_far + expected + new * share


def read_cells(user: User | None, grouping: Grouping, basis: Basis | None, today: dt.date, since: dt.date) -> Cells:
    """The deals that the person may see (all for None), of those won the ones closed from `since` on or in the three
    months before the cut-off. Sums that are kept by month answer, with the deals of the days that they do not tell
    apart; where none are kept by this grouping, all deals are read."""
    cutoff = basis.cutoff if basis else today
    before = months_before(cutoff)
    since = min(since, before)
    asked = ByRows(grouping, today, before, cutoff, basis.win_rate if basis else 0.0)
    kinds = kinds_for(user, grouping)
    seen = summed_deals(user).filter(archived_at=None) if kinds else deals_seen(user)
    won = seen.filter(outcome=Outcome.WON, closed_on__gte=since)
    if not kinds:
        return Cells(today, basis, since, asked.opened(seen), asked.won(won))
    running = today.replace(day=1)
    opened = summed(user, kinds, grouping, Outcome.OPEN, None, asked.words | {"running": day_literal(running)})
    opened += asked.slipped(seen.filter(expected_on__gte=running, expected_on__lt=today))
    months = summed(user, kinds, grouping, Outcome.WON, since.replace(day=1), asked.words)
    for first, end in _days_beside_months(before, cutoff):
        months += asked.before(won.filter(closed_on__gte=first, closed_on__lt=end))
    if (beyond := beyond_sums(user)) is not None:
        rows = beyond.filter(archived_at=None)
        opened += asked.opened(rows)
        months += asked.won(rows.filter(outcome=Outcome.WON, closed_on__gte=since))
    return Cells(today, basis, since, opened, months)


@dataclass(frozen=True)
class ByRows:
    """How deals are added up where they are read themselves."""

    grouping: Grouping
    today: dt.date
    since: dt.date
    cutoff: dt.date
    win_rate: float

    @property
    def words(self) -> dict[str, sql.Composable]:
        return {
            "today": day_literal(self.today),
            "since": day_literal(self.since),
            "cutoff": day_literal(self.cutoff),
            "rate": sql.SQL("{}::float8").format(sql.Literal(self.win_rate)),
        }

    def opened(self, rows: QuerySet[Any]) -> list[dict[str, Any]]:
        return self._cells(rows.filter(outcome=Outcome.OPEN), OPEN_SUMS, EXPECTED, JOINS)

    def won(self, rows: QuerySet[Any]) -> list[dict[str, Any]]:
        return self._cells(rows, WON_SUMS, CLOSED)

    def slipped(self, rows: QuerySet[Any]) -> list[dict[str, Any]]:
        """Of open deals of the running month: those that slipped in it, and nothing else."""
        sums = {name: OPEN_SUMS[name] for name in ("slipped", "slipped_amount")}
        found = self._cells(rows.filter(outcome=Outcome.OPEN), sums, EXPECTED)
        return [dict.fromkeys(OPEN_SUMS, 0.0) | row for row in found]

    def before(self, rows: QuerySet[Any]) -> list[dict[str, Any]]:
        """Of won deals: what counts as won before the cut-off, and nothing else."""
        return [{"won": 0.0} | row for row in self._cells(rows, {"before": WON_SUMS["before"]}, CLOSED)]

    def _cells(self, rows: QuerySet[Any], sums: dict[str, str], also: str, joins: str = "") -> list[dict[str, Any]]:
        measures = {name: sql.SQL(one).format(**self.words) for name, one in sums.items()}
        return list(grouped(rows, self.grouping, measures, joins, also, COMPUTED))


def _days_beside_months(first: dt.date, end: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The days from `first` to before `end` that are no whole month: (first day, end) of each piece."""
    after, last = (first + dt.timedelta(days=31)).replace(day=1), end.replace(day=1)
    pieces = [(first, after)] if first.day > 1 else []
    return [*pieces, (last, end)] if end.day > 1 else pieces


def months_before(day: dt.date, months: int = 3) -> dt.date:
    """The same day so many months earlier, at most the 28th."""
    number = day.year * 12 + day.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, min(day.day, 28))


def months_around(today: dt.date, back: int = MONTHS_BACK, ahead: int = MONTHS_AHEAD) -> list[Period]:
    """The months so far back, the running one, and those ahead (the running one counts as one of them)."""
    running = Period.of(today, PeriodKind.MONTH)
    return [running.moved(count) for count in range(-back, ahead)]


def _by_key(cells: Sequence[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for cell in cells:
        found.setdefault(cell["key"], []).append(cell)
    return found


def _by_month(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for cell in cells:
        month = found.setdefault(cell["also"], {"also": cell["also"]})
        for name, value in cell.items():
            if name not in ("key", "name", "also"):
                month[name] = month.get(name, 0.0) + float(value or 0)
    return list(found.values())


def _between(won: Iterable[dict[str, Any]], start: dt.date, end: dt.date) -> float:
    """Won in the months from `start` to the one before `end`."""
    return float(sum(cell["won"] or 0 for cell in won if cell["also"] and start <= cell["also"] < end))


def _sum(cells: Iterable[dict[str, Any]], name: str) -> float:
    return float(sum(cell[name] or 0 for cell in cells))

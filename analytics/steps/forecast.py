"""What the open deals and those to come will bring, by four methods, each with its error at earlier cut-offs.

The methods of the glossary: **weighted**, the sum of amount x probability of the stage (where the house gives none, the
share of won deals of the product so far), which ignores when; **learned** (`analytics.mathematics.deal_flow`);
**naive**, the same as in the period before; the rep's **commit** and best case, of which only snapshots tell later how
far off they were. Each forecasts the three months from the cut-off, the first day that is not known.

A method is tried at earlier cut-offs, each three months before the next, wherever deals had been closed for a whole
period before; nothing that became known later enters: an imported deal's amount is what its product brings until its
ledger tells what it was worth then. Its error is the mean absolute error over the mean of what came. A cut-off with a
shorter past is shown, and counts in no error. What the reps commit to is not known of earlier days but by the nightly
snapshots: their error is read from those whose three months are over.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import sql

from analytics.forecast_cells import METHODS as SAID
from analytics.forecast_cells import Basis, months_around, read_cells
from analytics.forecast_sums import CHANCES
from analytics.mathematics import deal_flow as flow
from analytics.mathematics.deal_flow import Deals, Floats, Flow
from analytics.models import ForecastSnapshot, ModelRun
from analytics.models.forecast import MONTHS_AHEAD, DealForecast, SnapshotSpan
from analytics.periods import Period, PeriodKind
from analytics.statements import analyze_table, drop_tables, execute, rows_of, write_columns
from analytics.steps import AnalysisError, StepResult
from analytics.steps.deal_rows import EPOCH, DealRows, day_number, read_deals
from analytics.steps.single_deals import tell_apart
from crm.company import company_today
from crm.jobs import Progress
from crm.kept_sums.keeping import hold, recount
from pipeline.credit import ALL_TOGETHER

MONTHS = 3
MOST_TESTS = 8
MOST_TRIES = 12
FEWEST_CLOSED = 30
MOST_NIGHTS = 104
TABLE, FRESH = DealForecast._meta.db_table, "analytics_dealforecast_made"
METHODS = ("weighted", "learned", "naive")
REP_SQL = """
SELECT coalesce(sum(base_amount) FILTER (WHERE forecast_category = 'commit'), 0),
       coalesce(sum(base_amount) FILTER (WHERE forecast_category IN ('commit', 'best_case')), 0),
       coalesce(sum(base_amount) FILTER (WHERE forecast_category <> 'omitted'), 0)
FROM pipeline_deal WHERE outcome = 'open' AND archived_at IS NULL AND expected_on < %s
"""


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`cutoff`: the first day that is not known; the day after as-of unless given."""
    text = str(given.get("cutoff") or "").strip()
    if not text:
        return {"cutoff": None}
    try:
        return {"cutoff": dt.date.fromisoformat(text).isoformat()}
    except ValueError:
        raise AnalysisError(f"cutoff must be a day like 2026-07-01, not “{text[:40]}”.") from None


def months_from(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, or the last one that the month has."""
    number = day.year * 12 + day.month - 1 + months
    first = dt.date(number // 12, number % 12 + 1, 1)
    last = (dt.date((number + 1) // 12, (number + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


@dataclass
class Forecaster:
    """The methods on one set of rows; what a cut-off needs of earlier ones is computed once."""

    rows: DealRows
    first_closed: int

    def __post_init__(self) -> None:
        self._by_deals: dict[dt.date, tuple[float, float, float]] = {}

    def forecast(
        self, cut: dt.date, *, is_now: bool, ends: list[dt.date] | None = None
    ) -> tuple[dict[str, float], Flow]:
        """What each method says of the three months from `cut`; the flow has further horizons for `ends`."""
        deals, stage_chances = self.rows.as_known(day_number(cut), is_now=is_now)
        until = months_from(cut, MONTHS)
        horizons = [day_number(until), *(day_number(end) for end in ends or ())]
        before = day_number(months_from(cut, -MONTHS))
        found = flow.flow_by_deals(deals, before, day_number(cut), horizons, undated=is_now)
        found = flow.follow(found, flow.trust_of(self._tries(cut)), 0)
        said = {
            "weighted": self._weighted(deals, stage_chances, day_number(cut), is_now),
            "learned": float(found.open_amounts[0] + found.new_amounts[0]),
            "naive": flow.amount_between(deals, before, day_number(cut)),
        }
        return said, found

    def came(self, cut: dt.date) -> float:
        """What was won in the three months from the cut-off."""
        return flow.amount_between(self.rows.deals, day_number(cut), day_number(months_from(cut, MONTHS)))

    def may_try(self, cut: dt.date) -> bool:
        """Whether deals had been closed for a whole period before it."""
        return self.first_closed <= day_number(months_from(cut, -MONTHS))

    def stood(self, cut: dt.date) -> dict[str, Any]:
        """What was open on that day: how many deals, their list value, and what those won in the three months after
        brought."""
        deals, number = self.rows.deals, day_number(cut)
        chosen = flow.open_at(deals, number)
        then = chosen & (deals.outcome == flow.WON) & (deals.closed < day_number(months_from(cut, MONTHS)))
        return {
            "open_count": int(chosen.sum()),
            "open_listed": float(np.nansum(self.rows.prices[chosen])),
            "from_open": float(np.nansum(deals.brought[then])),
        }

    def _tries(self, cut: dt.date) -> list[tuple[float, float, float]]:
        """Of the months before: wins that the deals let expect, wins of the period before, wins that came by `cut`."""
        starts = [months_from(cut, -MONTHS - back) for back in range(MOST_TRIES)]
        return [self._try(start) for start in starts if self.may_try(start)]

    def _try(self, start: dt.date) -> tuple[float, float, float]:
        if start not in self._by_deals:
            deals = self.rows.by_code(day_number(start))
            first, until = day_number(months_from(start, -MONTHS)), day_number(months_from(start, MONTHS))
            found = flow.flow_by_deals(deals, first, day_number(start), [until])
            expected = float(found.chances.sum() + found.new_wins[0])
            came = flow.wins_between(deals, day_number(start), until)
            self._by_deals[start] = (expected, float(found.wins_before), float(came))
        return self._by_deals[start]

    def _weighted(self, deals: Deals, stage_chances: Floats, cut: int, is_now: bool) -> float:
        chosen = flow.open_at(deals, cut, undated=is_now)
        values, _ = flow.values_of(deals, cut, chosen)
        known, listed = deals.amount[chosen], self.rows.prices[chosen]
        worth = np.where(~np.isnan(known), known, np.where(~np.isnan(listed), listed, values))
        rates = win_rates(deals, cut)[deals.product[chosen]]
        chance = np.where(np.isnan(stage_chances[chosen]), rates, stage_chances[chosen])
        return float((worth * chance).sum())


def win_rates(deals: Deals, cut: int) -> Floats:
    """By code of the product (0: all): won among those closed before the cut-off; where none was, that of all."""
    size = int(deals.product.max(initial=0)) + 1
    closed = (deals.outcome > 0) & (deals.closed < cut)
    won = closed & (deals.outcome == flow.WON)
    overall = won.sum() / closed.sum() if closed.any() else 0.0
    count, wins = (np.bincount(deals.product[rows], minlength=size) for rows in (closed, won))
    rates = np.where(count > 0, wins / np.maximum(count, 1), overall)
    rates[0] = overall
    return np.asarray(rates, float)


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Forecast, try the methods at earlier cut-offs, keep each open deal's chances and, today, a snapshot."""
    given = parameters.get("cutoff")
    cut = dt.date.fromisoformat(given) if given else as_of + dt.timedelta(days=1)
    progress.report(0, None, "Reading deals")
    rows = read_deals()
    deals, number = rows.deals, day_number(cut)
    closed = (deals.outcome > 0) & (deals.closed < number)
    dated = closed & (deals.closed != flow.UNKNOWN_DAY)
    first_closed = int(deals.closed[dated].min()) if dated.any() else flow.NEVER
    forecaster = Forecaster(rows, first_closed)
    ends = [months_from(cut.replace(day=1), ahead) for ahead in range(1, MONTHS_AHEAD + 1)]
    progress.report(0, None, "Forecasting")
    said, found = forecaster.forecast(cut, is_now=True, ends=ends)
    progress.report(0, None, "Trying the methods at earlier days")
    tests = _tests(forecaster, cut)
    open_now = flow.open_at(deals, number, undated=True)
    rates = win_rates(deals, number)[deals.product[open_now]]
    counted = [one for one in tests if one["is_counted"]]
    metrics = {
        **_totals(rows, number, open_now),
        "cutoff": cut.isoformat(),
        "until": months_from(cut, MONTHS).isoformat(),
        "methods": {name: _method(name, said[name], counted) for name in METHODS},
        "tests": tests[::-1],
        "over_time": _over_time(deals, cut),
        "single_deals": tell_apart(cut),
        "rep": _rep(months_from(cut, MONTHS)),
        "ends": [end.isoformat() for end in ends],
        "new_amounts": [float(one) for one in found.new_amounts[1:]],
        "new_next_quarter": float(found.new_amounts[0]),
        "open_next_quarter": float(found.open_amounts[0]),
        "trust": found.trust,
        "sentences": [],
    }
    metrics["recommended"] = _best(metrics["methods"], int(closed.sum()))
    metrics["sentences"] = describe_metrics(metrics)
    written = _write(rows, open_now, found, rates, run_id, as_of)  # last: from here on who writes deals waits
    if as_of == company_today() and not given:
        keep_snapshots(metrics, as_of, run_id)
    known = deals.closed[dated]
    days = [EPOCH + dt.timedelta(days=int(one)) for one in (known.min(), known.max())] if len(known) else [None, None]
    return StepResult(written, dict(parameters), metrics, *days)


def _tests(forecaster: Forecaster, cut: dt.date) -> list[dict[str, Any]]:
    """What each method said at earlier cut-offs, the latest first, and what came; the last one may have too short a
    past to count (`is_counted`)."""
    tests = []
    for back in range(1, MOST_TESTS + 1):
        start = months_from(cut, -MONTHS * back)
        if forecaster.first_closed >= day_number(start):
            break
        said, _ = forecaster.forecast(start, is_now=False)
        is_counted = forecaster.may_try(start)
        tests.append({
            "cutoff": start.isoformat(), "actual": forecaster.came(start), "is_counted": is_counted, **said,
            **forecaster.stood(start),
        })  # fmt: skip
        if not is_counted:
            break
    return tests


def _over_time(deals: Deals, cut: dt.date) -> dict[str, Any]:
    """Of the nightly snapshots whose three months are over: what came, how far off each method was on average
    (`errors`, with the number of nights), and the last one of each week (`points`)."""
    kept = ForecastSnapshot.objects.filter(span=SnapshotSpan.AHEAD, starts_on__lte=months_from(cut, -MONTHS))
    nights: dict[tuple[dt.date, dt.date], dict[str, float]] = defaultdict(dict)
    for day, start, method, money in kept.order_by("taken_on").values_list("taken_on", "starts_on", "method", "amount"):
        nights[day, start][method] = float(money)
    off: dict[str, list[float]] = defaultdict(list)
    came_of: dict[str, list[float]] = defaultdict(list)
    weeks: dict[str, dict[str, Any]] = {}
    for (day, start), said in nights.items():
        came = flow.amount_between(deals, day_number(start), day_number(months_from(start, MONTHS)))
        for method, amount in said.items():
            off[method].append(abs(amount - came))
            came_of[method].append(came)
        year, week, _ = day.isocalendar()
        weeks[f"{year}-{week:02}"] = {"day": day.isoformat(), "came": came, "said": said}
    errors = {
        method: {"error": sum(off[method]) / sum(came_of[method]), "nights": len(off[method])}
        for method in off
        if sum(came_of[method]) > 0
    }
    return {"errors": errors, "points": list(weeks.values())[-MOST_NIGHTS:]}


def _method(name: str, next_quarter: float, tests: list[dict[str, Any]]) -> dict[str, Any]:
    backtest = [{"cutoff": one["cutoff"], "predicted": one[name], "actual": one["actual"]} for one in tests]
    actual = sum(one["actual"] for one in backtest)
    off = sum(abs(one["predicted"] - one["actual"]) for one in backtest)
    return {
        "next_quarter": next_quarter,
        "backtest": backtest[::-1],
        "backtest_error": off / actual if actual > 0 else None,
    }


def _totals(rows: DealRows, cut: int, open_now: np.ndarray[Any, Any]) -> dict[str, Any]:
    deals = rows.deals
    won = (deals.outcome == flow.WON) & (deals.closed < cut)
    lost = (deals.outcome == flow.LOST) & (deals.closed < cut)
    worth = np.where(np.isnan(rows.own_amount), rows.prices, rows.own_amount)[open_now]
    count = int(won.sum() + lost.sum())
    return {
        "open_count": int(open_now.sum()),
        "open_amount": float(np.nansum(worth)),
        "won_count": int(won.sum()),
        "won_amount": round(float(np.nansum(deals.brought[won])), 2),
        "lost_count": int(lost.sum()),
        "win_rate": int(won.sum()) / count if count else None,
    }


def _rep(until: dt.date) -> dict[str, float]:
    """What the reps say of the deals that they expect to close by then."""
    commit, best, everything = rows_of(REP_SQL, [until])[0]
    return {"commit": float(commit), "best_case": float(best), "pipeline": float(everything)}


def _best(methods: dict[str, dict[str, Any]], closed: int) -> str | None:
    """The method with the smallest back-test error; of equal ones the simpler. None before anything could be tried."""
    tried = {name: one["backtest_error"] for name, one in methods.items() if one["backtest_error"] is not None}
    if not tried or closed < FEWEST_CLOSED:
        return None
    order = ("naive", "learned", "weighted")
    return min(order, key=lambda name: (round(tried.get(name, np.inf), 4), order.index(name)))


def describe_metrics(metrics: Mapping[str, Any]) -> list[str]:
    """The run in words."""
    count, best = metrics["won_count"] + metrics["lost_count"], metrics["recommended"]
    sentences = [f"{metrics['open_count']:,} open deals, {count:,} closed ones."]
    if best:
        error = metrics["methods"][best]["backtest_error"]
        tests = len(metrics["methods"][best]["backtest"])
        sentences.append(f"Most exact at {tests} earlier quarters: the {best} method, {error:.1%} off on average.")
    else:
        sentences.append("Too few closed deals, or too short a time of them, to try the methods.")
    return sentences


def describe(run: ModelRun) -> list[str]:
    return list(run.metrics.get("sentences", ()))


def _write(
    rows: DealRows, open_now: np.ndarray[Any, Any], found: Flow, rates: Floats, run_id: int, as_of: dt.date
) -> int:
    """The chances of the open deals in place of the last ones, and what they come to by group. Neither is read between
    the two by who changes a deal meanwhile: they wait for the end of the run, a second or two at 100,000 open deals."""
    names = ("deal_id", "worth", "rate", *(f"month_{ahead}" for ahead in range(1, MONTHS_AHEAD + 1)))
    drop_tables(FRESH)
    types = sql.SQL(", ").join(sql.SQL("{} float8").format(sql.Identifier(name)) for name in names[1:])
    execute(sql.SQL("CREATE TEMP TABLE {} (deal_id bigint, {}) ON COMMIT DROP").format(sql.Identifier(FRESH), types))
    columns = {"deal_id": rows.ids[open_now], "worth": found.value, "rate": rates}
    columns |= {f"month_{place}": found.chances[:, place] for place in range(1, MONTHS_AHEAD + 1)}
    if len(columns["deal_id"]):
        write_columns(FRESH, names, columns)
    hold(CHANCES)
    execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(TABLE)))
    fill = sql.SQL("INSERT INTO {} (run_id, as_of, {}) SELECT {}, {}::date, {} FROM {}")
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    ids = (sql.Literal(run_id), sql.Literal(as_of))
    written = execute(fill.format(sql.Identifier(TABLE), listed, *ids, listed, sql.Identifier(FRESH)))
    analyze_table(TABLE)
    recount(CHANCES)
    return written


def keep_snapshots(metrics: Mapping[str, Any], day: dt.date, run_id: int) -> None:
    """What each method says today of the three months ahead, and of the running and the next months and quarters (with
    what is won in them so far). The first of a day stays."""
    ahead = {name: one["next_quarter"] for name, one in metrics["methods"].items()} | metrics["rep"]
    cutoff = dt.date.fromisoformat(metrics["cutoff"])
    said = {(SnapshotSpan.AHEAD, cutoff): ahead}
    running = Period.of(day, PeriodKind.QUARTER)
    spans = [*months_around(day, back=0), running, running.next]
    cells = read_cells(None, ALL_TOGETHER, Basis.of(metrics), day, running.previous.start)
    for span in spans:
        row = cells.total(span)
        amounts = {name: row.said(name) for name in SAID}
        said[SnapshotSpan(span.kind), span.start] = {k: value for k, value in amounts.items() if value is not None}
    ForecastSnapshot.objects.bulk_create(
        [
            ForecastSnapshot(
                taken_on=day, span=kind, starts_on=start, method=name, amount=round(amount, 2), run_id=run_id
            )
            for (kind, start), amounts in said.items()
            for name, amount in amounts.items()
        ],
        ignore_conflicts=True,
    )

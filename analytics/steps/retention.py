"""Retention by week, month, quarter and year: how many of the customers of one period buy again in the next.

Rules (docs/users and the glossary of the house): active at the start of a period is who purchased in the period
before; retained who purchased in it, too. Raw = retained / active at the start. Sales-adjusted = sales of the period
before of those retained / of all active at the start; profit-adjusted the same with profit, where every order of those
customers in that period has a cost. Net revenue = sales of this period of those retained / sales of the period before
of all active at the start. A period not over by as-of is partial.

A customer stands in one row of each dimension: by channel, product family and product where the last purchase of the
period before was made (its largest line), by segment as of that period's end, by country as it is now; by market in
each of them that the contact is in. Of the products, those with the most customers are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.histories import Ints
from analytics.mathematics.retaining import LARGEST, SUMMED, Pairs, Table, add_up, merged, pairs
from analytics.models import LONGEST_VALUE, RetentionRate
from analytics.periods import MONTHS, Period, PeriodKind, periods_between
from analytics.statements import copy_rows
from analytics.steps import AnalysisError, StepResult
from analytics.steps.contracts import ended_by_month, survival
from analytics.steps.order_rows import UNITS, Catalogue, OrderRows, Range
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number, percent

if TYPE_CHECKING:
    from analytics.models import ModelRun

TOTAL = ""
MOST_PRODUCTS = 50  # of each kind of period
MOST_CODES = 10_000_000  # names of a dimension
EPOCH = dt.date(1970, 1, 1)
NOBODY = np.zeros(LARGEST + 1)
HALF = Decimal("0.5")


@dataclass
class Count:
    """What is counted while the customers go by: sums by kind of period and dimension, and the extent of the data."""

    sums: dict[str, dict[str, list[Table]]]
    customers: int = 0
    purchases: int = 0
    first_day: int | None = None  # of a purchase, since 1970
    last_day: int | None = None  # of any order


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`period`: which of the four the figures of the run list (month unless given); all four are computed."""
    return {"period": read_period(given.get("period"), "period")}


def read_period(text: Any, name: str) -> str:
    """The name of a kind of period, month for none. Raises AnalysisError with a sentence."""
    kind = str(text or PeriodKind.MONTH).strip().lower()
    if kind not in PeriodKind.values:
        raise AnalysisError(f"{name} must be week, month, quarter or year, not “{kind[:40]}”.")
    return kind


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the retention of every period up to `as_of`, in total and by dimension, and replace the last result."""
    reader = OrderRows(as_of)
    parts = len(reader.ranges) + 2
    progress.report(0, parts, "Finding what each order was mostly of")
    catalogue = Catalogue()
    count = Count({kind: {} for kind in PeriodKind.values})
    for place, some in enumerate(reader.read(), start=1):
        progress.report(place, parts, "Comparing what customers bought with the period before")
        _add(count, some, catalogue, as_of)
    progress.report(parts - 1, parts, "Writing the rates")
    rates = [rate for kind in PeriodKind.values for rate in _rates(kind, count, reader, catalogue, as_of, run_id)]
    RetentionRate.objects.all().delete()
    copy_rows(RetentionRate, rates)
    progress.report(parts, parts, "Done")
    shown = [rate for rate in rates if (rate.period, rate.dimension) == (parameters["period"], TOTAL)]
    return StepResult(
        rows=len(rates),
        parameters=dict(parameters),
        metrics={
            "periods": [as_metrics(rate) for rate in shown],
            "average": average(shown),
            "survival": survival(as_of),
            "contracts": ended_by_month(as_of),
            "customers": count.customers,
            "purchases": count.purchases,
            "sentences": sentences(as_of, count.customers, shown),
        },
        data_from=None if count.first_day is None else _month(count.first_day).start,
        data_to=None if count.last_day is None else min(_month(count.last_day).end, as_of),
    )


def as_metrics(rate: RetentionRate) -> dict[str, Any]:
    """One period as outside checks read it; shares of 1, None where they cannot be said."""
    return {
        "start": rate.start.isoformat(),
        "end": rate.end.isoformat(),
        "partial": rate.is_partial,
        "active_at_start": rate.active_at_start,
        "retained": rate.retained,
        "raw": rate.raw,
        "sales_adjusted": rate.sales_adjusted,
        "net_revenue": rate.net_revenue,
        "profit_adjusted": rate.profit_adjusted,
        "churn": rate.churn,
    }


def average(rates: Sequence[RetentionRate]) -> float | None:
    """Raw retention over all periods that are over: all retained by all active at the start."""
    over = [rate for rate in rates if not rate.is_partial]
    active = sum(rate.active_at_start for rate in over)
    return sum(rate.retained for rate in over) / active if active else None


def sentences(as_of: dt.date, customers: int, rates: Sequence[RetentionRate]) -> list[str]:
    """What has to be said in words about the figures of one kind of period."""
    day = full_day(as_of)
    if not customers:
        return [f"No customer has a purchase up to {day}, so there is nobody to keep."]
    said = ["Only one customer has a purchase, so every rate is 0 or 100 %."] if customers == 1 else []
    if not rates:
        return [*said, f"All purchases up to {day} lie in one period: there is no period before it to compare with."]
    if odd := [rate for rate in rates if rate.active_at_start and rate.sales <= 0]:
        names = ", ".join(str(rate.before) for rate in odd[:3])
        said.append(f"Returns and free items outweigh the sales of {names}, so the money rates after it are left out.")
    if hung := [
        rate for rate in rates if rate.sales > 0 and rate.largest_sale > HALF * rate.sales and rate.active_at_start > 1
    ]:
        rate = hung[-1]
        share = percent(rate.largest_sale / rate.sales)
        said.append(
            f"One customer brought {share} of the sales of {rate.before}: the money rates hang on that customer."
        )
    if orders := sum(rate.without_rate for rate in rates):
        count = "1 order is" if orders == 1 else f"{number(orders)} orders are"
        said.append(f"{count} in a currency without an exchange rate: counted as purchases, but left out of the money.")
    return said


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    said = [
        f"{period['start']} to {period['end']}{' so far' if period['partial'] else ''}: "
        f"{number(period['retained'])} of {number(period['active_at_start'])} retained, {percent(period['raw'], 1)}"
        for period in run.metrics["periods"]
    ]
    return [*said, *run.metrics["sentences"]]


def _month(day: int) -> Period:
    return Period.of(EPOCH + dt.timedelta(days=day), PeriodKind.MONTH)


def _add(count: Count, some: Range, catalogue: Catalogue, as_of: dt.date) -> None:
    """Take the customers of a range into the count."""
    orders = some.orders
    bought = orders.is_purchase
    count.purchases += int(bought.sum())
    count.customers += len(np.unique(orders.contact[bought]))
    if bought.any():
        first = int(orders.day[bought].min())
        count.first_day = first if count.first_day is None else min(first, count.first_day)
    if len(orders):
        count.last_day = max(int(orders.day.max()), count.last_day or 0)
    for kind, by_dimension in count.sums.items():
        found = pairs(orders, kind, Period.of(as_of, kind).number)
        for dimension, codes in _codes(kind, found, some, catalogue).items():
            table = add_up(found.start * MOST_CODES + codes, found.figures)
            by_dimension.setdefault(dimension, []).append(table)


def _codes(kind: str, found: Pairs, some: Range, catalogue: Catalogue) -> dict[str, Ints]:
    """The code of each pair in each dimension."""
    family, product = catalogue.codes_of(some.number[found.row])
    codes = {
        "channel": some.channel[found.row],
        "family": family,
        "product": product,
        "country": some.country_of(found.contact),
        "market": some.market_of(found.contact),
    }
    if kind != PeriodKind.WEEK:
        codes["segment"] = some.segment_of(found.contact, found.start * MONTHS[kind] - 1)
    return {TOTAL: np.zeros(len(found.start), np.int64), **codes}


def _rates(
    kind: str, count: Count, reader: OrderRows, catalogue: Catalogue, as_of: dt.date, run_id: int
) -> list[RetentionRate]:
    """Every period of a kind after the first with a purchase, in total and by dimension."""
    if count.first_day is None:
        return []
    names = {
        TOTAL: [TOTAL],
        "channel": reader.channels.names,
        "family": catalogue.families.names,
        "product": catalogue.products.names,
        "country": reader.countries.names,
        "market": reader.markets.names,
        "segment": reader.segments.names,
    }
    found = [
        (Period.numbered(key // MOST_CODES, kind).start, dimension, value, figures)
        for dimension, tables in count.sums[kind].items()
        for key, figures in zip(*_kept(dimension, merged(tables)), strict=True)
        for value in _values(dimension, names[dimension][key % MOST_CODES])
    ]
    first = Period.of(EPOCH + dt.timedelta(days=count.first_day), kind)
    return _stored(kind, as_of, run_id, first, found)


def _kept(dimension: str, table: Table) -> tuple[list[int], NDArray[np.float64]]:
    """All, of products those with the most customers."""
    keys, rows = table
    if dimension == "product":
        customers = np.bincount(keys % MOST_CODES, weights=rows[:, SUMMED.index("active")])
        # as many customers: the first by name, which is the order of the codes
        top = np.argsort(-customers, kind="stable")[:MOST_PRODUCTS]
        inside = np.isin(keys % MOST_CODES, top)
        keys, rows = keys[inside], rows[inside]
    return keys.tolist(), rows


def _values(dimension: str, name: str) -> list[str]:
    return name.split(",") if dimension == "market" else [name]


def _stored(
    kind: str,
    as_of: dt.date,
    run_id: int,
    first: Period,
    found: Sequence[tuple[dt.date, str, str, NDArray[np.float64]]],
) -> list[RetentionRate]:
    """The rows to store: one a period and value; periods without anybody at the start are there with zeros."""
    named = {start for start, dimension, value, _ in found if dimension == "segment" and value}
    rows: dict[tuple[dt.date, str, str], NDArray[np.float64]] = {}
    for start, dimension, value, figures in found:
        # where no month end of scores is kept, there are no segments to tell apart
        if dimension != "segment" or start in named:
            known = rows.get((start, dimension, value))
            rows[start, dimension, value] = figures if known is None else _together(known, figures)
    for period in periods_between(first.next, Period.of(as_of, kind)):
        rows.setdefault((period.start, TOTAL, ""), NOBODY)
    return [
        _rate(Period(start, kind), as_of, run_id, dimension, value, figures)
        for (start, dimension, value), figures in sorted(rows.items(), key=itemgetter(0))
    ]


def _together(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.append(one[:LARGEST] + other[:LARGEST], max(one[LARGEST], other[LARGEST]))


def _money(units: float) -> Decimal:
    return Decimal(int(units)) / UNITS


def _rate(
    period: Period, as_of: dt.date, run_id: int, dimension: str, value: str, figures: NDArray[np.float64]
) -> RetentionRate:
    active, kept, sales, sales_kept, sales_now, profit, profit_kept, without_cost, without_rate, largest = figures
    has_costs = not without_cost
    return RetentionRate(
        run_id=run_id,
        as_of=as_of,
        period=period.kind,
        start=period.start,
        end=period.end,
        is_partial=period.end > as_of,
        dimension=dimension,
        value=value[:LONGEST_VALUE],
        active_at_start=int(active),
        retained=int(kept),
        sales=_money(sales),
        sales_kept=_money(sales_kept),
        sales_now=_money(sales_now),
        profit=_money(profit) if has_costs else None,
        profit_kept=_money(profit_kept) if has_costs else None,
        largest_sale=_money(largest),
        without_rate=int(without_rate),
    )

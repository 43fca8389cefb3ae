"""Retention by week, month, quarter and year: how many of the customers of one period buy again in the next.

Rules (docs/users.md and the glossary of the house): active at the start of a period is who purchased in the period
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
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.models import LONGEST_VALUE, RetentionRate, ScoreHistory
from analytics.periods import Period, PeriodKind, periods_between
from analytics.steps import AnalysisError, StepResult
from analytics.steps.activity import LAST_ORDER_MASK, copy_rows, drop, execute, make_activity, roll_up, rows_of
from analytics.steps.contracts import ended_by_month, survival
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number, percent

if TYPE_CHECKING:
    from analytics.models import ModelRun

NAME = "analytics_retention"
MAIN_LINES, PAIRS = f"{NAME}_main_lines", f"{NAME}_pairs"
LENGTHS = {kind: sql.SQL(f"INTERVAL '{n} {unit}'") for kind, n, unit in (
    ("week", 7, "days"), ("month", 1, "month"), ("quarter", 3, "months"), ("year", 1, "year"),
)}  # fmt: skip
TOTAL = ""
MOST_PRODUCTS = 50  # of each kind of period
NOBODY = (0, 0, *([Decimal(0)] * 5), 0, 0, Decimal(0))
HALF = Decimal("0.5")

# what the largest line is of, of every order that is the last one of a customer's week or month
MAIN_LINES_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {main_lines} AS
SELECT DISTINCT ON (l.order_id) l.order_id, coalesce(p.family, '') AS family,
       left(coalesce(p.name, ''), {length}) AS product
FROM orders_orderline AS l
JOIN (
    SELECT last_order & {mask} AS id FROM {weeks} WHERE purchases > 0
    UNION SELECT last_order & {mask} FROM {months} WHERE purchases > 0
) AS last ON last.id = l.order_id
LEFT JOIN orders_product AS p ON p.id = l.product_id
ORDER BY l.order_id, l.amount DESC, l.position
""")
PAIRS_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {pairs} AS
SELECT s.contact_id, (s.period + {length})::date AS start, s.sales, s.profit, s.without_cost, s.without_rate,
       n.contact_id IS NOT NULL AS is_kept, coalesce(n.sales, 0) AS sales_now,
       o.channel, coalesce(m.family, '') AS family, coalesce(m.product, '') AS product,
       coalesce(a.country, '') AS country, coalesce(h.segment, '') AS segment
FROM {activity} AS s
LEFT JOIN {activity} AS n
  ON n.contact_id = s.contact_id AND n.period = (s.period + {length})::date AND n.purchases > 0
JOIN orders_order AS o ON o.id = s.last_order & {mask}
LEFT JOIN {main_lines} AS m ON m.order_id = o.id
LEFT JOIN contacts_address AS a ON a.contact_id = s.contact_id AND a.is_primary
LEFT JOIN {history} AS h ON h.contact_id = s.contact_id AND h.month_end = (s.period + {length})::date - 1
WHERE s.purchases > 0 AND (s.period + {length})::date <= {as_of}
""")
FIGURES = sql.SQL("""
count(*), count(*) FILTER (WHERE is_kept), sum(sales), coalesce(sum(sales) FILTER (WHERE is_kept), 0),
coalesce(sum(sales_now) FILTER (WHERE is_kept), 0), sum(profit), coalesce(sum(profit) FILTER (WHERE is_kept), 0),
sum(without_cost), sum(without_rate), max(sales)
""")
RATES_SQL = sql.SQL("""
SELECT start, '' AS dimension, '' AS value, {figures} FROM {pairs} GROUP BY start
UNION ALL
SELECT start,
       CASE WHEN GROUPING(channel) = 0 THEN 'channel' WHEN GROUPING(family) = 0 THEN 'family'
            WHEN GROUPING(country) = 0 THEN 'country' ELSE 'segment' END,
       CASE WHEN GROUPING(channel) = 0 THEN channel WHEN GROUPING(family) = 0 THEN family
            WHEN GROUPING(country) = 0 THEN country ELSE segment END,
       {figures}
FROM {pairs} GROUP BY GROUPING SETS ((start, channel), (start, family), (start, country), (start, segment))
UNION ALL
SELECT start, 'product', product, {figures}
FROM {pairs} JOIN (SELECT product FROM {pairs} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {products}) AS top
USING (product) GROUP BY start, product
UNION ALL
SELECT start, 'market', market, {figures}
FROM {pairs} AS p JOIN contacts_contact AS c ON c.id = p.contact_id
CROSS JOIN LATERAL unnest(CASE WHEN cardinality(c.markets) = 0 THEN ARRAY[''] ELSE c.markets END) AS market
GROUP BY start, market
ORDER BY 1, 2, 3
""")
EXTENT_SQL = sql.SQL("""
SELECT min(period) FILTER (WHERE purchases > 0), count(DISTINCT contact_id) FILTER (WHERE purchases > 0),
       max(period), coalesce(sum(purchases), 0)
FROM {months}
""")

FIRST_SQL = sql.SQL("SELECT min(period) FROM {activity} WHERE purchases > 0")


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
    parts = len(PeriodKind.values) + 2
    progress.report(0, parts, "Adding up what each customer bought by week and by month")
    for base in (PeriodKind.WEEK, PeriodKind.MONTH):
        make_activity(f"{NAME}_{base}", base, as_of)
    first, customers, last, purchases = rows_of(EXTENT_SQL.format(months=_table(PeriodKind.MONTH)))[0]
    progress.report(1, parts, "Finding what each last order was mostly of")
    _make_main_lines()
    rates: list[RetentionRate] = []
    for place, kind in enumerate(PeriodKind.values, start=2):
        progress.report(place, parts, f"Comparing each {kind} with the one before")
        if kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
            roll_up(f"{NAME}_{kind}", f"{NAME}_{PeriodKind.MONTH}", kind)
        rates += _rates(kind, as_of, run_id)
    drop(MAIN_LINES, *(f"{NAME}_{kind}" for kind in PeriodKind.values))
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
            "customers": customers,
            "purchases": int(purchases),
            "sentences": sentences(as_of, customers, shown),
        },
        data_from=first,
        data_to=min(Period.of(last, PeriodKind.MONTH).end, as_of) if last else None,
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


def _table(kind: str) -> sql.Identifier:
    return sql.Identifier(f"{NAME}_{kind}")


def _make_main_lines() -> None:
    drop(MAIN_LINES)
    execute(
        MAIN_LINES_SQL.format(
            main_lines=sql.Identifier(MAIN_LINES),
            mask=sql.Literal(LAST_ORDER_MASK),
            length=sql.Literal(LONGEST_VALUE),
            weeks=_table(PeriodKind.WEEK),
            months=_table(PeriodKind.MONTH),
        )
    )


def _rates(kind: str, as_of: dt.date, run_id: int) -> list[RetentionRate]:
    """Every period of a kind after the first with a purchase, in total and by dimension."""
    first = rows_of(FIRST_SQL.format(activity=_table(kind)))[0][0]
    if first is None:
        return []
    pairs = sql.Identifier(PAIRS)
    drop(PAIRS)
    execute(
        PAIRS_SQL.format(
            pairs=pairs,
            activity=_table(kind),
            length=LENGTHS[kind],
            main_lines=sql.Identifier(MAIN_LINES),
            history=sql.Identifier(ScoreHistory._meta.db_table),
            mask=sql.Literal(LAST_ORDER_MASK),
            as_of=sql.Literal(as_of),
        )
    )
    found = rows_of(RATES_SQL.format(pairs=pairs, figures=FIGURES, products=sql.Literal(MOST_PRODUCTS)))
    drop(PAIRS)
    return _stored(kind, as_of, run_id, first, found)


def _stored(
    kind: str, as_of: dt.date, run_id: int, first: dt.date, found: Sequence[tuple[Any, ...]]
) -> list[RetentionRate]:
    """The rows to store: one a period and value; periods without anybody at the start are there with zeros."""
    named = {start for start, dimension, value, *_ in found if dimension == "segment" and value}
    rows: dict[tuple[dt.date, str, str], Sequence[Any]] = {
        (start, dimension, value): figures
        for start, dimension, value, *figures in found
        # where no month end of scores is kept, there are no segments to tell apart
        if dimension != "segment" or (kind != PeriodKind.WEEK and start in named)
    }
    for period in periods_between(Period.of(first, kind).next, Period.of(as_of, kind)):
        rows.setdefault((period.start, TOTAL, ""), NOBODY)
    return [
        _rate(Period(start, kind), as_of, run_id, dimension, value, figures)
        for (start, dimension, value), figures in sorted(rows.items())
    ]


def _rate(
    period: Period, as_of: dt.date, run_id: int, dimension: str, value: str, figures: Sequence[Any]
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
        active_at_start=active,
        retained=kept,
        sales=sales,
        sales_kept=sales_kept,
        sales_now=sales_now,
        profit=profit if has_costs else None,
        profit_kept=profit_kept if has_costs else None,
        largest_sale=largest,
        without_rate=without_rate,
    )

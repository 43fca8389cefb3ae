"""Recency, frequency, monetary value: one row of scores per customer, by set-based SQL, swapped in at once.

Rules (docs/users and the glossary of the house): a purchase is an order with a line of positive quantity or, without
quantities, an amount of zero or more; recency is the days from the last purchase to as-of, frequency the number of
purchases, monetary the net revenue of all orders, returns included, in the company's currency and to the cent. A score
is 1 + floor(5 x customers strictly worse / N): equal values get equal scores, each dimension by itself. N are the
customers with a purchase up to as-of (within the window, where one is set). Archived contacts are among them: they
did buy. The usage level ranks the purchases of the last 365 days in the same way, of the same customers and whatever
the window: heavy is who has at least 80 % of them strictly below, moderate 50 % (the shares can be edited), infrequent
the rest; who first bought less than 90 days ago is new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.choices import Usage
from analytics.models import RfmScore, RfmSegment, UsageLevel
from analytics.statements import analyze_table, drop_tables, execute, rows_of
from analytics.steps import StepResult, whole_number
from analytics.steps.sentences import sentences
from analytics.swapping import hold, rebuild
from crm.jobs import Progress
from crm.templatetags.figures import number

if TYPE_CHECKING:
    from analytics.models import ModelRun

TABLE = RfmScore._meta.db_table
BASE = f"{TABLE}_base"
PARTS = 6
LETTERS = ("r", "f", "m")
USAGE = "usage"
TENURE_DAYS, USAGE_DAYS = 90, 365
VALUES = {"r": "last_purchase_on", "f": "frequency", "m": "monetary"}
SCORE_SHARES = (20, 40, 60, 80)

# an ordinary table, not a temporary one: PostgreSQL reads temporary tables in one process only
BASE_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {base} AS
SELECT contact_id,
       max(ordered_on) FILTER (WHERE is_purchase {window}) AS last_purchase_on,
       count(*) FILTER (WHERE is_purchase {window}) AS frequency,
       coalesce(sum(base_amount) {money_window}, 0) AS revenue,
       round(coalesce(sum(base_amount) {money_window}, 0), 2) AS monetary,
       min(ordered_on) {money_window} AS first_on,
       count(*) {money_window} - count(base_amount) {money_window} AS without_rate,
       min(ordered_on) FILTER (WHERE is_purchase) AS first_purchase_on,
       count(*) FILTER (WHERE is_purchase AND ordered_on > {year_before}) AS purchases_365
FROM orders_order
WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}
GROUP BY contact_id
HAVING bool_or(is_purchase {window})
""")
TOTALS_SQL = sql.SQL("""
SELECT count(*), coalesce(sum(frequency), 0), coalesce(sum(revenue), 0), coalesce(sum(without_rate), 0),
       min(first_on), max(last_purchase_on), coalesce(max(frequency), 0), count(*) FILTER (WHERE monetary < 0)
FROM {base}
""")
PERCENTILES_SQL = sql.SQL("""
SELECT percentile_disc({shares}) WITHIN GROUP (ORDER BY last_purchase_on),
       percentile_disc({shares}) WITHIN GROUP (ORDER BY frequency),
       percentile_disc({shares}) WITHIN GROUP (ORDER BY monetary),
       percentile_disc({shares}) WITHIN GROUP (ORDER BY purchases_365)
FROM {base}
""")
SCORES_SQL = sql.SQL("""
SELECT scored.*, {segment} AS segment, {tone} AS tone
FROM (
    SELECT contact_id, {run_id} AS run_id, {as_of} AS as_of, last_purchase_on,
           {as_of} - last_purchase_on AS recency_days, frequency, monetary, first_purchase_on, purchases_365,
           {usage_level} AS usage_level, {r} AS r, {f} AS f, {m} AS m
    FROM {base}
) AS scored
""")
CELLS_SQL = sql.SQL("""
SELECT r, f, m, segment, count(*), sum(monetary), sum(frequency) FROM {table} GROUP BY r, f, m, segment ORDER BY 1, 2, 3
""")
USAGE_SQL = sql.SQL("SELECT usage_level, count(*) FROM {table} GROUP BY usage_level ORDER BY 2 DESC, 1")


@dataclass(frozen=True)
class Totals:
    """What the customers of a run come to. `without_rate` counts orders whose currency has no exchange rate,
    `most_purchases` those of one customer, `negative` the customers whose returns outweigh what they bought."""

    customers: int
    purchases: int
    revenue: float
    without_rate: int
    first_on: dt.date | None
    last_on: dt.date | None
    most_purchases: int
    negative: int


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`window_days`: only orders of the last so many days, the day of as-of included; None is all history."""
    return {"window_days": whole_number(given.get("window_days"), name="window_days")}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Score every customer as of the end of `as_of`. In the caller's transaction; a second run waits for the first."""
    hold(TABLE)
    progress.report(0, PARTS, "Adding up the orders of each customer")
    make_base(as_of, parameters["window_days"])
    totals = _totals()
    progress.report(1, PARTS, "Ranking the customers")
    percentiles = _percentiles(totals.customers)
    part = iter(range(2, PARTS))
    rows = rebuild(
        TABLE, _scores(as_of, run_id, percentiles), lambda message: progress.report(next(part), PARTS, message)
    )
    drop_base()
    cells = rows_of(CELLS_SQL.format(table=sql.Identifier(TABLE)))
    progress.report(PARTS, PARTS, "Done")
    return StepResult(
        rows=rows,
        parameters=dict(parameters),
        metrics=_metrics(as_of, parameters, totals, cells, percentiles),
        data_from=totals.first_on,
        data_to=totals.last_on,
    )


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    figures = run.metrics
    purchases, revenue = number(figures["purchases"]), number(figures["net_revenue"], 2)
    said = [f"{number(run.row_count)} customers, {purchases} purchases, {revenue} net revenue"]
    said += [
        f"{letter.upper()} 1 to 5: {', '.join(number(count) for count in counts)}"
        for letter, counts in figures["by_score"].items()
    ]
    said += [f"{name}: {number(count)}" for name, count in figures["segments"].items()]
    return [*said, *figures["sentences"]]


def share_index(share: int, customers: int) -> int:
    """Which customer, counted from 1 in rising order, a value must beat to have `share` percent strictly below it."""
    return -(-share * customers // 100)


def make_base(as_of: dt.date, window_days: int | None) -> None:
    """The values that are ranked, a row a customer, in a table for the rest of the transaction."""
    window: sql.Composable = sql.SQL("")
    money_window: sql.Composable = sql.SQL("")
    if window_days is not None:
        inside = sql.SQL("ordered_on > {}").format(sql.Literal(_days_before(as_of, window_days)))
        window = sql.SQL("AND {}").format(inside)
        money_window = sql.SQL("FILTER (WHERE {})").format(inside)
    execute(
        BASE_SQL.format(
            base=sql.Identifier(BASE),
            as_of=sql.Literal(as_of),
            window=window,
            money_window=money_window,
            year_before=sql.Literal(_days_before(as_of, USAGE_DAYS)),
        )
    )
    analyze_table(BASE)


def drop_base() -> None:
    drop_tables(BASE)


def scores_query(as_of: dt.date, run_id: int) -> sql.Composed:
    """The query of the scores of the customers in the base, as the table of scores has them."""
    return _scores(as_of, run_id, _percentiles(_totals().customers))


def _days_before(day: dt.date, count: int) -> dt.date:
    """So many days earlier, or the first day of the calendar."""
    return day - dt.timedelta(days=min(count, (day - dt.date.min).days))


def _totals() -> Totals:
    customers, purchases, revenue, *rest = rows_of(TOTALS_SQL.format(base=sql.Identifier(BASE)))[0]
    return Totals(int(customers), int(purchases), round(float(revenue), 2), int(rest[0]), *rest[1:])


def _percentiles(customers: int) -> dict[str, list[Any]]:
    """Per letter the 99 values that must be beaten to have 1, 2, ... 99 percent of the customers strictly below.

    A score of k + 1 or more is a value above the one at place ceil(k x N / 5), since then and only then at least
    k x N / 5 customers are strictly worse. The shares point at the middle of a place: rounding cannot move them.
    """
    if not customers:
        return {letter: [] for letter in (*LETTERS, USAGE)}
    shares = [(share_index(share, customers) - 0.5) / customers for share in range(1, 100)]
    literal = sql.SQL("{}::float8[]").format(sql.Literal(shares))
    return dict(
        zip(
            (*LETTERS, USAGE),
            rows_of(PERCENTILES_SQL.format(shares=literal, base=sql.Identifier(BASE)))[0],
            strict=True,
        )
    )


def _scores(as_of: dt.date, run_id: int, percentiles: Mapping[str, Sequence[Any]]) -> sql.Composed:
    """The query of the new table's rows."""
    segments = list(RfmSegment.objects.order_by("position"))
    return SCORES_SQL.format(
        base=sql.Identifier(BASE),
        run_id=sql.Literal(run_id),
        as_of=sql.SQL("{}::date").format(sql.Literal(as_of)),
        segment=_first_fitting(segments, "name"),
        tone=_first_fitting(segments, "tone"),
        usage_level=_usage_level(as_of, percentiles[USAGE]),
        **{letter: _score(VALUES[letter], cut_offs(percentiles[letter])) for letter in LETTERS},
    )


def cut_offs(percentiles: Sequence[Any]) -> list[Any]:
    """The four values that must be beaten for a score of 2, 3, 4, 5."""
    return [percentiles[share - 1] for share in SCORE_SHARES] if percentiles else []


def _score(column: str, bounds: Sequence[Any]) -> sql.Composed:
    beaten = [sql.SQL("({} > {})::int").format(sql.Identifier(column), sql.Literal(bound)) for bound in bounds]
    return sql.SQL("1 + {}").format(sql.SQL(" + ").join(beaten)) if beaten else sql.Composed([sql.SQL("1")])


def _usage_level(as_of: dt.date, percentiles: Sequence[Any]) -> sql.Composed:
    """CASE over the table of usage levels: new first, then from the most frequent down; the last one takes the rest."""
    if not percentiles:
        return sql.Composed([sql.SQL("''")])
    whens = [
        sql.SQL("WHEN first_purchase_on > {} THEN {}").format(
            sql.Literal(_days_before(as_of, TENURE_DAYS)), sql.Literal(Usage.NEW)
        )
    ]
    above = 0
    for level in UsageLevel.objects.filter(share__isnull=False).order_by("position"):
        above += level.share or 0
        if 0 < above < 100:
            bound = sql.Literal(percentiles[100 - above - 1])
            whens.append(sql.SQL("WHEN purchases_365 > {} THEN {}").format(bound, sql.Literal(level.level)))
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), sql.Literal(Usage.INFREQUENT))


def _first_fitting(segments: Sequence[RfmSegment], field: str) -> sql.Composed:
    """CASE over the segment table; an empty text for scores that no row fits."""
    whens = [
        sql.SQL("WHEN r BETWEEN {} AND {} AND f BETWEEN {} AND {} AND m BETWEEN {} AND {} THEN {}").format(
            *(sql.Literal(getattr(segment, f"{letter}_{end}")) for letter in LETTERS for end in ("low", "high")),
            sql.Literal(getattr(segment, field)),
        )
        for segment in segments
    ]
    if not whens:
        return sql.Composed([sql.SQL("''")])
    return sql.SQL("CASE {} ELSE '' END").format(sql.SQL(" ").join(whens))


def _metrics(
    as_of: dt.date,
    parameters: Mapping[str, Any],
    totals: Totals,
    cells: Sequence[tuple[Any, ...]],
    percentiles: Mapping[str, Sequence[Any]],
) -> dict[str, Any]:
    """The figures of a run. `cells`: r, f, m, segment, customers, net revenue, purchases."""
    counts = {
        letter: [sum(cell[4] for cell in cells if cell[place] == score) for score in range(1, 6)]
        for place, letter in enumerate(LETTERS)
    }
    said = sentences(as_of, parameters["window_days"], counts, totals)
    if unnamed := sum(cell[4] for cell in cells if not cell[3]):
        said.append(f"{unnamed:,} of them fit no row of the table of segments and have no name.")
    return {
        "customers": totals.customers,
        "purchases": totals.purchases,
        "net_revenue": totals.revenue,
        "segments": _segment_counts(cells),
        "by_score": counts,
        "cut_offs": {letter: [_plain(value) for value in cut_offs(percentiles[letter])] for letter in LETTERS},
        "usage": dict(rows_of(USAGE_SQL.format(table=sql.Identifier(TABLE)))),
        "orders_without_rate": totals.without_rate,
        "sentences": said,
        "percentiles": {letter: [_plain(value) for value in percentiles[letter]] for letter in LETTERS},
        "cells": [
            [r, f, m, name, count, float(revenue), int(purchases)] for r, f, m, name, count, revenue, purchases in cells
        ],
    }


def _segment_counts(cells: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Customers by segment name, the largest first."""
    counts: dict[str, int] = {}
    for cell in cells:
        if cell[3]:
            counts[cell[3]] = counts.get(cell[3], 0) + cell[4]
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value if isinstance(value, int) else str(value)

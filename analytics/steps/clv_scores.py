"""The figures of each customer from the fitted models: arrays of one length, NaN where a figure cannot be told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from psycopg import sql

from analytics.mathematics import beta_geometric, gamma_gamma
from analytics.mathematics.fitting import Fit
from analytics.mathematics.forecasting import discounts, expected_purchases, month_ends, value_weights, waiting_time
from analytics.mathematics.histories import DAYS_A_WEEK, Floats, Histories
from analytics.mathematics.predicting import Horizon, Valued, outlook, total_interval
from analytics.models import ClvScore
from analytics.statements import analyze_table, day, drop_tables, execute, write_columns
from analytics.steps.order_money import profit_query
from analytics.steps.purchase_histories import PurchaseHistories

TABLE = ClvScore._meta.db_table
BASE = f"{TABLE}_base"
PROFIT = f"{TABLE}_profit"
FURTHEST_DAYS = 3_650  # a purchase expected later than that is none
MOST_MONEY, MOST_PURCHASES = 9e15, 9e7  # what the columns hold; more is no forecast but a wild one
BASE_COLUMNS = (
    "contact_id", "x", "last_days", "age_days", "p_alive", "expected_purchases", "expected_value", "clv", "clv_low",
    "clv_high", "days_to_next", "margin",
)  # fmt: skip
BOUNDED = {
    "expected_purchases": MOST_PURCHASES,
    **dict.fromkeys(("expected_value", "clv", "clv_low", "clv_high"), MOST_MONEY),
}
BASE_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {base} (
    contact_id int8, x int4, last_days int4, age_days int4, p_alive float8, expected_purchases float8,
    expected_value float8, clv float8, clv_low float8, clv_high float8, days_to_next float8,
    margin float8
)
""")
PROFIT_TABLE_SQL = sql.SQL("CREATE UNLOGGED TABLE {profit} AS {query}")
FILL_SQL = sql.SQL("""
SELECT contact_id, {run_id} AS run_id, {as_of} AS as_of,
       x, last_days / 7.0::float8 AS t_x, age_days / 7.0::float8 AS age,
       {as_of} - (age_days - last_days) AS last_purchase_on, age_days - last_days AS days_quiet,
       nullif(p_alive, 'NaN')::numeric AS p_alive, nullif(expected_purchases, 'NaN')::numeric AS expected_purchases,
       nullif(expected_value, 'NaN')::numeric AS expected_value, nullif(clv, 'NaN')::numeric AS clv,
       nullif(clv_low, 'NaN')::numeric AS clv_low, nullif(clv_high, 'NaN')::numeric AS clv_high,
       {as_of} + nullif(days_to_next, 'NaN')::int4 AS next_purchase_on, profit AS historic_profit
FROM {base} JOIN {profit} USING (contact_id)
""")


@dataclass(frozen=True)
class Fits:
    """The models of a run; None where one could not be fitted. `modified` is the MBG/NBD."""

    purchases: Fit | None = None
    modified: Fit | None = None
    money: Fit | None = None


@dataclass(frozen=True)
class Scores:
    """An entry a customer; `variance` is that of the value of the coming months."""

    p_alive: Floats
    expected_purchases: Floats
    expected_value: Floats
    clv: Floats
    clv_low: Floats
    clv_high: Floats
    days_to_next: Floats
    variance: Floats


def horizon_of(months: int, rate: float) -> Horizon:
    """The coming months, discounted at `rate` a year."""
    return Horizon(month_ends(months), discounts(months, rate))


def compute(found: PurchaseHistories, fits: Fits, *, months: int, rate: float, margin: Floats) -> Scores:
    """All figures; `margin` is each customer's.

    P(alive) is that of MBG/NBD for customers with one purchase day, else of BG/NBD.
    """
    nothing = np.full(len(found), np.nan)
    if fits.purchases is None or not len(found):
        return Scores(*(nothing,) * 8)
    histories, place = found.compressed
    model = beta_geometric.model_of(fits.purchases)
    ends = month_ends(months)
    made = expected_purchases(model, histories, ends)
    alive = model.alive(histories)
    if fits.modified is not None:
        alive = np.where(histories.x == 0, beta_geometric.model_of(fits.modified).alive(histories), alive)
    days = np.rint(waiting_time(model, histories) * DAYS_A_WEEK)
    waits = np.where(days <= FURTHEST_DAYS, np.maximum(days, 1), np.nan)[place]
    purchases, p_alive = made[:, -1][place], alive[place]
    if fits.money is None:
        return Scores(p_alive, purchases, nothing, nothing, nothing, nothing, waits, nothing)
    values = gamma_gamma.model_of(fits.money)
    worth = values.expected_mean(found.days_with_value, found.mean_value)
    clv = margin * worth * (made @ value_weights(months, rate))[place]
    low, high, variance = _interval(found, fits, horizon_of(months, rate), margin)
    # the shortest interval need not hold the mean of a skew distribution: it is drawn out to it
    return Scores(p_alive, purchases, worth, clv, np.minimum(low, clv), np.maximum(high, clv), waits, variance)


def _interval(found: PurchaseHistories, fits: Fits, horizon: Horizon, margin: Floats) -> tuple[Floats, Floats, Floats]:
    """Low, high and variance of each customer's value; margins may be below 0, then low and high change places."""
    assert fits.purchases and fits.money  # noqa: S101
    histories, place = found.compressed
    values = gamma_gamma.model_of(fits.money)
    model = beta_geometric.model_of(fits.purchases)
    # most customers know the value of every repeat day: one history, one number of days
    days = found.days_with_value
    key = place * (int(days.max(initial=0)) + 1) + days
    distinct, of = np.unique(key, return_inverse=True)
    rows = distinct // (int(days.max(initial=0)) + 1)
    kept = Histories(histories.x[rows], histories.last[rows], histories.age[rows], np.ones(len(rows)))
    known = distinct % (int(days.max(initial=0)) + 1)
    likely = outlook(model, values, kept, known, horizon)
    scale = margin * (values.v + days * found.mean_value)
    ends = np.stack([likely.low[of] * scale, likely.high[of] * scale])
    return ends.min(axis=0), ends.max(axis=0), likely.variance[of] * scale**2


def interval_of_total(
    found: PurchaseHistories, fits: Fits, scores: Scores, horizon: Horizon
) -> tuple[float, float] | None:
    """90 % interval of the sum of all customers' values: their own luck, and what the parameters leave open."""
    if fits.purchases is None or fits.money is None or not len(found):
        return None
    order = np.argsort(found.x, kind="stable")
    histories = Histories(
        found.x[order], found.last_days[order] / DAYS_A_WEEK, found.age_days[order] / DAYS_A_WEEK, np.ones(len(found))
    )
    customers = Valued(histories, found.days_with_value[order], found.mean_value[order])
    total, variance = float(scores.clv.sum()), float(scores.variance.sum())
    return total_interval(fits.purchases, fits.money, customers, total, variance, horizon)


def stage(found: PurchaseHistories, scores: Scores, as_of: dt.date, margin: Floats) -> None:
    """Write the figures, and each customer's profit to date, into tables of the transaction's own."""
    columns = {
        "contact_id": found.contact_id,
        "x": found.x.astype("i4"),
        "last_days": found.last_days.astype("i4"),
        "age_days": found.age_days.astype("i4"),
        **{name: getattr(scores, name).astype("f8") for name in BASE_COLUMNS[4:-1]},
        "margin": margin,
    }
    for name, most in BOUNDED.items():
        columns[name] = np.clip(columns[name], -most, most)
    execute(BASE_SQL.format(base=sql.Identifier(BASE)))
    write_columns(BASE, BASE_COLUMNS, columns)
    execute(PROFIT_TABLE_SQL.format(profit=sql.Identifier(PROFIT), query=profit_query(as_of, BASE)))
    for name in (BASE, PROFIT):
        analyze_table(name)


def fill_query(as_of: dt.date, run_id: int) -> sql.Composed:
    """The rows of the new table of scores."""
    return FILL_SQL.format(
        run_id=sql.Literal(run_id), as_of=day(as_of), base=sql.Identifier(BASE), profit=sql.Identifier(PROFIT)
    )


def drop_stage() -> None:
    """Remove the tables that `stage` made."""
    drop_tables(BASE, PROFIT)

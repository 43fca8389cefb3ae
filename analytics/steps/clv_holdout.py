"""The test of the models: fitted on the first part of the history, held against what the customers did in the second.

The hold-out is half of the history, at most a year. Its figures: purchases made and expected, week by week for all
customers together and for each customer given its own history, by frequency class, for each model; and how many of the
realised values lie inside their 90 % predictive intervals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics import beta_geometric, gamma_gamma, pareto_nbd
from analytics.mathematics.fitting import CannotFit, Fit
from analytics.mathematics.forecasting import expected_of_new, expected_purchases
from analytics.mathematics.histories import DAYS_A_WEEK, Floats, Histories, Ints
from analytics.mathematics.predicting import Horizon, outlook
from analytics.statements import day, read_columns
from analytics.steps.purchase_histories import PurchaseHistories, read_histories

LONGEST_DAYS = 364
SHORTEST_DAYS = 28
CLASSES = 8  # repeat days 0 to 6, and 7 or more
LEAST_REPEATERS = 20
REALISED_SQL = sql.SQL("""
SELECT contact_id::int8, count(*)::int4 AS days, coalesce(sum(value), 0)::float8 AS money
FROM (
    SELECT contact_id, ordered_on, sum(base_amount) AS value
    FROM orders_order
    WHERE contact_id IS NOT NULL AND is_purchase AND ordered_on > {cutoff} AND ordered_on <= {as_of}
    GROUP BY contact_id, ordered_on
) AS days
GROUP BY contact_id
""")
REPEATS_SQL = sql.SQL("""
SELECT ({as_of} - ordered_on)::int4 AS days_ago, count(*)::int8 AS customers
FROM (
    SELECT ordered_on, min(ordered_on) OVER (PARTITION BY contact_id) AS first_on
    FROM orders_order
    WHERE contact_id IS NOT NULL AND is_purchase AND ordered_on <= {as_of}
    GROUP BY contact_id, ordered_on
) AS days
WHERE first_on <= {cutoff} AND ordered_on > first_on
GROUP BY 1
""")


@dataclass(frozen=True)
class Model:
    """A fitted model as the test sees it: what it expects of a customer given the history, and of a new one."""

    fitted: Fit
    given: Callable[[Histories, float], Floats]
    of_new: Callable[[Floats], Floats]


def validate(as_of: dt.date, first_on: dt.date) -> dict[str, Any] | None:
    """The figures of the test, as JSON; None where the history is too short or too thin to be parted."""
    span = (as_of - first_on).days + 1
    weeks = min(span // 2, LONGEST_DAYS) // DAYS_A_WEEK
    if weeks * DAYS_A_WEEK < SHORTEST_DAYS:
        return None
    cutoff = as_of - dt.timedelta(days=weeks * DAYS_A_WEEK)
    known = read_histories(cutoff)
    if (known.x > 0).sum() < LEAST_REPEATERS:
        return None
    models = fit_models(known.compressed[0])
    if not models:
        return None
    days, money = _realised(known, cutoff, as_of)
    return {
        "cutoff": cutoff.isoformat(),
        "weeks": weeks,
        "customers": len(known),
        "repeat_customers": int((known.x > 0).sum()),
        "models": [_errors(one, known, days, float(weeks)) for one in models],
        "classes": _classes(models, known, days, float(weeks)),
        **_weekly(models, known, as_of, cutoff, first_on, weeks),
        **_money(models[0].fitted, known, money, float(weeks)),
    }


def fit_models(histories: Histories) -> list[Model]:
    """BG/NBD first, then MBG/NBD and Pareto/NBD; without those that cannot be fitted, none without the first."""
    found: list[Model] = []
    for shift in (0, 1):
        try:
            fitted = beta_geometric.fit(histories, shift)
        except CannotFit:
            return found
        found.append(_beta_geometric(fitted))
    try:
        other = pareto_nbd.fit(histories)
    except CannotFit:
        return found
    pareto = pareto_nbd.model_of(other)
    return [*found, Model(other, pareto.expected_purchases, pareto.expected_of_new)]


def _beta_geometric(fitted: Fit) -> Model:
    model = beta_geometric.model_of(fitted)
    return Model(
        fitted,
        lambda histories, time: expected_purchases(model, histories, np.array([time]))[:, 0],
        lambda times: expected_of_new(model, times),
    )


def _realised(known: PurchaseHistories, cutoff: dt.date, as_of: dt.date) -> tuple[Ints, Floats]:
    """Purchase days after the cut-off and their money, for each known customer."""
    columns = (("contact_id", "i8"), ("days", "i4"), ("money", "f8"))
    rows = read_columns(REALISED_SQL.format(cutoff=day(cutoff), as_of=day(as_of)), columns)
    order = np.argsort(known.contact_id)
    ids = known.contact_id[order]
    bought = rows["contact_id"].astype(np.int64)
    place = np.minimum(np.searchsorted(ids, bought), len(ids) - 1)
    is_known = ids[place] == bought
    days, money = np.zeros(len(known), np.int64), np.zeros(len(known))
    target = order[place[is_known]]
    days[target], money[target] = rows["days"][is_known], rows["money"][is_known]
    return days, money


def _errors(model: Model, known: PurchaseHistories, days: Ints, weeks: float) -> dict[str, Any]:
    """How well a model foretold each customer's purchases of the hold-out."""
    histories, place = known.compressed
    expected = model.given(histories, weeks)[place]
    off = expected - days
    moves = expected.std() > 0 and days.std() > 0
    return {
        "name": model.fitted.model,
        "parameters": {name: round(value, 6) for name, value in model.fitted.parameters.items()},
        "log_likelihood": round(model.fitted.log_likelihood, 3),
        "fitted_on": int(model.fitted.customers),
        "expected": round(float(expected.sum()), 2),
        "actual": int(days.sum()),
        "error": _share(float(off.sum()), float(days.sum())),
        "mae": round(float(np.abs(off).mean()), 5),
        "rmse": round(float(np.sqrt((off**2).mean())), 5),
        "correlation": round(float(np.corrcoef(expected, days)[0, 1]), 4) if moves else None,
    }


def _classes(models: Sequence[Model], known: PurchaseHistories, days: Ints, weeks: float) -> list[dict[str, Any]]:
    """By repeat days up to the cut-off: customers, purchases of the hold-out a customer, and the expected ones."""
    histories, place = known.compressed
    expected = {model.fitted.model: model.given(histories, weeks)[place] for model in models}
    of_class = np.minimum(known.x, CLASSES - 1)
    found = []
    for one in range(CLASSES):
        inside = of_class == one
        if inside.any():
            means = {name: round(float(values[inside].mean()), 4) for name, values in expected.items()}
            actual = round(float(days[inside].mean()), 4)
            found.append({"x": one, "customers": int(inside.sum()), "actual": actual, "expected": means})
    return found


def _weekly(
    models: Sequence[Model],
    known: PurchaseHistories,
    as_of: dt.date,
    cutoff: dt.date,
    first_on: dt.date,
    weeks: int,
) -> dict[str, Any]:
    """Repeat purchases of all known customers since the first one, week by week: made, and expected by each model."""
    span = (as_of - first_on).days + 1
    ends = np.arange(span % DAYS_A_WEEK or DAYS_A_WEEK, span + 1, DAYS_A_WEEK)
    rows = read_columns(
        REPEATS_SQL.format(as_of=day(as_of), cutoff=day(cutoff)), (("days_ago", "i4"), ("customers", "i8"))
    )
    on_day = np.bincount(span - 1 - rows["days_ago"], weights=rows["customers"], minlength=span)
    actual = np.cumsum(on_day)[ends - 1].astype(int)
    born = (cutoff - first_on).days - known.age_days
    births = np.bincount(born, minlength=span)
    # a first purchase on day d (0 is the first one) has run for end - 1 - d days at the end of a week
    lags = ends[:, None] - 1 - np.arange(span)
    curves = {}
    for model in models:
        of_day = model.of_new(np.arange(span) / DAYS_A_WEEK)
        expected = np.where(lags >= 0, of_day[np.maximum(lags, 0)], 0.0) @ births
        curves[model.fitted.model] = np.round(expected, 2).tolist()
    held = len(ends) - weeks
    main = np.asarray(curves[models[0].fitted.model])
    return {
        "weekly": {"days": ends.tolist(), "actual": actual.tolist(), "expected": curves, "held_from": held},
        "cumulative_error": _share(float(main[-1] - actual[-1]), float(actual[-1])),
        "weekly_error": _mean_error(main, actual, held),
    }


def _mean_error(expected: Floats, actual: Ints, held: int) -> float | None:
    """Mean absolute error of the cumulative curve in the held-out weeks, as a share of the actual."""
    inside = actual[held:] > 0
    if not inside.any():
        return None
    return round(float(np.mean(np.abs(expected[held:] - actual[held:])[inside] / actual[held:][inside])), 4)


def _money(purchases: Fit, known: PurchaseHistories, money: Floats, weeks: float) -> Mapping[str, Any]:
    """What the customers spent in the hold-out beside what was expected, and the share inside their intervals."""
    days, mean = known.days_with_value, known.mean_value
    try:
        fitted = gamma_gamma.fit(days[days > 0], mean[days > 0])
    except CannotFit:
        return {}
    values = gamma_gamma.model_of(fitted)
    histories, place = known.compressed
    model = beta_geometric.model_of(purchases)
    expected = expected_purchases(model, histories, np.array([weeks]))[:, 0][place] * values.expected_mean(days, mean)
    order = np.argsort(known.x, kind="stable")
    each = Histories(
        known.x[order], known.last_days[order] / DAYS_A_WEEK, known.age_days[order] / DAYS_A_WEEK, np.ones(len(known))
    )
    likely = outlook(model, values, each, days[order], Horizon(np.array([weeks]), np.ones(1)))
    scale = (values.v + days * mean)[order]
    inside = (money[order] >= likely.low * scale - 0.005) & (money[order] <= likely.high * scale + 0.005)
    return {
        "money": round(float(money.sum()), 2),
        "expected_money": round(float(expected.sum()), 2),
        "money_error": _share(float(expected.sum() - money.sum()), float(money.sum())),
        "inside_interval": round(float(inside.mean()), 4),
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None

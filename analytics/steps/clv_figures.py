"""The figures of customer lifetime value for its page: made of arrays once, so that the page reads results only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from analytics.mathematics import beta_geometric
from analytics.mathematics.fitting import CannotFit, Fit
from analytics.mathematics.forecasting import expected_of_new, month_ends
from analytics.mathematics.histories import Floats
from analytics.steps.clv_scores import Scores
from analytics.steps.purchase_histories import PurchaseHistories

X_CLASSES = (0, 1, 2, 3, 4, 5, 6, 7)  # the last one is "or more"
QUIET_ENDS = (30, 90, 180, 365, 730)  # days since the last purchase, up to; then longer
NICE = np.array([base * 10.0**power for power in range(-2, 12) for base in (1, 2, 5)])
MOST_BARS = 12
LEAST_OF_COHORT = 50
MOST_COHORTS = 12
YOUNGEST_WEEKS = 8
NORMAL_95 = 1.959964


def cells(found: PurchaseHistories, scores: Scores) -> list[list[float]]:
    """By class of repeat days and of days since the last purchase: both places, customers, sums of P(alive) and CLV."""
    column = np.minimum(found.x, len(X_CLASSES) - 1)
    row = np.searchsorted(QUIET_ENDS, found.age_days - found.last_days)
    key = row * len(X_CLASSES) + column
    size = len(X_CLASSES) * (len(QUIET_ENDS) + 1)
    count = np.bincount(key, minlength=size)
    alive = np.bincount(key, weights=np.nan_to_num(scores.p_alive), minlength=size)
    value = np.bincount(key, weights=np.nan_to_num(scores.clv), minlength=size)
    return [
        [
            place % len(X_CLASSES),
            place // len(X_CLASSES),
            int(count[place]),
            round(alive[place], 4),
            round(value[place], 2),
        ]
        for place in np.flatnonzero(count).tolist()
    ]


def breaks(clv: Floats) -> list[float]:
    """Round bounds that part the values into bars: 0 or less than the first, and so on up to more than the last."""
    known = clv[np.isfinite(clv) & (clv > 0)]
    if not len(known):
        return []
    low, high = np.quantile(known, [0.02, 0.999])
    bounds = NICE[(low <= NICE) & (high >= NICE)]
    while len(bounds) > MOST_BARS - 1:
        bounds = bounds[::2]
    return [float(round(one, 2)) for one in bounds]


def bars(clv: Floats, bounds: list[float]) -> list[list[float]]:
    """Customers and the sum of their values in each bar; one bar more than bounds."""
    known = clv[np.isfinite(clv)]
    place = np.searchsorted(bounds, known, side="right")
    count = np.bincount(place, minlength=len(bounds) + 1)
    value = np.bincount(place, weights=known, minlength=len(bounds) + 1)
    return [[int(one), round(float(two), 2)] for one, two in zip(count, value, strict=True)]


def concentration(clv: Floats) -> list[float]:
    """Share of all value that the best 1, 2, ... 10 tenths of the customers hold."""
    known = np.sort(np.maximum(clv[np.isfinite(clv)], 0))[::-1]
    if not len(known) or known.sum() <= 0:
        return []
    held = np.cumsum(known) / known.sum()
    return [round(float(held[max(-(-len(held) * tenth // 10) - 1, 0)]), 4) for tenth in range(1, 11)]


def seen(found: PurchaseHistories) -> dict[str, Any] | None:
    """What the customers did so far, which needs no model: how many came back, with the 95 % interval of that share
    (Wilson), the mean days between their purchase days, the mean value of a repeat day. None without customers."""
    if not len(found):
        return None
    n, repeats, valued = len(found), int(found.x.sum()), int(found.valued.sum())
    share, z2 = float((found.x > 0).mean()), NORMAL_95**2
    middle, half = share + z2 / (2 * n), NORMAL_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return {
        "share": round(share, 6),
        "low": round(float((middle - half) / (1 + z2 / n)), 6),
        "high": round(float((middle + half) / (1 + z2 / n)), 6),
        "days_between": round(float(found.last_days.sum()) / repeats, 1) if repeats else None,
        "repeat_value": round(float(found.money.sum()) / valued, 2) if valued else None,
    }


def fit_figures(fit: Fit | None) -> dict[str, Any] | None:
    """A fit as JSON."""
    if fit is None:
        return None
    return {
        "model": fit.model,
        "parameters": fit.parameters,
        "errors": fit.errors,
        "log_likelihood": round(fit.log_likelihood, 4),
        "customers": int(fit.customers),
        "edges": list(fit.edges),
    }


def cohorts(found: PurchaseHistories, as_of: dt.date, months: int) -> dict[str, Any]:
    """BG/NBD fitted to the customers of each quarter (or year) of the first purchase alone; large ones only."""
    if not len(found):
        return {"rows": []}
    first = np.datetime64(as_of) - found.age_days.astype("timedelta64[D]")
    quarter = first.astype("datetime64[M]").astype(int) // 3
    unit, labels = ("quarter", quarter)
    if quarter.max() - quarter.min() + 1 > MOST_COHORTS:
        unit, labels = ("year", quarter // 4)
    rows, apart, together = [], 0.0, 0
    chosen = np.zeros(len(found), bool)
    for label in np.unique(labels)[-MOST_COHORTS:].tolist():
        inside = labels == label
        row, fit = _cohort(found.of(inside), unit, label, months)
        rows.append(row)
        if fit is not None:
            apart += fit.log_likelihood
            together += 1
            chosen |= inside
    return {"unit": unit, "rows": rows, "differ": _differ(found.of(chosen), apart, together)}


def _cohort(part: PurchaseHistories, unit: str, label: int, months: int) -> tuple[dict[str, Any], Fit | None]:
    name = f"{1970 + label // 4} Q{label % 4 + 1}" if unit == "quarter" else str(1970 + label)
    repeaters = int((part.x > 0).sum())
    row: dict[str, Any] = {"name": name, "customers": len(part), "repeat_customers": repeaters}
    if repeaters < LEAST_OF_COHORT or part.age_days.max() < YOUNGEST_WEEKS * 7:
        return row, None
    try:
        fit = beta_geometric.fit(part.compressed[0])
    except CannotFit:
        return row, None
    expected = float(expected_of_new(beta_geometric.model_of(fit), month_ends(months))[-1])
    return {**row, "parameters": fit.parameters, "expected_of_new": round(expected, 4)}, fit


def _differ(part: PurchaseHistories, apart: float, cohorts_fitted: int) -> float | None:
    """How likely cohorts differ as much as these by chance (likelihood ratio); None for fewer than two."""
    if cohorts_fitted < 2:
        return None
    together = beta_geometric.fit(part.compressed[0]).log_likelihood
    return float(chdtrc(4 * (cohorts_fitted - 1), max(2 * (apart - together), 0.0)))


def correlation(found: PurchaseHistories) -> float | None:
    """Between how often and for how much customers come back; None where one of them does not vary."""
    days, mean = found.days_with_value, found.mean_value
    inside: NDArray[np.bool_] = days > 0
    if inside.sum() < 3 or days[inside].std() == 0 or mean[inside].std() == 0:
        return None
    return round(float(np.corrcoef(days[inside], mean[inside])[0, 1]), 4)

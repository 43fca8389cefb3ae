"""Customer lifetime value: how often each customer will buy, for how much, and what that is worth today.

BG/NBD (maximum likelihood) for the purchases, Gamma-Gamma on the mean value of repeat days for their value, MBG/NBD for
the P(alive) of customers with one purchase, to whom BG/NBD gives 1. CLV = sum over the months m = 1..12 of margin x
expected value x expected purchases in m / (1 + d)^(m/12). Where at least half of the revenue has a known cost, the
margin is the customer's own contribution, drawn to the company's the less of it is known; else it is 1, and the values
are revenue. The models are tested on a part of the history that they did not see, beside Pareto/NBD.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from analytics.mathematics import beta_geometric, gamma_gamma
from analytics.mathematics.fitting import CannotFit
from analytics.mathematics.histories import DAYS_A_WEEK
from analytics.steps import AnalysisError, StepResult, clv_figures, clv_holdout, clv_scores, clv_words, whole_number
from analytics.steps.clv_scores import Fits, Scores
from analytics.steps.defaults import CLV_DISCOUNT, CLV_MONTHS
from analytics.steps.margins import Margins, one_margin, read_margins
from analytics.steps.order_money import OrderMoney, count_later, read_money
from analytics.steps.purchase_histories import PurchaseHistories, read_histories
from analytics.swapping import hold, rebuild
from crm.company import company_today
from crm.jobs import Progress

PARTS = 9
LEAST_REPEATERS = 20
LEAST_VALUED = 10
describe = clv_words.describe


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`discount_rate` a year (0.1), `margin` of revenue (None: the company's own, where known), `months` (12)."""
    rate = _share(given.get("discount_rate"), name="clv.discount_rate", most=5.0)
    return {
        "discount_rate": CLV_DISCOUNT if rate is None else rate,
        "margin": _share(given.get("margin"), name="clv.margin", most=1.0),
        "months": whole_number(given.get("months"), name="clv.months", most=60) or CLV_MONTHS,
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Forecast every customer as of the end of `as_of`, in the caller's transaction; a second run waits."""
    hold(clv_scores.TABLE)
    progress.report(0, PARTS, "Reading when each customer bought")
    found, money = read_histories(as_of), read_money(as_of)
    margins = _margins(as_of, parameters["margin"], money)
    margin = margins.of(found.contact_id)
    months, rate = parameters["months"], parameters["discount_rate"]
    progress.report(1, PARTS, "Fitting the models")
    fits, refusals = fit_models(found)
    progress.report(2, PARTS, "Forecasting each customer")
    scores = clv_scores.compute(found, fits, months=months, rate=rate, margin=margin)
    total = clv_scores.interval_of_total(found, fits, scores, clv_scores.horizon_of(months, rate))
    progress.report(3, PARTS, "Testing the models on a part that they have not seen")
    holdout = clv_holdout.validate(as_of, money.first_on) if fits.purchases and money.first_on else None
    progress.report(4, PARTS, "Comparing the cohorts")
    apart = clv_figures.cohorts(found, as_of, months) if fits.purchases else {"rows": []}
    progress.report(5, PARTS, "Writing the figures of each customer")
    clv_scores.stage(found, scores, as_of, margin)
    part = iter(range(6, PARTS))
    query = clv_scores.fill_query(as_of, run_id)
    rows = rebuild(clv_scores.TABLE, query, lambda message: progress.report(next(part), PARTS, message))
    clv_scores.drop_stage()
    metrics = _metrics(found, fits, scores, total, months) | {
        "has_costs": parameters["margin"] is None and money.margin is not None,
        "own_margins": margins.figures(),
        "holdout": holdout,
        "cohorts": apart,
        "sentences": _sentences(as_of, found, money, fits, scores, refusals, holdout, margins.company),
    }
    progress.report(PARTS, PARTS, "Done")
    return StepResult(rows, _parameters(fits, parameters, margins.company), metrics, money.first_on, money.last_on)


def _margins(as_of: dt.date, asked: float | None, money: OrderMoney) -> Margins:
    """What was asked for, or each customer's own; 1 for all where too few costs are known."""
    if asked is not None or money.margin is None:
        return one_margin(1.0 if asked is None else asked)
    return read_margins(as_of, money.margin)


def fit_models(found: PurchaseHistories) -> tuple[Fits, list[str]]:
    """What can be fitted, and a sentence for each model that cannot.

    With fewer than LEAST_REPEATERS who came back the likelihood is nearly flat: its maximum says more of chance than of
    the customers, so there is no forecast, and the run says what was seen instead.
    """
    repeaters = int((found.x > 0).sum())
    if repeaters < LEAST_REPEATERS:
        came = "Nobody has" if not repeaters else "Only 1 customer has" if repeaters == 1 else f"Only {repeaters} have"
        needed = f"a forecast needs at least {LEAST_REPEATERS} customers who have"
        return Fits(), [f"{came} bought on more than one day; {needed}. So nothing is forecast."]
    histories, _place = found.compressed
    try:
        purchases = beta_geometric.fit(histories)
        modified = beta_geometric.fit(histories, shift=1)
    except CannotFit as error:
        return Fits(), [str(error)]
    days, mean = found.days_with_value, found.mean_value
    if (days > 0).sum() < LEAST_VALUED:
        words = "Hardly any repeat purchase has a value above 0, so purchases are forecast but no money."
        return Fits(purchases, modified), [words]
    try:
        return Fits(purchases, modified, gamma_gamma.fit(days[days > 0], mean[days > 0])), []
    except CannotFit as error:
        return Fits(purchases, modified), [str(error)]


def _parameters(fits: Fits, given: Mapping[str, Any], margin: float) -> dict[str, Any]:
    """What the run rests on; the models' parameters are empty where there is no fit."""
    bought = fits.purchases.parameters if fits.purchases else dict.fromkeys(beta_geometric.NAMES)
    valued = fits.money.parameters if fits.money else dict.fromkeys(gamma_gamma.NAMES)
    fixed = {"unit_days": DAYS_A_WEEK, "discount_rate": given["discount_rate"], "months": given["months"]}
    return {**bought, **valued, **fixed, "margin": round(margin, 6)}


def _metrics(
    found: PurchaseHistories, fits: Fits, scores: Scores, total: tuple[float, float] | None, months: int
) -> dict[str, Any]:
    known = np.isfinite(scores.clv)
    bounds = clv_figures.breaks(scores.clv)
    modelled = (fits.purchases, fits.modified, fits.money)
    return {
        "log_likelihood": round(fits.purchases.log_likelihood, 4) if fits.purchases else None,
        "customers": len(found),
        "repeat_customers": int((found.x > 0).sum()),
        "total_clv": round(float(scores.clv.sum()), 2) if known.any() else None,
        "total_clv_low": round(total[0], 2) if total else None,
        "total_clv_high": round(total[1], 2) if total else None,
        "expected_purchases": round(float(scores.expected_purchases.sum()), 2) if fits.purchases else None,
        "mean_p_alive": round(float(scores.p_alive.mean()), 4) if fits.purchases else None,
        "population_value": gamma_gamma.model_of(fits.money).population_mean if fits.money else None,
        "correlation": clv_figures.correlation(found),
        "seen": clv_figures.seen(found),
        "fits": [figures for figures in map(clv_figures.fit_figures, modelled) if figures],
        "cells": clv_figures.cells(found, scores),
        "breaks": bounds,
        "bars": clv_figures.bars(scores.clv, bounds) if known.any() else [],
        "concentration": clv_figures.concentration(scores.clv),
    }


def _sentences(
    as_of: dt.date,
    found: PurchaseHistories,
    money: OrderMoney,
    fits: Fits,
    scores: Scores,
    refusals: list[str],
    holdout: Mapping[str, Any] | None,
    margin: float,
) -> list[str]:
    total, purchases = float(np.nansum(scores.clv)), int((found.x + 1).sum())
    basis = clv_words.Found(
        as_of=as_of,
        customers=len(found),
        repeaters=int((found.x > 0).sum()),
        without_rate=money.without_rate,
        # later orders are nothing to wonder at when the day is past; today they are mistakes
        later_orders=count_later(as_of) if as_of >= company_today() else 0,
        return_share=money.returned / money.purchases if money.purchases > 0 else 0.0,
        correlation=clv_figures.correlation(found),
        largest_purchases=float((found.x + 1).max() / purchases) if purchases else 0.0,
        largest_value=float(np.nanmax(scores.clv) / total) if total > 0 else 0.0,
        all_alike=len(found) > 1 and len(found.compressed[0]) == 1,
        margin=margin,
        seen=clv_figures.seen(found),
    )
    edges = [edge for fit in (fits.purchases, fits.money) if fit for edge in fit.edges]
    return clv_words.sentences(basis, refusals, edges, holdout)


def _share(text: Any, *, name: str, most: float) -> float | None:
    """A parameter that is a number from 0; empty means that it is not set. Raises AnalysisError with a sentence."""
    if text is None or str(text).strip() == "":
        return None
    try:
        value = float(str(text).strip())
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise AnalysisError(f"{name} must be a number from 0 to {most:g}, such as 0.1, not “{str(text)[:40]}”.")
    return value

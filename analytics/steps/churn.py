"""Churn: how likely each customer is to leave, how good that figure is, why, and what hangs on it.

By orders (the default): who bought in the `eligible_days` before a cut-off and buys nothing in the `horizon_days` after
it, has left. The model is chosen and calibrated on the customers of as-of - 2H, tested once on those of as-of - H,
fitted again on them, and scores those of as-of. By contract or label: from ended subscriptions or a custom field; all
figures are pooled out of five stratified folds (seed 42).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from analytics.models import AllowedFeature, ModelRun
from analytics.steps import StepResult, whole_number
from analytics.steps.churn_labels import has_subscriptions, labelled_population
from analytics.steps.churn_orders import has_orders, run_by_orders
from analytics.steps.churn_pooled import run_by_label
from analytics.steps.churn_scores import how_chosen
from analytics.steps.defaults import SUBSCRIPTIONS
from crm.jobs import Progress

HORIZON_DAYS, ELIGIBLE_DAYS = 90, 365


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`horizon_days` and `eligible_days` by orders; `label` is the key of a custom field, or `subscriptions`,
    `positive` the value of it that means "left"; `allow` names features that may be used though
    they tell too much by themselves, beside those that an administrator has allowed for good.
    """
    horizon = whole_number(given.get("horizon_days"), name="horizon_days", most=730)
    eligible = whole_number(given.get("eligible_days"), name="eligible_days", most=3_650)
    allow = given.get("allow") or ()
    names = allow.split(",") if isinstance(allow, str) else allow
    return {
        "horizon_days": horizon or HORIZON_DAYS,
        "eligible_days": eligible or ELIGIBLE_DAYS,
        "label": str(given.get("label") or "").strip() or None,
        "positive": str(given.get("positive") or "").strip() or None,
        "allow": [name.strip() for name in names if name.strip()],
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn, test, score. In the caller's transaction; where there is nothing to learn from, the last scores stay."""
    label = parameters["label"]
    allowed = {*parameters["allow"], *AllowedFeature.objects.values_list("name", flat=True)}
    parameters = {**parameters, "allow": sorted(allowed)}
    if label is None and not has_orders(as_of) and has_subscriptions(as_of):
        label = SUBSCRIPTIONS
    if label is None:
        return run_by_orders(as_of, parameters, progress, run_id=run_id)
    population = labelled_population(label, as_of, parameters["positive"])
    return run_by_label(population, as_of, {**parameters, "label": label}, progress, run_id=run_id)


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics
    if not found.get("model"):
        return list(found.get("sentences", ()))
    return [
        how_chosen(found),
        (
            f"AUC {found['auc']:.4f} ({found['auc_low']:.4f} to {found['auc_high']:.4f}), average precision "
            f"{found['average_precision']:.4f}, Brier {found['brier']:.4f}, lift of the top "
            f"decile {found['top_decile_lift']:.2f}; one feature alone: AUC {found['baseline_auc']:.4f}."
        ),
        f"{found['n_train']:,} customers to learn from, {found['n_test']:,} to test; {found['base_rate']:.1%} left.",
        *found.get("sentences", ()),
    ]

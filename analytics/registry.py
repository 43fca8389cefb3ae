"""Which steps the analysis has, in the order in which a whole run does them: a new step is one entry of `STEPS`.

A step is a module under `steps/` with `run(as_of, parameters, progress, *, run_id) -> StepResult`,
`read_parameters(given)` where it takes any, and `describe(run)` where its figures need words of its own. It runs inside
a transaction that the engine opens: what it wrote is there with its `ModelRun` or not at all. Its figures may rest on
those of other steps: it names them in `after`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from analytics.steps import AnalysisError
from analytics.steps.kinds import Step

__all__ = ["STEPS", "Step", "read_parameters", "steps_named"]
SHIPPED = (
    Step(
        "rfm",
        "Recency, frequency, monetary value",
        "analytics.steps.rfm",
        ("window_days",),
        url_name="analytics:rfm_detail",
    ),
    Step("clusters", "Clusters of customers", "analytics.steps.clusters", url_name="analytics:cluster_list"),
    Step(
        "clv",
        "Customer lifetime value",
        "analytics.steps.clv",
        ("discount_rate", "margin", "months"),
        url_name="analytics:clv_detail",
    ),
    Step(
        "churn",
        "Churn",
        "analytics.steps.churn",
        ("horizon_days", "eligible_days", "label", "positive", "allow"),
        url_name="analytics:churn_detail",
    ),
    Step(
        "leads",
        "Leads: chance to become a customer",
        "analytics.steps.leads",
        ("mature_days", "allow"),
        url_name="analytics:lead_detail",
    ),
    Step(
        "prospects",
        "Prospects: likeness to the best customers",
        "analytics.steps.prospects",
        ("allow",),
        url_name="analytics:prospect_list",
    ),
    Step("profile", "Profile of the best customers", "analytics.steps.profile", url_name="analytics:profile_detail"),
    # behind the steps whose scores it keeps, before those that read them by month
    Step(
        "history",
        "Scores at the end of each month",
        "analytics.steps.history",
        ("months", "rewrite"),
        after=("rfm",),
        url_name="analytics:rfm_detail",
    ),
    Step(
        "retention",
        "Retention",
        "analytics.steps.retention",
        ("period",),
        url_name="analytics:retention_detail",
    ),
    Step(
        "cohorts",
        "Cohorts",
        "analytics.steps.cohorts",
        ("period",),
        url_name="analytics:cohort_list",
    ),
    # what is left after serving, for those who decide by it
    Step("costs", "Cost to serve", "analytics.steps.costs", ("months",), url_name="analytics:profitability"),
    Step("ladder", "Ladder of loyalty", "analytics.steps.ladder", url_name="analytics:portfolio_detail"),
    # behind the values and chances of the same day, which its rules go by
    Step("strategies", "Strategies", "analytics.steps.strategies", url_name="analytics:portfolio_detail"),
    # behind the lifetime values of the same day
    Step(
        "significance",
        "Significant customers",
        "analytics.steps.significance",
        url_name="analytics:significance_list",
    ),
    # behind the scores that it divides the answers by
    Step("satisfaction", "Satisfaction", "analytics.steps.satisfaction", url_name="analytics:satisfaction_detail"),
    Step("sequence", "Sequence selling", "analytics.steps.sequence", url_name="analytics:sequence_detail"),
    Step(
        "families",
        "Chances by family",
        "analytics.steps.families",
        ("horizon_days", "eligible_days"),
        url_name="analytics:families_detail",
    ),
    # who drifts away is told by the lifetime values, what comes next by the order of buying; without them the others
    # are told all the same
    Step("alerts", "Selling alerts", "analytics.steps.alerts", url_name="analytics:alert_list"),
    Step(
        "forecast",
        "Sales forecast",
        "analytics.steps.forecast",
        ("cutoff",),
        url_name="analytics:forecast_detail",
    ),
    # behind all that initiatives are judged by
    Step("initiatives", "Initiatives", "analytics.steps.initiatives", url_name="analytics:initiative_list"),
    Step("duplicates", "Duplicates", "analytics.steps.duplicates", ("compare",), url_name="duplicates:pair_list"),
    # behind the pairs that it tells of
    Step("quality", "Data quality", "analytics.steps.quality", url_name="quality:overview"),
)
BROUGHT = tuple(step for name in settings.CRM_ANALYSIS_STEPS for step in import_string(name))
"""Of the apps above."""
STEPS: dict[str, Step] = {step.name: step for step in (*SHIPPED, *BROUGHT)}


def steps_named(names: Sequence[str]) -> list[Step]:
    """The steps of these names, in the order of the engine; all for none. Raises AnalysisError for an unknown one."""
    for name in names:
        if name not in STEPS:
            raise AnalysisError(f"There is no step “{name[:40]}”. The steps are: {', '.join(STEPS)}.")
    return [step for step in STEPS.values() if not names or step.name in names]


def read_parameters(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parameters by step, read and checked. Raises AnalysisError with a sentence."""
    for name, values in given.items():
        (step,) = steps_named([name])
        for parameter in values:
            if parameter not in step.parameters:
                known = ", ".join(f"{name}.{one}" for one in step.parameters) or "none"
                raise AnalysisError(f"The step {name} has no parameter “{parameter[:40]}”. It has: {known}.")
    return {name: step.read(given.get(name, {})) for name, step in STEPS.items()}

"""Churn by contract or label: all figures pooled out of fold, the model fitted on all for its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from analytics.mathematics.classifying import Classifier, choose, single_auc, single_score
from analytics.steps import AnalysisError, StepResult
from analytics.steps.churn_labels import MONTH_DAYS, Labelled
from analytics.steps.churn_scores import (
    FEWEST_CUSTOMERS,
    FEWEST_OF_A_KIND,
    Population,
    band_counts,
    baseline,
    chosen,
    figures,
    too_telling,
    write_scores,
)
from crm.jobs import Progress

PARTS = 6
UNKNOWN = (
    "What happens after the label was written down; nothing is forecast in time here.",
    "Whether a field was already filled in when a customer left: mark such fields as late, and they are never used.",
    "Prices and offers of others, and what people never told the company.",
)


def run_by_label(
    labelled: Labelled, as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int
) -> StepResult:
    """Raises AnalysisError where there are too few customers or nothing is known of them."""
    population = labelled.population
    _check(population)
    progress.report(0, PARTS, "Looking for features that give the answer away")
    gone, said = too_telling(population, parameters["allow"])
    features = population.features.without(gone)
    if not features.names:
        raise AnalysisError("No field is left to learn from. " + " ".join([*said, *labelled.sentences]))
    population = Population(population.contacts, features, population.outcome, population.labels)
    outcome = population.outcome
    assert outcome is not None  # noqa: S101 - for the type checker; checked above
    done = iter(range(1, PARTS))
    choice = choose(features, outcome, tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}"))
    alone = _best_alone(population)
    progress.report(4, PARTS, "Scoring")
    margin = None if labelled.monthly is None else labelled.monthly * parameters["horizon_days"] / MONTH_DAYS
    classifier = Classifier(choice.kind, features, outcome)
    rows, driving = write_scores(run_id, as_of, population, choice.predicted, classifier, margin)
    progress.report(PARTS, PARTS, "Done")
    metrics = {
        **chosen(choice),
        **figures(outcome, choice.predicted),
        "baseline_auc": alone["auc"],
        "baselines": [alone],
        "n_train": len(population),
        "n_test": len(population),
        "base_rate": round(float(outcome.mean()), 6),
        "way": "label",
        "positive": labelled.positive,
        "features": dict(population.labels),
        "left_out": gone,
        "left_out_labels": {name: population.labels.get(name, name) for name in gone},
        "drivers": driving,
        "drift": [],
        "bands": band_counts(choice.predicted, margin),
        "unknown": list(UNKNOWN),
        "sentences": [*said, *labelled.sentences],
    }
    return StepResult(rows, dict(parameters), metrics, data_to=as_of)


def _check(population: Population) -> None:
    if population.is_enough:
        return
    raise AnalysisError(
        f"There are {len(population):,} customers with a label, {population.rarest:,} of the rarer kind: at least "
        f"{FEWEST_CUSTOMERS} and {FEWEST_OF_A_KIND} are needed to learn from. The last scores stay."
    )


def _best_alone(population: Population) -> dict[str, Any]:
    """The single feature that tells the outcomes apart best: what the model has to beat."""
    outcome = population.outcome
    assert outcome is not None  # noqa: S101 - for the type checker
    features = population.features
    name = max(features.names, key=lambda name: single_auc(features, name, outcome))
    label = population.labels.get(name, name)
    return baseline(f"{label} alone", outcome, single_score(features, name, outcome))

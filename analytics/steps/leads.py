"""How likely each lead is to become a customer, by what was known when it came in: learned as churn by label is.

All figures are pooled out of five stratified folds (seed 42): each lead is predicted by models that did not see it.
Open leads are scored by the model that is fitted on all whose outcome is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics.classifying import Classifier, choose, single_auc, single_score
from analytics.models import AllowedFeature, LeadScore, ModelRun
from analytics.steps import AnalysisError, StepResult, whole_number
from analytics.steps.churn_scores import (
    FEWEST_CUSTOMERS,
    FEWEST_OF_A_KIND,
    Population,
    baseline,
    chosen,
    figures,
    how_chosen,
    nothing_learnt,
    too_telling,
    write_scores,
)
from analytics.steps.lead_rows import lead_population
from crm.jobs import Progress

MATURE_DAYS = 90
PARTS = 6
FILL_SQL = sql.SQL("""
SELECT contact_id AS lead_id, probability, percent_rank() OVER (ORDER BY probability) AS better_than, reasons,
  {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}
""")
UNKNOWN = (
    "What the first call brings: nothing that is filled in after the lead came in is used.",
    "Whether a lead that nobody touched would have bought: it counts as one that did not.",
    "Offers of others, and what the market does from one season to the next.",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`mature_days`: after how many days an open lead counts as not converted; `allow` as for churn."""
    allow = given.get("allow") or ()
    names = allow.split(",") if isinstance(allow, str) else allow
    return {
        "mature_days": whole_number(given.get("mature_days"), name="mature_days", most=3_650) or MATURE_DAYS,
        "allow": [name.strip() for name in names if name.strip()],
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn from the leads whose outcome is known, score all. Where there are too few, the last scores stay."""
    progress.report(0, PARTS, "Reading leads as they came in")
    everybody, outcome, said = lead_population(as_of, parameters["mature_days"])
    ended, waiting = np.flatnonzero(outcome >= 0), np.flatnonzero(outcome < 0)
    learnt = _part(everybody, ended, outcome[ended])
    if not learnt.is_enough:
        return _too_few(learnt, parameters, as_of, said)
    gone, telling = too_telling(
        learnt,
        sorted({*parameters["allow"], *AllowedFeature.objects.values_list("name", flat=True)}),
        who="who becomes a customer",
        step="leads",
    )
    features = everybody.features.without(gone)
    if not features.names:
        raise AnalysisError("Nothing is left to learn from. " + " ".join([*telling, *said]))
    known, result = features.take(ended), outcome[ended]
    done = iter(range(1, PARTS))
    choice = choose(known, result, tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}"))
    classifier = Classifier(choice.kind, known, result)
    chances = np.empty(len(everybody))
    chances[ended] = choice.predicted
    if len(waiting):
        chances[waiting] = choice.calibrator.apply(classifier.predict(features.take(waiting)))
    progress.report(4, PARTS, "Scoring")
    scored = Population(everybody.contacts, features, None, everybody.labels)
    rows, driving = write_scores(
        run_id, as_of, scored, chances, classifier, None, table=LeadScore._meta.db_table, fill=FILL_SQL
    )
    progress.report(PARTS, PARTS, "Done")
    best = max(known.names, key=lambda name: single_auc(known, name, result))
    alone = baseline(f"{everybody.labels.get(best, best)} alone", result, single_score(known, best, result))
    metrics = {
        **chosen(choice),
        **figures(result, choice.predicted),
        "baseline_auc": alone["auc"],
        "baselines": [alone],
        "n_train": len(ended),
        "n_test": len(ended),
        "n_open": len(waiting),
        "base_rate": round(float(result.mean()), 6),
        "features": dict(everybody.labels),
        "left_out": gone,
        "left_out_labels": {name: everybody.labels.get(name, name) for name in gone},
        "drivers": driving,
        "unknown": list(UNKNOWN),
        "sentences": [*telling, *said],
    }
    return StepResult(rows, dict(parameters), metrics, data_to=as_of)


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics
    if not found.get("model"):
        return list(found.get("sentences", ()))
    return [
        how_chosen(found),
        (
            f"AUC {found['auc']:.4f} ({found['auc_low']:.4f} to {found['auc_high']:.4f}) out of fold, average "
            f"precision {found['average_precision']:.4f}, Brier {found['brier']:.4f}, lift of the top "
            f"decile {found['top_decile_lift']:.2f}; one feature alone: AUC {found['baseline_auc']:.4f}."
        ),
        f"{found['n_train']:,} leads to learn from, {found['base_rate']:.1%} bought; {found['n_open']:,} are open.",
        *found.get("sentences", ()),
    ]


def _part(population: Population, rows: Any, outcome: Any) -> Population:
    return Population(population.contacts[rows], population.features.take(rows), outcome, population.labels)


def _too_few(learnt: Population, parameters: Mapping[str, Any], as_of: dt.date, said: list[str]) -> StepResult:
    sentence = (
        f"There are {len(learnt):,} leads whose outcome is known, {learnt.rarest:,} of the rarer kind: at least "
        f"{FEWEST_CUSTOMERS} and {FEWEST_OF_A_KIND} are needed to learn from. The last scores stay."
    )
    kept, metrics = nothing_learnt(parameters, [sentence, *said])
    return StepResult(0, kept, metrics, data_to=as_of)

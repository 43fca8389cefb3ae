"""Who has bought nothing yet and is most like the best customers, by what was known of those before they bought.

The best customers are the tenth with the most money a year since their first purchase. What tells them from the other
customers is learned from customers alone: every figure is pooled out of five stratified folds (seed 42), so each
customer is judged by models that did not see it. Prospects are scored by the model that is fitted on all customers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.classifying import Choice, Classifier, choose, single_auc, single_score
from analytics.mathematics.features import Features
from analytics.models import AllowedFeature, ModelRun, ProspectScore
from analytics.steps import StepResult
from analytics.steps.churn_scores import (
    Population,
    baseline,
    chosen,
    figures,
    how_chosen,
    nothing_learnt,
    too_telling,
    write_scores,
)
from analytics.steps.prospect_rows import facts_of, prospects_of, worth_of
from crm.jobs import Progress

BEST_SHARE = 0.1
FEWEST_CUSTOMERS = 100
FEWEST_KNOWN = 20
MOST_LEARNED_FROM = 100_000
MOST_PROSPECTS = 200_000
SEED = 42
PARTS = 6
FILL_SQL = sql.SQL("""
SELECT contact_id, probability, percent_rank() OVER (ORDER BY probability) AS better_than, reasons,
  {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}
""")
NO_BETTER = (
    "What is known before the first purchase does not tell the best customers from the others (the interval of the "
    "AUC holds 0.5): this order is hardly better than by lot."
)
UNKNOWN = (
    "Whether they need anything now: likeness says who would be a good customer, not who will be one.",
    "What only the first purchase brings: nothing that is known of customers alone is used.",
    "Whom you never wrote down: good customers of a kind that you have none of look like nobody here.",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`allow`: features that are used although they nearly give the answer away, by name, between commas."""
    allow = given.get("allow") or ()
    names = allow.split(",") if isinstance(allow, str) else allow
    return {"allow": [name.strip() for name in names if name.strip()]}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn from customers, score everybody else. Where there are too few customers, the last scores stay."""
    progress.report(0, PARTS, "Reading customers as they were before they bought")
    customers, worth = worth_of(as_of)
    if len(customers) < FEWEST_CUSTOMERS:
        sentence = (
            f"There are {len(customers):,} customers: at least {FEWEST_CUSTOMERS} are needed to tell the best tenth "
            "from the others. The last scores stay."
        )
        kept, metrics = nothing_learnt(parameters, [sentence])
        return StepResult(0, kept, metrics, data_to=as_of)
    best, least = best_of(worth)
    some = _some(customers)
    prospects = prospects_of(MOST_PROSPECTS)
    everybody, said = facts_of(as_of, np.concatenate([customers[some], prospects]))
    if len(prospects) == MOST_PROSPECTS:
        said.append(f"Only the newest {MOST_PROSPECTS:,} prospects are compared.")
    is_prospect = np.isin(everybody.contacts, prospects)
    # both by id: the customers of the population stand in the order of those that were drawn
    learnt = _part(everybody, np.flatnonzero(~is_prospect), best[some])
    gone, telling = too_telling(
        learnt,
        sorted({*parameters["allow"], *AllowedFeature.objects.values_list("name", flat=True)}),
        who="the best customers",
        step="prospects",
    )
    features = everybody.features.without([*gone, *silent(learnt.features)])
    if not features.names:
        sentence = "Nothing is known of the customers that tells them apart: fill in industry, size, source or country."
        kept, metrics = nothing_learnt(parameters, [sentence, *telling, *said])
        return StepResult(0, kept, metrics, data_to=as_of)
    known, result = features.take(np.flatnonzero(~is_prospect)), best[some]
    done = iter(range(1, PARTS))
    choice = choose(known, result, tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}"))
    classifier = Classifier(choice.kind, known, result)
    progress.report(4, PARTS, "Comparing prospects")
    asked = features.take(np.flatnonzero(is_prospect))
    chances = choice.calibrator.apply(classifier.predict(asked)) if len(prospects) else np.empty(0)
    scored = Population(everybody.contacts[is_prospect], asked, None, everybody.labels)
    count, driving = write_scores(
        run_id, as_of, scored, chances, classifier, None, table=ProspectScore._meta.db_table, fill=FILL_SQL
    )
    progress.report(PARTS, PARTS, "Done")
    found = quality(known, result, choice, everybody.labels)
    metrics = {
        **found,
        "n_customers": len(customers),
        "n_best": int(best.sum()),
        "n_prospects": len(prospects),
        "least_worth": round(least, 2),
        "left_out": gone,
        "left_out_labels": {name: everybody.labels.get(name, name) for name in gone},
        "drivers": driving,
        "unknown": list(UNKNOWN),
        "sentences": [*_doubt(found), *telling, *said],
    }
    return StepResult(count, dict(parameters), metrics, data_to=as_of)


def quality(known: Features, best: NDArray[Any], choice: Choice, labels: Mapping[str, str]) -> dict[str, Any]:
    """How well the best are told from the others out of fold, beside the one feature that does so best alone."""
    first = max(known.names, key=lambda name: single_auc(known, name, best))
    alone = baseline(f"{labels.get(first, first)} alone", best, single_score(known, first, best))
    return {
        **chosen(choice),
        **figures(best, choice.predicted),
        "baseline_auc": alone["auc"],
        "baselines": [alone],
        "n_train": len(best),
        "n_test": len(best),
        "base_rate": round(float(best.mean()), 6),
        "features": {name: labels[name] for name in known.names},
    }


def silent(features: Features) -> list[str]:
    """Features of which hardly anything is known of the customers, or the same of all: nothing is learned from them,
    whatever they say of prospects."""
    found = []
    for name, column in features.numbers.items():
        known = column[~np.isnan(column)]
        if len(known) < FEWEST_KNOWN or len(np.unique(known)) == 1:
            found.append(name)
    for name, codes in features.codes.items():
        if (codes >= 0).sum() < FEWEST_KNOWN or len(np.unique(codes)) == 1:
            found.append(name)
    return found


def best_of(worth: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """(1 for the tenth of customers with the most money a year, else 0; the least money of one of them). Of equal ones
    at the border the earlier are taken."""
    count = max(int(len(worth) * BEST_SHARE), 1)
    order = np.argsort(-worth, kind="stable")[:count]
    best = np.zeros(len(worth), dtype=np.int64)
    best[order] = 1
    return best, float(worth[order[-1]])


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics
    if not found.get("model"):
        return list(found.get("sentences", ()))
    return [
        how_chosen(found),
        (
            f"Among customers that it did not see, the tenth that it calls most alike holds the best customers "
            f"{found['top_decile_lift']:.2f} times as often as chance; AUC {found['auc']:.4f} ({found['auc_low']:.4f} "
            f"to {found['auc_high']:.4f}); one feature alone: {found['baseline_auc']:.4f}."
        ),
        (
            f"{found['n_customers']:,} customers, {found['n_best']:,} of them best; "
            f"{found['n_prospects']:,} prospects compared."
        ),
        *found.get("sentences", ()),
    ]


def _part(everybody: Population, rows: Any, outcome: Any) -> Population:
    return Population(everybody.contacts[rows], everybody.features.take(rows), outcome, everybody.labels)


def _some(customers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the customers that are learned from: all, or as many as can be told apart in minutes, by lot."""
    if len(customers) <= MOST_LEARNED_FROM:
        return np.arange(len(customers))
    return np.sort(np.random.default_rng(SEED).choice(len(customers), MOST_LEARNED_FROM, replace=False))


def _doubt(found: Mapping[str, Any]) -> list[str]:
    """What is said where the order is not better than by lot."""
    if found["auc_low"] > 0.5:
        return []
    return [NO_BETTER]

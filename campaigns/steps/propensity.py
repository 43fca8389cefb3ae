"""Who responds to campaigns: learned from those that past campaigns reached, a chance for everybody.

Every figure is pooled out of five stratified folds (seed 42): each person is judged by models that did not see them.
A chance to respond is no effect of writing: whom to write to is decided by lift, which needs a control group.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.classifying import Classifier, choose
from analytics.models import AllowedFeature, ModelRun
from analytics.steps import AnalysisError, StepResult
from analytics.steps.churn_scores import Population, how_chosen, nothing_learnt, too_telling, write_scores
from analytics.steps.prospects import quality, silent
from campaigns.models import Campaign, Recipient, ResponseScore
from campaigns.results import NO_CONTROL
from campaigns.steps.propensity_rows import Learned, facts_of, learned_of, scored_ids
from crm.jobs import Progress

FEWEST, FEWEST_OF_A_KIND = 100, 20
MOST_LEARNED_FROM, MOST_SCORED = 100_000, 200_000
SEED = 42
PARTS = 6
FILL_SQL = sql.SQL("""
SELECT contact_id, probability, percent_rank() OVER (ORDER BY probability) AS better_than, reasons,
  {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}
""")
NO_BETTER = (
    "What is known of people does not tell who responds (the interval of the AUC holds 0.5): this order is hardly "
    "better than by lot."
)
UNKNOWN = (
    "Whether somebody would have come without the campaign: that is the lift, and it needs a control group.",
    "How people take to an offer that no past campaign made.",
    "Those whom no campaign ever reached, where they differ from those that were.",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`campaign`: the name of the one to learn from (all, unless given); `allow`: features that are used although they
    nearly give the answer away, by name, between commas."""
    allow = given.get("allow") or ()
    names = allow.split(",") if isinstance(allow, str) else allow
    return {
        "campaign": str(given.get("campaign") or "").strip() or None,
        "allow": [name.strip() for name in names if name.strip()],
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn from whom campaigns reached, score everybody. Where there are too few, the last chances stay."""
    progress.report(0, PARTS, "Reading whom campaigns reached")
    learned = learned_of(as_of, _campaign(parameters["campaign"]))
    hits = int(learned.outcome.sum())
    rarer = min(hits, len(learned) - hits)
    rates = _rates(len(learned), hits)
    if len(learned) < FEWEST or rarer < FEWEST_OF_A_KIND:
        sentence = (
            f"Campaigns reached {len(learned):,} people of whom it is known whether they responded, {rarer:,} of the "
            f"rarer kind: at least {FEWEST} and {FEWEST_OF_A_KIND} are needed to learn from. The last chances stay."
        )
        return _nothing(as_of, parameters, rates, [sentence])
    some = learned.take(_some(len(learned)))
    scored = scored_ids(MOST_SCORED)
    everybody, said = facts_of(as_of, some, scored)
    if len(scored) == MOST_SCORED:
        said.append(f"Only the newest {MOST_SCORED:,} contacts get a chance.")
    if not Recipient.objects.filter(variant__is_control=True).exists():
        said.append(f"{NO_CONTROL.capitalize()}: who responds is known, not who responds because of the campaign.")
    first = np.arange(len(some))
    learnt = Population(some.contacts, everybody.features.take(first), some.outcome, everybody.labels)
    allowed = sorted({*parameters["allow"], *AllowedFeature.objects.values_list("name", flat=True)})
    gone, telling = too_telling(learnt, allowed, who="who responds", step="propensity")
    features = everybody.features.without([*gone, *silent(learnt.features)])
    if not features.names:
        sentence = "Nothing is known of these people that tells them apart: bring in what you know of them."
        return _nothing(as_of, parameters, rates, [sentence, *telling, *said])
    whole = Population(everybody.contacts, features, None, everybody.labels)
    count, found = _learn(run_id, as_of, some, scored, whole, progress)
    doubt = [] if found["auc_low"] > 0.5 else [NO_BETTER]
    metrics = {
        **found,
        **rates,
        "campaign": parameters["campaign"],
        "left_out": gone,
        "left_out_labels": {name: everybody.labels.get(name, name) for name in gone},
        "sentences": [*doubt, *telling, *said],
    }
    return StepResult(count, dict(parameters), metrics, data_to=as_of)


def _learn(
    run_id: int, as_of: dt.date, some: Learned, scored: NDArray[np.int64], whole: Population, progress: Progress
) -> tuple[int, dict[str, Any]]:
    """(rows written, figures): the first rows of `whole` are those that are learned from, the others are scored."""
    known, asked = (whole.features.take(rows) for rows in (np.arange(len(some)), np.arange(len(some), len(whole))))
    done = iter(range(1, PARTS))
    choice = choose(known, some.outcome, tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}"))
    classifier = Classifier(choice.kind, known, some.outcome)
    progress.report(4, PARTS, "Scoring everybody")
    chances = choice.calibrator.apply(classifier.predict(asked)) if len(scored) else np.empty(0)
    rest = Population(scored, asked, None, whole.labels)
    table = ResponseScore._meta.db_table
    count, driving = write_scores(run_id, as_of, rest, chances, classifier, None, table=table, fill=FILL_SQL)
    progress.report(PARTS, PARTS, "Done")
    found = quality(known, some.outcome, choice, whole.labels)
    return count, {**found, "n_scored": len(scored), "drivers": driving, "unknown": list(UNKNOWN)}


def _nothing(
    as_of: dt.date, parameters: Mapping[str, Any], rates: Mapping[str, Any], sentences: Sequence[str]
) -> StepResult:
    """A run that had nothing to learn from: the last chances stay."""
    kept, metrics = nothing_learnt(parameters, sentences)
    return StepResult(0, kept, {**metrics, **rates}, data_to=as_of)


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
            f"decile {found['top_decile_lift']:.2f}; one feature alone: {found['baseline_auc']:.4f}."
        ),
        (
            f"{found['n_reached']:,} people reached, {found['response_rate']:.1%} responded; "
            f"{found['n_scored']:,} have a chance now."
        ),
        *found.get("sentences", ()),
    ]


def _campaign(name: str | None) -> int | None:
    if name is None:
        return None
    key: int | None = Campaign.objects.filter(name__iexact=name).values_list("pk", flat=True).first()
    if key is None:
        raise AnalysisError(f"There is no campaign “{name[:60]}” to learn from.")
    return key


def _rates(n: int, hits: int) -> dict[str, Any]:
    return {"n_reached": n, "responses": hits, "response_rate": round(hits / n, 6) if n else None}


def _some(n: int) -> NDArray[np.int64]:
    """Places of those who are learned from: all, or as many as can be told apart in minutes, by lot."""
    if n <= MOST_LEARNED_FROM:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_LEARNED_FROM, replace=False))

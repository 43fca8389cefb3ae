"""Churn by orders: learn at as-of - 2H, test once at as-of - H, fit again there, score at as-of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics import beta_geometric
from analytics.mathematics.classifying import SEED, Choice, Classifier, choose
from analytics.mathematics.fitting import CannotFit
from analytics.mathematics.quality import Floats
from analytics.statements import rows_of
from analytics.steps import StepResult
from analytics.steps.churn_features import FACTS, after, population_as_of
from analytics.steps.churn_scores import (
    FEWEST_CUSTOMERS,
    FEWEST_OF_A_KIND,
    Population,
    band_counts,
    baseline,
    chosen,
    drift,
    figures,
    nothing_learnt,
    too_telling,
    write_scores,
)
from analytics.steps.margins import one_margin, read_margins
from analytics.steps.purchase_histories import read_histories
from crm.company import end_of_day
from crm.jobs import Progress
from crm.templatetags.figures import full_day
from orders.models import Order

PARTS = 10
LEARNT_AT_MOST = 150_000
MARGIN_SQL = """
SELECT sum(base_amount), sum(cost * base_amount / nullif(amount, 0)) FROM orders_order
WHERE ordered_on <= %s AND ordered_on > %s::date - 365 AND cost IS NOT NULL AND amount > 0 AND base_amount > 0
"""
UNKNOWN = (
    "Prices and offers of others, and what people never told the company.",
    "What a customer wrote or said: only how often and when counts here.",
    "Custom fields: their values at the time of the cut-offs are not read.",
    "Whatever changed for everybody in the last {days} days, such as a new price list: the model learnt before.",
)


def has_orders(as_of: dt.date) -> bool:
    return Order.objects.filter(contact__isnull=False, ordered_on__lte=as_of).exists()


def run_by_orders(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Where there are too few customers to learn from, a sentence; the last scores stay."""
    horizon, eligible = parameters["horizon_days"], parameters["eligible_days"]
    early, late = (as_of - dt.timedelta(days=times * horizon) for times in (2, 1))
    progress.report(0, PARTS, f"Customers as they were on {full_day(early)}")
    train = _known(early, horizon, eligible)
    if not train.is_enough:
        return _too_few(parameters, train, early)
    progress.report(1, PARTS, f"Customers as they were on {full_day(late)}")
    test = _known(late, horizon, eligible)
    if not test.is_enough:
        return _too_few(parameters, test, late)
    sample = _sample(len(train))
    learnt = _narrowed(train, [], sample)
    told, said = too_telling(learnt, parameters["allow"])
    choice, gone, facts = _chosen(learnt, told, progress)
    learnt = _narrowed(learnt, gone, None)
    model = Classifier(choice.kind, learnt.features, _outcome(learnt))
    tested = choice.calibrator.apply(model.predict(test.features.without(gone)))
    metrics = {
        **chosen(choice),
        **figures(_outcome(test), tested),
        **_baselines(test, late),
        "n_train": len(train),
        "n_learnt": len(learnt),
        "n_test": len(test),
        "base_rate": round(float(_outcome(test).mean()), 6),
        "way": "orders",
        "cut_offs": [early.isoformat(), late.isoformat(), as_of.isoformat()],
        "left_out": told,
        "left_out_labels": {name: train.labels.get(name, name) for name in told},
        "facts": facts,
    }
    del train, learnt, model
    rows, scored, said_of_scores = _score(as_of, late, parameters, choice, test, gone, progress, run_id)
    if sample is not None:
        said.append(f"The models learnt from {LEARNT_AT_MOST:,} customers drawn at random; all were tested and scored.")
    metrics |= scored | {"sentences": [*said, *said_of_scores, *metrics["sentences"]]}
    return StepResult(rows, dict(parameters), metrics, data_from=early - dt.timedelta(days=eligible), data_to=as_of)


def _score(
    as_of: dt.date,
    late: dt.date,
    parameters: Mapping[str, Any],
    choice: Choice,
    test: Population,
    gone: list[str],
    progress: Progress,
    run_id: int,
) -> tuple[int, dict[str, Any], list[str]]:
    """Learn again from the customers of the last cut-off, score those of now: (rows written, metrics, sentences)."""
    horizon = parameters["horizon_days"]
    progress.report(7, PARTS, "Learning again from the newest customers")
    again = _narrowed(test, gone, _sample(len(test)))
    newest = choose(again.features, _outcome(again), [choice.kind])
    model = Classifier(choice.kind, again.features, _outcome(again))
    progress.report(8, PARTS, f"Scoring as of {full_day(as_of)}")
    now = population_as_of(as_of, end_of_day(as_of), parameters["eligible_days"])
    now = Population(now.contacts, now.features.without(gone), None, now.labels)
    probability = newest.calibrator.apply(model.predict(now.features))
    share, is_cost_known = margin_share(as_of)
    margins = read_margins(as_of, share) if is_cost_known else one_margin(share)
    margin = expected_margin(test, now, late, horizon) * margins.of(now.contacts)
    rows, driving = write_scores(run_id, as_of, now, probability, model, margin)
    progress.report(PARTS, PARTS, "Done")
    metrics = {
        "features": {name: now.labels[name] for name in now.features.names},
        "drivers": driving,
        "drift": drift(again.features, now.features, now.labels),
        "bands": band_counts(probability, margin),
        "margin_share": round(share, 4),
        "own_margins": margins.figures(),
        "unknown": [sentence.format(days=2 * horizon) for sentence in UNKNOWN],
    }
    unknown = [] if is_cost_known else ["No costs are known, so the value at risk is revenue instead of margin."]
    return rows, metrics, unknown


def _known(day: dt.date, horizon: int, eligible: int) -> Population:
    """The customers of a cut-off, with who left in the days after it."""
    found = population_as_of(day, end_of_day(day), eligible)
    left, _ = after(found.contacts, day, horizon)
    return Population(found.contacts, found.features, left, found.labels)


def _outcome(population: Population) -> NDArray[np.int64]:
    assert population.outcome is not None  # noqa: S101 - for the type checker
    return population.outcome.astype(np.int64)


def _sample(size: int) -> NDArray[np.int64] | None:
    if size <= LEARNT_AT_MOST:
        return None
    return np.sort(np.random.default_rng(SEED).choice(size, LEARNT_AT_MOST, replace=False))


def _narrowed(population: Population, gone: list[str], rows: NDArray[np.int64] | None) -> Population:
    features, outcome = population.features.without(gone), _outcome(population)
    if rows is None:
        return Population(population.contacts, features, outcome, population.labels)
    return Population(population.contacts[rows], features.take(rows), outcome[rows], population.labels)


def _chosen(population: Population, told: list[str], progress: Progress) -> tuple[Choice, list[str], dict[str, Any]]:
    """(choice, features left out, what came of the facts of the record).

    The model is chosen on how customers bought; the facts of the record join where they lower its log loss on the same
    folds by more than the standard error of the lower one. All of it inside the customers of the first cut-off.
    """
    done = iter(range(2, PARTS))
    outcome, without = _outcome(population), sorted({*told, *FACTS})
    choice = choose(
        population.features.without(without),
        outcome,
        tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}"),
    )
    progress.report(next(done), PARTS, "Trying the facts of the record")
    more = choose(population.features.without(told), outcome, [choice.kind])
    loss, loss_with = choice.losses[choice.kind], more.losses[choice.kind]
    facts = {"used": loss_with < loss - more.error, "log_loss": round(loss_with, 6), "log_loss_without": round(loss, 6)}
    if not facts["used"]:
        return choice, without, facts
    losses = {**choice.losses, choice.kind: loss_with}
    bias = choice.selection_bias
    return replace(more, best=choice.best, error=choice.error, losses=losses, selection_bias=bias), told, facts


def _baselines(test: Population, day: dt.date) -> dict[str, Any]:
    """What the model has to beat, on the same rows: recency alone, and 1 - P(alive) of MBG/NBD as of the same day."""
    outcome = _outcome(test)
    recency = baseline("Recency alone", outcome, test.features.numbers["recency"].astype(np.float64))
    found, said = [recency], []
    try:
        found.append(baseline("1 − P(alive) of MBG/NBD", outcome, _gone_by_model(test, day)))
    except CannotFit as why:
        said.append(f"MBG/NBD could not be fitted beside it: {why}")
    return {"baseline_auc": recency["auc"], "baselines": found, "sentences": said}


def _gone_by_model(test: Population, day: dt.date) -> Floats:
    """1 - P(alive) of MBG/NBD, fitted on everybody's purchases up to `day`. Raises CannotFit."""
    known = read_histories(day)
    histories, place = known.compressed
    model = beta_geometric.model_of(beta_geometric.fit(histories, shift=1))
    gone: Floats = (1 - model.alive(histories))[place]
    order = np.argsort(known.contact_id)
    at = order[np.searchsorted(known.contact_id, test.contacts, sorter=order)]
    return gone[at]


def _too_few(parameters: Mapping[str, Any], population: Population, day: dt.date) -> StepResult:
    eligible = parameters["eligible_days"]
    if not len(population):
        said = f"Nobody bought in the {eligible:,} days up to {full_day(day)}, so there is nothing to learn from."
    elif population.rarest == 0:
        word = "left" if _outcome(population).all() else "stayed"
        who = "The only customer" if len(population) == 1 else f"All {len(population):,} customers"
        said = f"{who} of {full_day(day)} {word}: there is nothing to tell apart."
    else:
        said = (
            f"{len(population):,} customers bought in the {eligible:,} days up to {full_day(day)}, "
            f"{population.rarest:,} of the rarer outcome: at least {FEWEST_CUSTOMERS} and {FEWEST_OF_A_KIND} are "
            "needed to learn from."
        )
    given, metrics = nothing_learnt(parameters, [said])
    return StepResult(0, given, metrics)


def margin_share(as_of: dt.date) -> tuple[float, bool]:
    """The share of revenue that is margin in the last year where costs are known, else 1; and whether they are."""
    ((revenue, cost),) = rows_of(MARGIN_SQL, [as_of, as_of])
    if not revenue or cost is None:
        return 1.0, False
    return float(min(max(1 - cost / revenue, 0), 1)), True


def expected_margin(known: Population, now: Population, day: dt.date, horizon: int) -> Floats:
    """Money of the next `horizon` days if the customer stays: from those who stayed after `day`, their money then is
    fitted (least squares, no weight below 0) on the year's pace, the last 90 days and the mean purchase."""
    from scipy.optimize import nnls  # noqa: PLC0415  (slow to import)

    left, money = after(known.contacts, day, horizon)
    stayed = left == 0
    weights, _ = nnls(_pace(known, horizon)[stayed], np.maximum(money[stayed], 0))
    found: Floats = _pace(now, horizon) @ weights
    return found


def _pace(population: Population, horizon: int) -> NDArray[np.float64]:
    numbers = population.features.numbers
    columns = (
        numbers.get("money_365", 0) * horizon / 365,
        numbers.get("money_90", 0) * horizon / 90,
        np.nan_to_num(numbers.get("mean_purchase", np.zeros(len(population)))),
    )
    return np.column_stack([np.maximum(column, 0) for column in columns]).astype(np.float64)

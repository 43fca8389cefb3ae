"""Whom a campaign moves: learned from one that is over and had a random control group, an uplift for everybody.

Every figure is out of five folds stratified by treatment and outcome (seeds from 42 on). Scores are given only where
the interval of Qini lies above 0 and placebos hardly ever reach it: else the order is not better than by lot, and
nobody has one from this campaign.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.classifying import LINEAR, out_of_fold
from analytics.mathematics.features import Features
from analytics.mathematics.qini import Qini, qini_with_interval
from analytics.mathematics.quality import auc_with_interval
from analytics.mathematics.uplift import METHOD, Learner, UpliftChoice, choose_uplift, placebos
from analytics.models import AllowedFeature, ModelRun
from analytics.steps import AnalysisError, StepResult
from analytics.steps.churn_scores import Population, too_telling
from analytics.steps.prospects import silent
from campaigns.choices import CampaignState, Moved
from campaigns.steps.propensity_rows import facts_of, scored_ids
from campaigns.steps.uplift_rows import OUTCOMES, Asked, Trial, asked_for, held_by_others, trial_of
from campaigns.steps.uplift_scores import (
    Bounds,
    bounds_as_metrics,
    compared,
    fifths_table,
    groups_table,
    write_uplift,
)
from crm.jobs import Progress

FEWEST, FEWEST_OF_A_KIND = 200, 20
MOST_LEARNED_FROM, MOST_SCORED = 100_000, 200_000
TOO_UNALIKE = 0.6
MOST_PLACEBOS = 0.025
SEED = 42
PARTS = 6
NO_EVIDENCE = (
    "There is no evidence that what is known of people tells whom this campaign moves: {why}. The order is not better "
    "than by lot, so it gives nobody an uplift."
)
NO_CAMPAIGN = (
    "No campaign that is over had a control group: whom it moved cannot be told. Keep a part out of the next one."
)
UNKNOWN = (
    "Whether one person would have come without it: nobody is both written to and kept out; it is of people alike.",
    "How people take to another offer, on another channel, at another time of the year.",
    "Those who were in no such campaign, where they differ from those who were.",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`campaign`: the name of the one to learn from (see `asked_for`); `variant`: of it, one that people got (all,
    unless given); `outcome`: responded or converted; `allow`: features that are used although they nearly give the
    answer away, by name, between commas."""
    outcome = str(given.get("outcome") or "").strip().lower() or None
    if outcome is not None and outcome not in OUTCOMES:
        raise AnalysisError(f"outcome must be {' or '.join(OUTCOMES)}, not “{outcome[:40]}”.")
    allow = given.get("allow") or ()
    names = allow.split(",") if isinstance(allow, str) else allow
    return {
        "campaign": str(given.get("campaign") or "").strip() or None,
        "variant": str(given.get("variant") or "").strip() or None,
        "outcome": outcome,
        "allow": [name.strip() for name in names if name.strip()],
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn whom one campaign moved, score everybody. Where it cannot be learned from, the last uplifts stay."""
    progress.report(0, PARTS, "Reading who was in the campaign")
    asked = asked_for(parameters)
    if asked is None:
        return StepResult(0, dict(parameters), {"model": None, "sentences": [NO_CAMPAIGN]}, data_to=as_of)
    given = {**parameters, **asked.parameters}
    whole = trial_of(asked, as_of)
    if sentences := refusal(asked, whole):
        return StepResult(0, given, {"model": None, **_who(asked), "sentences": sentences}, data_to=as_of)
    trial = whole.take(_some(len(whole)))
    scored = scored_ids(MOST_SCORED)
    everybody, said = facts_of(as_of, trial.people, scored)
    if len(scored) == MOST_SCORED:
        said.append(f"Only the newest {MOST_SCORED:,} contacts get an uplift.")
    first = np.arange(len(trial))
    learnt = Population(trial.people.contacts, everybody.features.take(first), trial.people.outcome, everybody.labels)
    allowed = sorted({*parameters["allow"], *AllowedFeature.objects.values_list("name", flat=True)})
    gone, telling = too_telling(learnt, allowed, who="who responds", step="uplift")
    features = everybody.features.without([*gone, *silent(learnt.features)])
    if not features.names:
        sentence = "Nothing is known of these people that tells them apart: bring in what you know of them."
        metrics = {"model": None, **_who(asked), "sentences": [sentence, *telling, *said]}
        return StepResult(0, given, metrics, data_to=as_of)
    known, others = features.take(first), features.take(np.arange(len(trial), len(features)))
    alike = _alike(known, trial)
    if alike["alike_auc"] > TOO_UNALIKE:
        metrics = {"model": None, **_who(asked), **alike, "sentences": [_unalike(alike), *said]}
        return StepResult(0, given, metrics, data_to=as_of)
    labels, others_hold = everybody.labels, held_by_others(asked)
    count, found = _learn(
        run_id, as_of, trial, known, (scored, others), labels, progress, keeps=others_hold is not None
    )
    doubt = [] if found["is_told"] else [NO_EVIDENCE.format(why=_why(found))]
    if others_hold is not None and not found["is_told"]:
        doubt.append(f"The uplifts learned from “{others_hold.metrics['campaign']}” stay.")
    if alike["alike_low"] > 0.5:
        doubt.append(_unalike(alike))
    metrics = {
        **found,
        **_who(asked),
        **alike,
        "trial": compared(whole.treated, whole.people.outcome, np.ones(len(whole), dtype=bool)),
        "features": {name: labels[name] for name in features.names},
        "left_out": gone,
        "left_out_labels": {name: labels.get(name, name) for name in gone},
        "sentences": [*doubt, *telling, *said],
    }
    return StepResult(count, given, metrics, data_to=as_of)


def refusal(asked: Asked, trial: Trial) -> list[str]:
    """Why nothing can be learned from this campaign, in sentences; none where it can."""
    stay = "The last uplifts stay."
    if asked.campaign.state != CampaignState.OVER:
        return [f"“{asked.campaign}” is not over yet: what people still do would count as nothing. {stay}"]
    (treated, hits), (kept_out, others) = trial.side(1), trial.side(0)
    if not kept_out:
        return [f"“{asked.campaign}” has no control group: whom it moved cannot be told. {stay}"]
    if not treated or not trial.is_measured:
        return [f"“{asked.name}”: it is not known on both sides whether people {asked.outcome}. {stay}"]
    rarest = min(hits, treated - hits, others, kept_out - others)
    if min(treated, kept_out) < FEWEST or rarest < FEWEST_OF_A_KIND:
        sentence = (
            f"“{asked.name}” reached {treated:,} people ({hits:,} {asked.outcome}) and kept {kept_out:,} out "
            f"({others:,}): at least {FEWEST} people on each side, and {FEWEST_OF_A_KIND} of each kind among them, "
            f"are needed to learn from. {stay}"
        )
        return [sentence]
    return []


def _learn(
    run_id: int,
    as_of: dt.date,
    trial: Trial,
    known: Features,
    asked: tuple[NDArray[np.int64], Features],
    labels: Mapping[str, str],
    progress: Progress,
    *,
    keeps: bool,
) -> tuple[int, dict[str, Any]]:
    """(rows written, figures). Without evidence the uplifts of before go, unless it `keeps` them."""
    outcome, treated = trial.people.outcome, trial.treated
    done = iter(range(1, PARTS))
    choice = choose_uplift(
        known, outcome, treated, tell=lambda kind: progress.report(next(done), PARTS, f"Learning: {kind}")
    )
    progress.report(4, PARTS, "Measuring it")
    measured = Measured(
        qini_with_interval(choice.order, treated, outcome), placebos(choice.kind, known, outcome, treated)
    )
    bounds = Bounds.of(choice.uplift, choice.base)
    progress.report(5, PARTS, "Scoring everybody")
    counts: dict[str, int] = dict.fromkeys(Moved.values, 0)
    driving: list[dict[str, Any]] = []
    if measured.is_told or not keeps:
        learner = Learner(choice.kind, known, outcome, treated) if measured.is_told else None
        counts, driving = write_uplift(run_id, as_of, *asked, learner, bounds, labels)
    groups = bounds.groups(choice.uplift, choice.base)
    progress.report(PARTS, PARTS, "Done")
    return sum(counts.values()), {
        **_chosen(choice),
        **measured.metrics,
        "n_learned": len(trial),
        "fifths": fifths_table(choice.order, treated, outcome),
        "groups": groups_table(groups, treated, outcome) if measured.is_told else [],
        "bounds": bounds_as_metrics(bounds),
        "scored": counts,
        "n_scored": sum(counts.values()),
        "drivers": driving,
        "unknown": list(UNKNOWN),
    }


def _chosen(choice: UpliftChoice) -> dict[str, Any]:
    return {
        "model": choice.kind,
        "best_model": choice.best,
        "standard_error": round(choice.error, 8),
        "folds": choice.folds,
        "losses": {kind: round(loss, 8) for kind, loss in choice.losses.items()},
        "qinis": {kind: round(value, 8) for kind, value in choice.qinis.items()},
        "reasons_method": METHOD,
    }


@dataclass(frozen=True)
class Measured:
    """Qini of a run, and that of the same people with control groups drawn anew (`placebos`)."""

    qini: Qini
    placebos: NDArray[np.floating[Any]]

    @property
    def p(self) -> float:
        """The share of placebos with as large a one."""
        return float((1 + (self.placebos >= self.qini.value).sum()) / (1 + len(self.placebos)))

    @property
    def is_told(self) -> bool:
        """Whether the order is better than by lot: the whole interval lies above 0, and hardly a placebo is as good."""
        return self.qini.low > 0 and self.p < MOST_PLACEBOS

    @property
    def metrics(self) -> dict[str, Any]:
        low, high = np.quantile(self.placebos, [0.025, 0.975])
        return {
            "qini": round(self.qini.value, 8),
            "qini_low": round(self.qini.low, 8),
            "qini_high": round(self.qini.high, 8),
            "placebo_p": round(self.p, 6),
            "placebo_low": round(float(low), 8),
            "placebo_high": round(float(high), 8),
            "placebos": len(self.placebos),
            "is_told": self.is_told,
            "curve": [[round(number, 6) for number in row] for row in self.qini.curve],
        }


def _why(found: Mapping[str, Any]) -> str:
    if found["qini_low"] <= 0:
        return "the interval of Qini holds 0"
    return f"{found['placebo_p']:.0%} of placebos (the control group drawn anew) have as large a Qini"


def _alike(known: Features, trial: Trial) -> dict[str, float]:
    """How well what was known before tells who was treated: a random draw gives an AUC of 0.5."""
    found = out_of_fold(known, trial.treated, (LINEAR,))[0][LINEAR]
    area, low, high = auc_with_interval(trial.treated, found)
    return {"alike_auc": round(area, 6), "alike_low": round(low, 6), "alike_high": round(high, 6)}


def _unalike(alike: Mapping[str, float]) -> str:
    end = "No uplift is learned from it." if alike["alike_auc"] > TOO_UNALIKE else "Take these figures with care."
    return (
        f"The control group is not alike: what was known before tells who was kept out (AUC {alike['alike_auc']:.3f}, "
        f"{alike['alike_low']:.3f} to {alike['alike_high']:.3f}; a draw by lot has 0.5), so differences may be of the "
        f"people and not of the campaign. {end}"
    )


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics
    if not found.get("model"):
        return list(found.get("sentences", ()))
    trial = found["trial"]
    return [
        f"Of “{found['campaign']}”: {how_chosen(found)}",
        (
            f"Lift {trial['lift']:.4f} ({trial['low']:.4f} to {trial['high']:.4f}) of {trial['treated']:,} people over "
            f"{trial['control']:,} kept out."
        ),
        (
            f"Qini {found['qini']:.5f} ({found['qini_low']:.5f} to {found['qini_high']:.5f}) out of fold; placebos "
            f"{found['placebo_low']:.5f} to {found['placebo_high']:.5f}, p {found['placebo_p']:.3f}."
        ),
        f"{found['n_scored']:,} contacts have an uplift now.",
        *found.get("sentences", ()),
    ]


def how_chosen(found: Mapping[str, Any]) -> str:
    """Which way a run took and by what rule."""
    if found["best_model"] == found["model"]:
        return f"{found['model']}, of the least loss out of fold."
    return f"{found['model']}, the simplest within one standard error of the least loss, that of {found['best_model']}."


def _who(asked: Asked) -> dict[str, Any]:
    return {
        "campaign": asked.name,
        "campaign_id": asked.campaign.pk,
        "variant_id": asked.variant.pk if asked.variant else None,
        "outcome": asked.outcome,
    }


def _some(n: int) -> NDArray[np.int64]:
    """Places of those who are learned from: all, or as many as can be told apart in minutes, by lot."""
    if n <= MOST_LEARNED_FROM:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_LEARNED_FROM, replace=False))

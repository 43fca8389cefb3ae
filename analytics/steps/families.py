"""Purchase propensity: who buys which family of products within H days, and when each family is bought again.

For each of the families bought most, a calibrated regression is learned of who bought it after as-of - 2H, by what was
known then, and tried once on who bought it after as-of - H, by what was known there. Only where it surely beats the
family's base rate and the customer's own recency and frequency in that family is it fitted again on the newer days and
used as of as-of. The day of the next purchase is the median wait of MBG/NBD fitted on who has bought the family; it is
shown where the number of buyers that the same model foretold for the last H days came true.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from analytics.mathematics import beta_geometric
from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.families import SINCE, Known, Model, Trial, chance_within, features_of, try_out
from analytics.mathematics.fitting import CannotFit
from analytics.mathematics.histories import DAYS_A_WEEK
from analytics.mathematics.quality import auc_with_interval, log_loss
from analytics.models import ModelRun
from analytics.steps import StepResult, whole_number
from analytics.steps.churn_scores import baseline, drivers, figures
from analytics.steps.defaults import FAMILY_ELIGIBLE, FAMILY_HORIZON
from analytics.steps.family_rows import family_names, read_known, sampled
from analytics.steps.family_scores import Foretold, write_scores
from crm.intervals import wilson
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number, percent

LEARNT_AT_MOST = 50_000
FEWEST_CUSTOMERS, FEWEST_BUYERS = 100, 50
NEAR = 0.2
"""By what share of it the number of buyers may miss what was foretold, beyond chance."""
SHOWN_DRIVERS = 3
LABELS = {
    "own_recency": "Days since it was bought last",
    "own_days": "Times it was bought",
    "own_days_365": "Times it was bought in a year",
    "own_share": "Its share of the purchases of a year",
    "own_due": "Time since then by the usual gap",
    "recency": "Days since any purchase",
    "purchases_365": "Purchases in a year",
    "overdue": "Time since any purchase by the usual gap",
    "tenure": "Days since the first purchase",
    "money_365": "Money in a year",
    "families_365": "Families bought in a year",
}
TOO_FEW = "Too few bought it, or too few did not, to learn from and to try on: at least 20 of each, on both days."
NO_BETTER = "No better than {what}: on the later days the log loss is {gain}, which may be chance."
WORSE = "Worse than {what}: on the later days the log loss is {gain}."
RATE, OWN = "how many buy it in all", "how recently and how often each bought it"
UNKNOWN = (
    "Prices and offers of others, and what people never told the company.",
    "Seasons: only the days before one cut-off are learned from.",
    "Families that few buy yet, beyond the twenty that most buy.",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`horizon_days`: within how many days a family is bought; `eligible_days`: of whom it is foretold."""
    return {
        "horizon_days": whole_number(given.get("horizon_days"), name="horizon_days", most=730) or FAMILY_HORIZON,
        "eligible_days": whole_number(given.get("eligible_days"), name="eligible_days", most=3650) or FAMILY_ELIGIBLE,
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn, try and score each family. Where there is nothing to learn from, nobody has a chance."""
    horizon, eligible = parameters["horizon_days"], parameters["eligible_days"]
    first, second = (as_of - dt.timedelta(days=times * horizon) for times in (2, 1))
    progress.report(0, 0, "Reading who bought what")
    some, is_sample = sampled(second, LEARNT_AT_MOST)
    names = family_names(second, some)
    early = read_known(first, horizon, names, some).eligible(eligible)
    later = read_known(second, horizon, names, some)
    late = later.eligible(eligible)
    metrics: dict[str, Any] = {
        "cut_offs": [first.isoformat(), second.isoformat(), as_of.isoformat()], "n_train": len(early),
        "n_test": len(late), "names": names,
    }  # fmt: skip
    if min(len(early), len(late)) < FEWEST_CUSTOMERS or not names:
        rows, _ = write_scores(run_id, as_of, (), names, eligible)
        said = (
            f"{number(len(early))} customers bought in the {number(eligible)} days up to {full_day(first)}, "
            f"{number(len(late))} in those up to {full_day(second)}: at least {FEWEST_CUSTOMERS} of each are needed to "
            "learn from. Nobody has a chance now."
        )
        return StepResult(rows, dict(parameters), metrics | {"families": [], "sentences": [said]}, data_to=as_of)
    now = read_known(as_of, 0, names, some)
    trials: list[Trial] = []
    foretold, lines = [], []
    for place, name in enumerate(names):
        progress.report(place, len(names) + 1, f"Learning who buys {name}")
        model, line, trial = _chance(early, late, place, names)
        timing, wait = _timing(later, now, place, horizon)
        foretold.append(Foretold(name, place, model, timing))
        lines.append({"family": name, **line, "timing": wait})
        trials += [trial] if trial else []
    progress.report(len(names), len(names) + 1, "Scoring everybody")
    rows, likeliest = write_scores(
        run_id, as_of, foretold, names, eligible,
        lambda done: progress.report(len(names), len(names) + 1, f"Scored {number(done)} customers"),
    )  # fmt: skip
    metrics |= _pooled(trials) | {
        "families": lines, "shown": sum(one.model is not None for one in foretold),
        "timed": sum(one.timing is not None for one in foretold), "likeliest": likeliest, "n_scored": rows,
        "features": LABELS, "unknown": list(UNKNOWN), "sentences": _said(foretold, lines, is_sample),
    }  # fmt: skip
    progress.report(len(names) + 1, len(names) + 1, "Done")
    return StepResult(rows, dict(parameters), metrics, first - dt.timedelta(days=eligible), as_of)


def _chance(
    early: Known, late: Known, place: int, names: Sequence[str]
) -> tuple[Model | None, dict[str, Any], Trial | None]:
    """(the model to score with, None where it is not shown; its figures; the trial)."""
    line: dict[str, Any] = {"is_shown": False, "buyers": int(late.after[:, place].sum()), "why": TOO_FEW}
    found = try_out(early, late, place, names, families=len(names))
    if found is None:
        return None, line, None
    trial, tried, features = found
    area, low, high = auc_with_interval(trial.outcome, trial.model)
    facts, added = tried.classifier.contributions(features)
    labels = {**LABELS, **{name: f"Days since {name.removeprefix(SINCE)}" for name in facts if name.startswith(SINCE)}}
    line |= {
        "is_shown": trial.holds, "why": _why(trial), "rate": round(trial.rate, 6),
        "actual": round(float(trial.outcome.mean()), 6), "predicted": round(float(trial.model.mean()), 6),
        "auc": round(area, 4), "auc_low": round(low, 4), "auc_high": round(high, 4), "calibration": trial.calibration,
        "log_loss": round(log_loss(trial.outcome, trial.model), 6),
        "over_rate": _rounded(asdict(trial.over_rate)), "over_own": _rounded(asdict(trial.over_own)),
        "drivers": drivers(facts, added, features, labels)[:SHOWN_DRIVERS],
    }  # fmt: skip
    if not trial.holds:
        return None, line, trial
    newer = features_of(late, place, names)
    return Model.learn(newer, late.after[:, place].astype(np.int64)), line, trial


def _why(trial: Trial) -> str:
    """Why the chances of a family are not shown; empty where they are."""
    for gain, what in ((trial.over_rate, RATE), (trial.over_own, OWN)):
        if gain.low <= 0:
            said = f"{abs(gain.mean):.4f} {'more' if gain.mean < 0 else 'less'} ({gain.low:+.4f} to {gain.high:+.4f})"
            return (WORSE if gain.high < 0 else NO_BETTER).format(what=what, gain=said)
    return ""


def _timing(later: Known, now: Known, place: int, horizon: int) -> tuple[BetaGeometric | None, dict[str, Any]]:
    """(the model of the waits, None where it is not shown; how many buyers it foretold for the last days, and came)."""
    histories, of_each, has = later.histories(place)
    buyers = int(has.sum())
    if buyers < FEWEST_BUYERS:
        return None, {"is_shown": False, "why": f"Fewer than {FEWEST_BUYERS} have bought it.", "buyers": buyers}
    try:
        model = beta_geometric.model_of(beta_geometric.fit(histories, shift=1))
        foretold = float(chance_within(model, histories, horizon / DAYS_A_WEEK)[of_each].mean())
        again = beta_geometric.model_of(beta_geometric.fit(now.histories(place)[0], shift=1))
    except CannotFit as error:
        return None, {"is_shown": False, "why": f"The waits could not be fitted: {error}", "buyers": buyers}
    actual = float(later.after[has, place].mean())
    low, high = wilson(actual, buyers)
    is_near = bool(low <= foretold <= high or abs(actual - foretold) <= NEAR * foretold)
    why = "" if is_near else f"{percent(foretold, 1)} were foretold to buy it again, {percent(actual, 1)} did."
    line = {"is_shown": is_near, "why": why, "buyers": buyers, "foretold": round(foretold, 6)}
    return again if is_near else None, line | {"actual": round(actual, 6), "low": round(low, 6), "high": round(high, 6)}


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}


def _pooled(trials: Sequence[Trial]) -> dict[str, Any]:
    """The figures of all tried families together, a row for each customer and family, shown or not."""
    if not trials:
        return {}
    outcome, model, own, base = (
        np.concatenate([getattr(one, name) for one in trials]) for name in ("outcome", "model", "own", "base")
    )
    return {
        **figures(outcome, model),
        "calibration": "each family by itself, five folds of the earlier day",
        "pairs": len(outcome),
        "bought": int(outcome.sum()),
        "baselines": [
            baseline("How recently and how often each bought it", outcome, own)
            | {"loss": round(log_loss(outcome, own), 6)},
            baseline("How many buy it in all", outcome, base) | {"loss": round(log_loss(outcome, base), 6)},
        ],
    }


def _said(foretold: Sequence[Foretold], lines: Sequence[Mapping[str, Any]], is_sample: bool) -> list[str]:
    said = []
    if foretold and not any(one.model for one in foretold):
        said.append(
            "For no family do the facts tell more than how many buy it and how recently and how often each customer "
            "bought it: no chance is shown. Each family says why."
        )
    if is_sample:
        said.append(
            f"Learned from and tried on {number(LEARNT_AT_MOST)} customers or fewer, the same on every day, drawn by a "
            "hash of their number; all are scored."
        )
    return said


def sentences(metrics: Mapping[str, Any]) -> Iterator[str]:
    """A run in words."""
    if "auc" in metrics:
        yield (
            f"AUC {metrics['auc']:.4f} ({metrics['auc_low']:.4f} to {metrics['auc_high']:.4f}) over "
            f"{number(metrics['pairs'])} pairs of customer and family of later days, Brier {metrics['brier']:.4f}, "
            f"lift of the top decile {metrics['top_decile_lift']:.2f}."
        )
        yield (
            f"Chances of {metrics['shown']} of {len(metrics['names'])} families are shown, days of the next purchase "
            f"of {metrics['timed']}; {number(metrics['n_scored'])} customers have them."
        )
    yield from metrics["sentences"]


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    return list(sentences(run.metrics))

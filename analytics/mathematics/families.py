"""Who buys which family next: facts of one family known on a day, the trial on later days, the model behind a chance.

A customer stands in one row of every array, a family in one column. `first` and `last` are days as numbers (0 where
nothing was bought), `days` counts purchase days, `days_365` those of the last 365 days, `after` says whether the family
was bought within the horizon after the day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.classifying import CALIBRATORS, LINEAR, Calibrator, Classifier, fit_calibrator, out_of_fold
from analytics.mathematics.features import Features
from analytics.mathematics.histories import Histories, Ints, compress
from analytics.mathematics.quality import Floats, log_loss, log_losses

YEAR = 365
OWN = ("own_recency", "own_days", "own_days_365")
"""What the customer bought of the family so far: the plainest guess, which a model has to beat."""
SINCE = "since:"
"""Days since another family was bought last, at most a year."""
FEWEST_OF_A_KIND, MANY_OF_A_KIND = 20, 1000


@dataclass(frozen=True)
class Known:
    """Customers as they were at the end of a day: arrays (n,) of all purchases, (n, families) of each family."""

    until: int
    contacts: Ints
    first: Ints
    last: Ints
    days: Ints
    days_365: Ints
    money_365: Floats
    family_first: Ints
    family_last: Ints
    family_days: Ints
    family_days_365: Ints
    after: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.contacts)

    def take(self, rows: NDArray[Any]) -> Known:
        """Some of the customers."""
        return Known(self.until, *(column[rows] for name, column in vars(self).items() if name != "until"))

    def eligible(self, days: int) -> Known:
        """Those who bought anything within the last so many days."""
        return self.take(self.last > self.until - days)

    def histories(self, family: int) -> tuple[Histories, Ints, NDArray[np.bool_]]:
        """(distinct histories of buying the family, each buyer's place among them, who has bought it)."""
        has = self.family_days[:, family] > 0
        first, last, days = (one[has, family] for one in (self.family_first, self.family_last, self.family_days))
        return *compress(days - 1, last - first, self.until - first), has


def features_of(known: Known, family: int, names: Sequence[str]) -> Features:
    """What is known of each customer that may tell whether they buy the family; NaN where there is nothing."""
    days = known.family_days[:, family]
    bought = days > 0
    own = np.where(bought, known.until - known.family_last[:, family], np.nan)
    gap = _gap(known.family_first[:, family], known.family_last[:, family], days)
    recency = (known.until - known.last).astype(float)
    numbers: dict[str, Any] = {
        "own_recency": own,
        "own_days": days,
        "own_days_365": known.family_days_365[:, family],
        "own_share": known.family_days_365[:, family] / np.maximum(known.days_365, 1),
        "own_due": own / gap,
        "recency": recency,
        "purchases_365": known.days_365,
        "overdue": recency / _gap(known.first, known.last, known.days),
        "tenure": known.until - known.first,
        "money_365": known.money_365,
        "families_365": (known.family_days_365 > 0).sum(axis=1),
    }
    for place, name in enumerate(names):
        if place != family:
            ago = np.minimum(known.until - known.family_last[:, place], YEAR)
            numbers[f"{SINCE}{name}"] = np.where(known.family_days[:, place] > 0, ago, YEAR)
    return Features({name: np.asarray(column, np.float32) for name, column in numbers.items()}, {}, {})


def _gap(first: Ints, last: Ints, days: Ints) -> Floats:
    """Mean days between purchases; NaN of who bought once or never."""
    return np.where(days > 1, (last - first) / np.maximum(days - 1, 1), np.nan)


def own_facts(features: Features) -> Features:
    """The plainest facts alone."""
    return features.without([name for name in features.names if name not in OWN])


@dataclass(frozen=True)
class Model:
    """A regression with its calibration."""

    classifier: Classifier
    calibrator: Calibrator

    @classmethod
    def learn(cls, features: Features, outcome: Ints) -> Model:
        """The calibration is the one of the least log loss over five folds, each judged by what did not see it. Steps
        (isotonic) need many of both kinds: of few they make chances next to 0 and 1 of the ends."""
        out, parts = out_of_fold(features, outcome, [LINEAR])
        raw, losses = out[LINEAR], dict[str, float]()
        rarer = int(np.bincount(outcome, minlength=2).min())
        for kind in CALIBRATORS if rarer >= MANY_OF_A_KIND else ("none", "sigmoid"):
            found = np.empty(len(outcome))
            for train, test in parts:
                found[test] = fit_calibrator(kind, raw[train], outcome[train]).apply(raw[test])
            losses[kind] = log_loss(outcome, found)
        best = min(losses, key=lambda kind: losses[kind])
        return cls(Classifier(LINEAR, features, outcome), fit_calibrator(best, raw, outcome))

    def chances(self, features: Features) -> Floats:
        found: Floats = np.clip(self.calibrator.apply(self.classifier.predict(features)), 1e-6, 1 - 1e-6)
        return found


@dataclass(frozen=True)
class Gain:
    """By how much the log loss of a customer is less, with the low end of its interval."""

    mean: float
    low: float
    high: float


def gain(plain: Floats, model: Floats, confidence: float) -> Gain:
    """The paired difference of two log losses of the same customers."""
    less = plain - model
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * float(less.std(ddof=1)) / math.sqrt(len(less))
    mean = float(less.mean())
    return Gain(mean, mean - half, mean + half)


@dataclass(frozen=True)
class Trial:
    """How a model of earlier days did on later ones, beside the two plainest guesses; all of shape (n,)."""

    outcome: Ints
    model: Floats
    own: Floats
    rate: float
    calibration: str
    over_rate: Gain
    over_own: Gain

    @property
    def holds(self) -> bool:
        """Whether it surely beats both."""
        return bool(self.over_rate.low > 0 and self.over_own.low > 0)

    @property
    def base(self) -> Floats:
        return np.full(len(self.outcome), self.rate)


def is_enough(outcome: Ints) -> bool:
    """Whether there are enough of both kinds to learn from and to try on."""
    yes = int(outcome.sum())
    return min(yes, len(outcome) - yes) >= FEWEST_OF_A_KIND


def try_out(
    early: Known, late: Known, family: int, names: Sequence[str], *, families: int
) -> tuple[Trial, Model, Features] | None:
    """(the trial, the model of the earlier day, the facts of the later one); None where too few bought, or all did.

    Learned of who bought after `early`, tried on who bought after `late`. The intervals are of 95 % over all `families`
    together (Bonferroni).
    """
    before, outcome = early.after[:, family].astype(np.int64), late.after[:, family].astype(np.int64)
    if not (is_enough(before) and is_enough(outcome)):
        return None
    learned, tried = features_of(early, family, names), features_of(late, family, names)
    model, own = Model.learn(learned, before), Model.learn(own_facts(learned), before)
    chances, plain, rate = model.chances(tried), own.chances(own_facts(tried)), float(before.mean())
    loss, sure = log_losses(outcome, chances), 1 - 0.05 / max(families, 1)
    trial = Trial(
        outcome, chances, plain, rate, model.calibrator.kind,
        gain(log_losses(outcome, np.full(len(outcome), rate)), loss, sure),
        gain(log_losses(outcome, plain), loss, sure),
    )  # fmt: skip
    return trial, model, tried


def chance_within(model: BetaGeometric, histories: Histories, weeks: float) -> Floats:
    """The chance of a purchase within a time by BG/NBD: being there, times the wait of a Pareto distribution."""
    wait = np.expm1(-(model.r + histories.x) * np.log1p(weeks / (model.alpha + histories.age)))
    found: Floats = -wait * model.alive(histories)
    return found

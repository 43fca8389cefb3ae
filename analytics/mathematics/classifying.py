"""Probabilities of a yes or no: the simplest of three kinds of models that is as good as any, calibrated, with reasons.

All randomness comes from one seed, so the same rows give the same figures. scikit-learn is imported where a model is
fitted: it takes seconds, and every process of the product imports this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from analytics.mathematics.features import Codes, Design, Features, Matrix, Plain
from analytics.mathematics.quality import (
    Floats,
    Labels,
    auc,
    average_precision,
    brier,
    log_loss,
    log_losses,
    top_decile_lift,
)
from analytics.mathematics.trees import path_contributions

SEED = 42
FOLDS = 5
LINEAR, BOOSTING, NETWORK = "LogisticRegression", "HistGradientBoosting", "MLP"
CANDIDATES = (LINEAR, BOOSTING, NETWORK)
"""From the simplest on: the first two say exactly why, and the network's starting weights are drawn."""
METHODS = {
    LINEAR: "exact: each term of the linear predictor, against the average customer",
    BOOSTING: "exact sum over the paths of the trees: how the expected value changes at each split on the feature",
    NETWORK: "one feature at a time put to its average: what the log-odds lose by it (not additive)",
}
TOO_GOOD = 0.95
SMALL_NETWORK_ROWS = 60_000
MANY_ROWS = 100_000


def fold_count(outcome: Labels, wanted: int = FOLDS) -> int:
    """How many folds hold at least one row of each outcome."""
    return int(min(wanted, np.bincount(outcome, minlength=2).min()))


class Classifier:
    """One fitted model of one kind. `predict` gives log-odds' probabilities, not calibrated."""

    def __init__(self, kind: str, features: Features, outcome: Labels) -> None:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

        self.kind = kind
        self.design: Design | Plain = Plain(features) if kind == BOOSTING else Design(features)
        self.model: Any = _model(kind, self.design, len(outcome))
        matrix = self.design.matrix(features)
        threads = 1 if len(outcome) < MANY_ROWS else None  # few rows: threads that wait for each other cost more
        with warnings.catch_warnings(), threadpool_limits(threads):
            warnings.simplefilter("ignore", ConvergenceWarning)  # a network that stops early is compared like the rest
            if kind == NETWORK and len(outcome) > SMALL_NETWORK_ROWS:
                rows = np.random.default_rng(SEED).choice(len(outcome), SMALL_NETWORK_ROWS, replace=False)
                self.model.fit(matrix[rows], outcome[rows])
            else:
                self.model.fit(matrix, outcome)
        self.centre: Matrix = matrix.mean(axis=0, dtype=np.float64).astype(np.float32)

    def predict(self, features: Features) -> Floats:
        return self._probability(self.design.matrix(features))

    def _probability(self, matrix: Matrix) -> Floats:
        with threadpool_limits(1 if len(matrix) < MANY_ROWS else None):
            found: Floats = self.model.predict_proba(matrix)[:, 1]
        return found

    def contributions(self, features: Features) -> tuple[list[str], Matrix]:
        """(names, log-odds that each feature adds to those of the average): shape (rows, features)."""
        matrix, groups = self.design.matrix(features), self.design.groups()
        if self.kind == BOOSTING:
            return list(groups), path_contributions(self.model, matrix)
        found = np.zeros((len(matrix), len(groups)), dtype=np.float32)
        if self.kind == LINEAR:
            terms = (matrix - self.centre) * self.model.coef_[0].astype(np.float32)
            for place, columns in enumerate(groups.values()):
                found[:, place] = terms[:, columns].sum(axis=1)
            return list(groups), found
        whole = _log_odds(self._probability(matrix))
        for place, columns in enumerate(groups.values()):
            changed = matrix.copy()
            changed[:, columns] = self.centre[columns]
            found[:, place] = whole - _log_odds(self._probability(changed))
        return list(groups), found


def _model(kind: str, design: Design | Plain, rows: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    if kind == LINEAR:
        return LogisticRegression(max_iter=1000)
    if kind == NETWORK:
        early = rows >= 500
        return MLPClassifier(
            (16,), alpha=1.0, max_iter=60, early_stopping=early, random_state=SEED, batch_size=min(256, rows)
        )
    flags = design.is_category if isinstance(design, Plain) else []
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        categorical_features=flags if any(flags) else None,
        early_stopping=False,
        random_state=SEED,
    )


def _log_odds(probability: Floats) -> Floats:
    safe = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(safe / (1 - safe))


@dataclass(frozen=True)
class Calibrator:
    """Brings probabilities to how often it happens: none, sigmoid (Platt) or isotonic."""

    kind: str
    apply: Callable[[Floats], Floats]


def fit_calibrator(kind: str, predicted: Floats, outcome: Labels) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    if kind == "sigmoid":
        model = LogisticRegression(C=1e6).fit(_log_odds(predicted).reshape(-1, 1), outcome)
        return Calibrator(kind, lambda values: model.predict_proba(_log_odds(values).reshape(-1, 1))[:, 1])
    if kind == "isotonic":
        steps = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4, out_of_bounds="clip").fit(predicted, outcome)
        return Calibrator(kind, steps.predict)
    return Calibrator("none", lambda values: values)


CALIBRATORS = ("none", "sigmoid", "isotonic")


@dataclass(frozen=True)
class Choice:
    """What cross-validation found: the kind that is taken, log loss by kind, its calibrated out-of-fold probabilities.

    `best` has the least log loss, `error` is the standard error of that (`simplest`). `selection_bias` is by how much
    the least log loss flatters, because the same folds found it.
    """

    kind: str
    best: str
    error: float
    losses: dict[str, float]
    calibrator: Calibrator
    predicted: Floats
    folds: int
    selection_bias: float = 0.0
    by_model: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def out_of_fold(
    features: Features,
    outcome: Labels,
    candidates: Sequence[str] = CANDIDATES,
    tell: Callable[[str], None] = lambda kind: None,
) -> tuple[dict[str, Floats], list[tuple[Any, Any]]]:
    """Probabilities by kind, each row's by a model of stratified folds (seed 42) that did not see it; and the folds.
    Needs 2 rows of each outcome."""
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    splits = StratifiedKFold(fold_count(outcome), shuffle=True, random_state=SEED)
    parts = list(splits.split(np.zeros(len(outcome)), outcome))
    out: dict[str, Floats] = {}
    for kind in candidates:
        tell(kind)
        out[kind] = np.empty(len(outcome))
        for train, test in parts:
            out[kind][test] = Classifier(kind, features.take(train), outcome[train]).predict(features.take(test))
    return out, parts


def choose(
    features: Features,
    outcome: Labels,
    candidates: Sequence[str] = CANDIDATES,
    tell: Callable[[str], None] = lambda kind: None,
) -> Choice:
    """Fit every candidate (from the simplest on) on stratified folds (seed 42), and take the `simplest` that is as good
    out of fold as the best.

    Its probabilities are calibrated in the way whose own cross-validated log loss is the least: every figure made of
    `predicted` comes from rows that neither the model nor its calibration saw. Needs 2 rows of each outcome.
    """
    out, parts = out_of_fold(features, outcome, candidates, tell)
    taken, best, error = simplest({kind: log_losses(outcome, predicted) for kind, predicted in out.items()})
    tried = {kind: _calibrated(kind, out[taken], outcome, parts) for kind in CALIBRATORS}
    way = min(CALIBRATORS, key=lambda kind: log_loss(outcome, tried[kind]))
    return Choice(
        kind=taken,
        best=best,
        error=error,
        losses={kind: log_loss(outcome, predicted) for kind, predicted in out.items()},
        calibrator=fit_calibrator(way, out[taken], outcome),
        predicted=tried[way],
        folds=len(parts),
        selection_bias=selection_bias(best, out, outcome, parts),
        by_model={kind: model_figures(outcome, predicted, parts) for kind, predicted in out.items()},
    )


def simplest(losses: Mapping[str, Floats]) -> tuple[str, str, float]:
    """(the simplest candidate that is as good as the best, the best, the standard error of its mean loss).

    `losses` are the out-of-fold losses of the same n rows by candidate, from the simplest on, each of shape (n,). As
    good is a mean within one standard error of the least one: below that, which of them is least is decided by who
    happened to be in which fold. The error is over the rows, as of the trees for which the rule was made: Breiman,
    Friedman, Olshen and Stone (1984), Classification and Regression Trees, 3.4.3; Hastie, Tibshirani and Friedman
    (2009), The Elements of Statistical Learning, 7.10.1, take it over the folds. n must be at least 2.
    """
    means = {name: float(np.mean(rows)) for name, rows in losses.items()}
    best = min(means, key=lambda name: means[name])
    error = float(np.std(losses[best], ddof=1) / np.sqrt(len(losses[best])))
    return next(name for name in losses if means[name] <= means[best] + error), best, error


def model_figures(outcome: Labels, predicted: Floats, parts: Sequence[tuple[Any, Any]]) -> dict[str, float]:
    """The quality of a model's own out-of-fold probabilities, before they are calibrated: pooled, and the mean and the
    standard deviation of the AUC of the folds."""
    areas = [auc(outcome[test], predicted[test]) for _, test in parts]
    found = {
        "auc": auc(outcome, predicted),
        "auc_mean": np.mean(areas),
        "auc_sd": np.std(areas),
        "average_precision": average_precision(outcome, predicted),
        "brier": brier(outcome, predicted),
        "log_loss": log_loss(outcome, predicted),
        "accuracy": np.mean((predicted >= 0.5) == (outcome == 1)),
        "top_decile_lift": top_decile_lift(outcome, predicted),
    }
    return {name: round(float(value), 6) for name, value in found.items()}


def selection_bias(best: str, out: Mapping[str, Floats], outcome: Labels, parts: Sequence[tuple[Any, Any]]) -> float:
    """By how much the least cross-validated log loss is too low, since the same folds chose the model.

    Mean over the folds of the loss of the best model of all less that of the best model of the fold: Tibshirani and
    Tibshirani (2009), A bias correction for the minimum error rate in cross-validation, Annals of Applied Statistics 3.
    It overstates where the models are alike, and is 0 where one wins every fold.
    """
    found = []
    for _, test in parts:
        losses = {kind: log_loss(outcome[test], predicted[test]) for kind, predicted in out.items()}
        found.append(losses[best] - min(losses.values()))
    return float(np.mean(found))


def _calibrated(kind: str, predicted: Floats, outcome: Labels, parts: Sequence[tuple[Any, Any]]) -> Floats:
    if kind == "none":
        return predicted
    found = np.empty(len(outcome))
    for train, test in parts:
        found[test] = fit_calibrator(kind, predicted[train], outcome[train]).apply(predicted[test])
    return found


def single_auc(features: Features, name: str, outcome: Labels) -> float:
    """How well one feature tells the outcomes apart by itself, 0.5 to 1."""
    return max(auc(outcome, single_score(features, name, outcome)), 0.5)


def single_score(features: Features, name: str, outcome: Labels) -> Floats:
    """A score made of one feature: a number by its order, whichever way and wherever its missing values stand tells
    most; a category by how often the outcome is yes in it, out of fold."""
    if name not in features.numbers:
        return _rates_out_of_fold(features.codes[name], outcome)
    column = features.numbers[name].astype(np.float64)
    gaps = np.isnan(column)
    if gaps.all():
        return np.zeros(len(column))
    ways = [column]
    if gaps.any():
        low, high = np.nanmin(column) - 1, np.nanmax(column) + 1
        ways = [np.where(gaps, low, column), np.where(gaps, high, column), gaps.astype(np.float64)]
    areas = [auc(outcome, way) for way in ways]
    best = int(np.argmax([abs(area - 0.5) for area in areas]))
    return ways[best] if areas[best] >= 0.5 else -ways[best]


def _rates_out_of_fold(codes: Codes, outcome: Labels) -> NDArray[np.float64]:
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    found = np.empty(len(outcome))
    parts = StratifiedKFold(fold_count(outcome), shuffle=True, random_state=SEED)
    base = outcome.mean()
    for train, test in parts.split(np.zeros(len(outcome)), outcome):
        size = int(codes.max()) + 2
        counts = np.bincount(codes[train] + 1, minlength=size)
        hits = np.bincount(codes[train] + 1, weights=outcome[train], minlength=size)
        found[test] = ((hits + base) / (counts + 1))[codes[test] + 1]
    return found

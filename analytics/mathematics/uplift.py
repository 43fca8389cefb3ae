"""Whom a treatment moves: by how much it raises the chance of each person, learned from a random control group.

Three ways, from the simplest on. *Transformed outcome* (Athey and Imbens 2016, Recursive partitioning for heterogeneous
causal effects, PNAS 113): with e the share of treated people and c the mean outcome, (Y - c)(T - e) / (e (1 - e)) has
the uplift as its expected value, and a ridge regression learns it. *Two models* (Radcliffe 2007): the chance of who is
treated less that of who is not, each learned from its own people, by logistic regression or by boosted trees.

`outcome` and `treated` (1 or 0) are of shape (n,). All randomness comes from one seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.classifying import BOOSTING, LINEAR, Classifier, out_of_fold
from analytics.mathematics.features import Design, Features, Matrix
from analytics.mathematics.qini import qini
from analytics.mathematics.quality import Floats, Labels, midranks

SEED = 42
FOLDS = 5
TRANSFORMED, TWO_LINEAR, TWO_TREES = "Transformed outcome", "Two models, logistic", "Two models, trees"
CANDIDATES = (TRANSFORMED, TWO_LINEAR, TWO_TREES)
"""From the simplest on."""
ALIKE = "Everybody alike"
Parts = list[tuple[NDArray[Any], NDArray[Any]]]
REPEATS = 3
PLACEBOS = {TRANSFORMED: 400, TWO_LINEAR: 40, TWO_TREES: 40}
PENALTIES = np.logspace(-4, 2, 25)  # of the ridge, times the number of rows
METHOD = "one feature at a time: the uplift less its mean over the values that others have there (not additive)"
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
MOST_VALUES = 8


class Learner:
    """One fitted way: the chance without treatment (`base`) and by how much treatment raises it (`uplift`)."""

    def __init__(self, kind: str, features: Features, outcome: Labels, treated: Labels) -> None:
        self.kind = kind
        trees = BOOSTING if kind == TWO_TREES else LINEAR
        is_treated, others = np.flatnonzero(treated == 1), np.flatnonzero(treated == 0)
        self.without = Classifier(trees, features.take(others), outcome[others])
        if kind == TRANSFORMED:
            self.line = Line(features)
            self.line.fit(transformed(outcome, treated, float(outcome.mean()), float(treated.mean())))
        else:
            self.treated = Classifier(trees, features.take(is_treated), outcome[is_treated])
        self.usual = usual(features)

    def base(self, features: Features) -> Floats:
        return self.without.predict(features)

    def uplift(self, features: Features) -> Floats:
        if self.kind == TRANSFORMED:
            return self.line.predict(features)
        return self.treated.predict(features) - self.without.predict(features)

    def contributions(self, features: Features) -> tuple[list[str], Matrix]:
        """(names, what each feature adds to the uplift): shape (rows, features); see `METHOD`."""
        whole = self.uplift(features)
        found = np.zeros((len(features), len(features.names)), dtype=np.float32)
        for place, name in enumerate(features.names):
            others = sum(share * self.uplift(with_value(features, name, value)) for value, share in self.usual[name])
            found[:, place] = whole - others
        return features.names, found


class Line:
    """A ridge regression on standardised columns, for one target after another; the mean is not drawn to 0.

    Its penalty has the least generalised cross-validation (Golub, Heath and Wahba 1979, Technometrics 21): single
    outcomes say little of an uplift, and unpenalised slopes would mostly be chance."""

    def __init__(self, features: Features) -> None:
        self.design = Design(features)
        matrix = self.design.matrix(features).astype(np.float64)
        self.centre = matrix.mean(axis=0)
        self.moved = matrix - self.centre
        sizes, self.turned = np.linalg.eigh(self.moved.T @ self.moved)
        self.sizes = np.maximum(sizes, 0)

    def fit(self, target: Floats) -> None:
        n, self.level = len(target), float(target.mean())
        rest = target - self.level
        along = self.turned.T @ (self.moved.T @ rest)
        penalties = (PENALTIES * n)[:, None]
        explained = (along**2 * (self.sizes + 2 * penalties) / (self.sizes + penalties) ** 2).sum(axis=1)
        freedom = 1 + (self.sizes / (self.sizes + penalties)).sum(axis=1)
        self.penalty = float(PENALTIES[int(np.argmin((rest @ rest - explained) / (1 - freedom / n) ** 2))] * n)
        self.slopes = self.turned @ (along / (self.sizes + self.penalty))

    def of(self, matrix: NDArray[Any]) -> Floats:
        found: Floats = self.level + (matrix - self.centre) @ self.slopes
        return found

    def predict(self, features: Features) -> Floats:
        return self.of(self.design.matrix(features))


def transformed(outcome: Labels, treated: Labels, centre: float | Floats, share: float) -> Floats:
    """A number for each person whose expected value is the uplift, whatever `centre` is (what is expected without
    knowing the treatment makes it quiet)."""
    found: Floats = (outcome - centre) * (treated - share) / (share * (1 - share))
    return found


def usual(features: Features) -> dict[str, list[tuple[float, float]]]:
    """What others have, by feature: (value, share) of a few quantiles of a number, of the commonest categories (as
    codes), and of not being known."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, column in features.numbers.items():
        known = column[~np.isnan(column)]
        missing = 1 - len(known) / len(column)
        levels: list[float] = np.quantile(known, QUANTILES).tolist() if len(known) else []
        rows = [(level, (1 - missing) / len(QUANTILES)) for level in levels]
        found[name] = [*rows, (np.nan, missing)] if missing else rows
    for name, codes in features.codes.items():
        counts = np.bincount(codes + 1)
        common = np.argsort(-counts, kind="stable")[:MOST_VALUES]
        whole = counts[common].sum()
        found[name] = [(int(code) - 1, float(counts[code] / whole)) for code in common if counts[code]]
    return found


def with_value(features: Features, name: str, value: float) -> Features:
    """The features with one of them the same for all."""
    numbers, codes = dict(features.numbers), dict(features.codes)
    if name in numbers:
        numbers[name] = np.full(len(features), value, dtype=np.float32)
    else:
        codes[name] = np.full(len(features), value, dtype=np.int32)
    return Features(numbers, codes, features.categories)


@dataclass(frozen=True)
class UpliftChoice:
    """What cross-validation found: the way that is taken, and its out-of-fold figures of each person.

    `losses` are the mean losses by way (see `loss`), that of `ALIKE` too; `best` has the least, `error` is the standard
    error of the difference that decided. `order` is the score that the coefficient of Qini goes by.
    """

    kind: str
    best: str
    error: float
    losses: dict[str, float]
    qinis: dict[str, float]
    uplift: Floats
    base: Floats
    order: Floats
    folds: int


def choose_uplift(
    features: Features, outcome: Labels, treated: Labels, tell: Callable[[str], None] = lambda kind: None
) -> UpliftChoice:
    """Fit every way on folds stratified by treatment and outcome, and take the simplest whose out-of-fold loss is
    within one standard error of the least. Needs 5 people of each treatment and outcome.

    The folds are drawn three times (seeds from 42 on) and each person's figures are the means of three: which fold
    somebody falls into would else decide in a close case."""
    parts = [_folds(outcome, treated, SEED + at) for at in range(REPEATS)]
    expected = out_of_fold(features, outcome, (LINEAR,))[0][LINEAR]
    uplifts, bases, orders = _out_of_fold(features, outcome, treated, parts, tell)
    share = float(treated.mean())
    lost = {kind: loss(outcome, treated, expected, share, found) for kind, found in uplifts.items()}
    taken, best, error = simplest_by_pairs({kind: lost[kind] for kind in CANDIDATES})
    return UpliftChoice(
        kind=taken,
        best=best,
        error=error,
        losses={kind: float(rows.mean()) for kind, rows in lost.items()},
        qinis={kind: qini(order, treated, outcome) for kind, order in orders.items()},
        uplift=uplifts[taken],
        base=bases[taken],
        order=orders[taken],
        folds=FOLDS,
    )


def _folds(outcome: Labels, treated: Labels, seed: int) -> Parts:
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splits.split(np.zeros(len(outcome)), outcome * 2 + treated))


def _out_of_fold(
    features: Features, outcome: Labels, treated: Labels, repeats: Sequence[Parts], tell: Callable[[str], None]
) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, Floats]]:
    """By way: (uplift, that of `ALIKE` too; chance without treatment; rank within the fold), each person's by models
    that did not see them."""
    uplifts: dict[str, Floats] = {kind: np.zeros(len(outcome)) for kind in (*CANDIDATES, ALIKE)}
    bases: dict[str, Floats] = {kind: np.zeros(len(outcome)) for kind in CANDIDATES}
    orders: dict[str, Floats] = {kind: np.zeros(len(outcome)) for kind in CANDIDATES}
    for kind in CANDIDATES:
        tell(kind)
        for parts in repeats:
            found = np.empty(len(outcome))
            for train, test in parts:
                learner = Learner(kind, features.take(train), outcome[train], treated[train])
                asked = features.take(test)
                found[test] = learner.uplift(asked)
                bases[kind][test] += learner.base(asked) / len(repeats)
            uplifts[kind] += found / len(repeats)
            orders[kind] += within_folds(found, parts) / len(repeats)
    for parts in repeats:
        for train, test in parts:
            mine, others = outcome[train][treated[train] == 1], outcome[train][treated[train] == 0]
            uplifts[ALIKE][test] += (mine.mean() - others.mean()) / len(repeats)
    return uplifts, bases, orders


def loss(outcome: Labels, treated: Labels, expected: Floats, share: float, uplift: Floats) -> Floats:
    """What each person loses, ((Y - m) - (T - e) uplift)^2: least at the true uplift (Nie and Wager 2021,
    Quasi-oracle estimation of heterogeneous treatment effects, Biometrika 108). m is what is `expected` of the person,
    out of fold and without knowing the treatment. Shape (n,)."""
    found: Floats = ((outcome - expected) - (treated - share) * uplift) ** 2
    return found


def simplest_by_pairs(losses: Mapping[str, Floats]) -> tuple[str, str, float]:
    """(the simplest way that is as good as the best, the best, the standard error of the difference between both).

    As good is a mean loss above the least by at most one standard error of the differences person by person: most of
    what a person loses is chance that all ways share, and would hide any difference (of the losses alone the rule of
    one standard error would always take the simplest)."""
    best = min(losses, key=lambda kind: float(losses[kind].mean()))
    for kind, rows in losses.items():
        apart = rows - losses[best]
        error = float(apart.std(ddof=1) / np.sqrt(len(apart)))
        if kind == best or float(apart.mean()) <= error:
            return kind, best, error
    raise AssertionError("The best is one of them.")


def within_folds(scores: Floats, parts: Parts) -> Floats:
    """The rank of each person among those of their fold, from 0 to 1. The models of two folds differ in their level,
    and the level of one is low just where chance was kind to the people it does not see: scores pooled as they are
    would put these last."""
    found = np.empty(len(scores))
    for _, test in parts:
        found[test] = (midranks(scores[test]) - 0.5) / len(test)
    return found


def placebos(kind: str, features: Features, outcome: Labels, treated: Labels, draws: int | None = None) -> Floats:
    """Qini of the same people where the control group is drawn anew by lot and everything is learned again, so that
    there is nothing to find: shape (draws,).

    A bootstrap takes the order as it is. But what is learned from the other folds and what is counted in one share
    their chance: where nothing is to be found, its interval leaves 0 out several times as often as it says.
    Of the two models the folds are drawn once for each draw, which spreads these a little more."""
    dice = np.random.default_rng(SEED)
    count = draws or PLACEBOS[kind]
    lots = [dice.permutation(treated) for _ in range(count)]
    if kind != TRANSFORMED:
        found = [_placebo(kind, features, outcome, lot) for lot in lots]
        return np.array(found)
    orders = np.zeros((count, len(outcome)))
    targets = [transformed(outcome, lot, float(outcome.mean()), float(lot.mean())) for lot in lots]
    for repeat in range(REPEATS):
        for train, test in _folds(outcome, treated, SEED + repeat):
            line = Line(features.take(train))
            asked = line.design.matrix(features.take(test))
            for at, target in enumerate(targets):
                line.fit(target[train])
                orders[at, test] += (midranks(line.of(asked)) - 0.5) / len(test)
    return np.array([qini(order, lot, outcome) for order, lot in zip(orders, lots, strict=True)])


def _placebo(kind: str, features: Features, outcome: Labels, treated: Labels) -> float:
    parts = _folds(outcome, treated, SEED)
    found = np.empty(len(outcome))
    for train, test in parts:
        found[test] = Learner(kind, features.take(train), outcome[train], treated[train]).uplift(features.take(test))
    return qini(within_folds(found, parts), treated, outcome)

"""A shallow tree that tells a tenth of customers from the others by facts, small enough to be read.

CART (Breiman et al. 1984) with entropy, at most four questions deep, leaves of a least size, pruned by cost-complexity;
the strength of the pruning is the one with the least cross-validated log loss (of equal ones the stronger). Its quality
is pooled out of five outer folds, in each of which the pruning is chosen anew without the fold, so nothing that is
judged was seen. All randomness comes from one seed. scikit-learn and SciPy are imported where a tree is grown, since
pages read this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.features import Features

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
SEED = 42
FOLDS = 5
DEPTH = 4
SMALLEST_LEAF, SMALLEST_SHARE = 20, 0.02
PRIOR = 2.0
"""So many customers of the average join each leaf, so that no leaf is certain."""
YES_NO = {"yes", "no"}


@dataclass(frozen=True)
class Question:
    """Asked of one feature: a category (`is_in`), or a number above `over`. Who is not known says yes where
    `unknown_is_yes`; of a category they say no."""

    feature: str
    is_in: str = ""
    over: float | None = None
    unknown_is_yes: bool = False


@dataclass(frozen=True)
class Node:
    """`count` customers, `hits` of them best; without a question it is a leaf."""

    count: int
    hits: int
    question: Question | None = None
    yes: Node | None = None
    no: Node | None = None

    @property
    def share(self) -> float:
        return self.hits / self.count if self.count else 0.0

    def leaves(self, path: tuple[tuple[Question, bool], ...] = ()) -> Iterator[tuple[Node, Path]]:
        """Each leaf with the questions that lead to it and the answers, from the yes side on."""
        if self.question is None or self.yes is None or self.no is None:
            yield self, path
            return
        yield from self.yes.leaves((*path, (self.question, True)))
        yield from self.no.leaves((*path, (self.question, False)))


Path = tuple[tuple[Question, bool], ...]


@dataclass(frozen=True)
class Profile:
    """The tree; out of fold, for each row, the chance by the tree and by the share of all; the cross-validated log loss
    by number of leaves; the least size of a leaf."""

    tree: Node
    predicted: Floats
    base: Floats
    losses: dict[int, float]
    least: int


def least_leaf(count: int) -> int:
    return max(SMALLEST_LEAF, ceil(SMALLEST_SHARE * count))


def questions_of(features: Features, least: int) -> list[Question]:
    """A question a column: whether a number is over something, whether it is a category that enough customers have and
    lack."""
    found = [Question(name, over=0.0) for name, column in features.numbers.items() if np.isfinite(column).any()]
    for name, codes in features.codes.items():
        labels = features.categories[name]
        for code, label in enumerate(labels):
            has = int((codes == code).sum())
            is_other_half = set(labels) <= YES_NO and label == "no" and "yes" in labels
            if least <= has <= len(codes) - least and not is_other_half:
                found.append(Question(name, is_in=label))
    return found


def matrix_of(features: Features, questions: list[Question]) -> NDArray[np.float32]:
    """Shape (rows, questions): the number (NaN where it is not known), or 1 where the category is the asked one."""
    columns = [_column(features, one) for one in questions]
    return np.stack(columns, axis=1) if columns else np.empty((len(features), 0), np.float32)


def _column(features: Features, question: Question) -> NDArray[np.float32]:
    if question.over is not None:
        return features.numbers[question.feature].astype(np.float32)
    code = features.categories[question.feature].index(question.is_in)
    return (features.codes[question.feature] == code).astype(np.float32)


def profile(features: Features, outcome: Labels) -> Profile:
    """Grow, prune and judge. `outcome` is 1 for the best customers; both outcomes must be there in each fold."""
    least = least_leaf(len(outcome))
    questions = questions_of(features, least)
    matrix = matrix_of(features, questions) if questions else np.empty((len(outcome), 0), np.float32)
    alpha, losses = _pruning(matrix, outcome, least)
    predicted, base = _out_of_fold(matrix, outcome, least)
    tree = _as_nodes(_grown(matrix, outcome, alpha, least), questions, matrix, outcome)
    return Profile(tree, predicted, base, losses, least)


def answers(tree: Node, features: Features) -> NDArray[np.int64]:
    """The place of the leaf of each row in the order of `leaves`."""
    found = np.zeros(len(features), np.int64)
    for place, (_, path) in enumerate(tree.leaves()):
        found[follows(path, features)] = place
    return found


def follows(path: Path, features: Features) -> NDArray[np.bool_]:
    """Which rows give these answers."""
    inside = np.ones(len(features), bool)
    for question, answer in path:
        column = _column(features, question)
        gaps = np.isnan(column)
        limit = 0.5 if question.over is None else question.over
        with np.errstate(invalid="ignore"):
            says_yes = np.where(gaps, question.unknown_is_yes, column > np.float32(limit))
        inside &= says_yes == answer
    return inside


def _grown(matrix: NDArray[np.float32], outcome: Labels, alpha: float, least: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415

    tree = DecisionTreeClassifier(
        criterion="log_loss", max_depth=DEPTH, min_samples_leaf=least, ccp_alpha=alpha, random_state=SEED
    )
    return tree.fit(matrix if matrix.shape[1] else np.zeros((len(outcome), 1), np.float32), outcome)


def _chances(tree: Any, matrix: NDArray[np.float32]) -> Floats:
    """Of each row: the share of the best in its leaf, with the average customers that join it."""
    nodes = tree.tree_
    hits = nodes.value[:, 0, 1] * nodes.n_node_samples
    shares = (hits + PRIOR * nodes.value[0, 0, 1]) / (nodes.n_node_samples + PRIOR)
    return np.asarray(shares[tree.apply(matrix)] if matrix.shape[1] else np.full(len(matrix), shares[0]), np.float64)


def _strengths(matrix: NDArray[np.float32], outcome: Labels, least: int) -> list[float]:
    """Strengths of pruning, a value inside each stretch in which the tree is the same; the last leaves one leaf."""
    path = _grown(matrix, outcome, 0.0, least).cost_complexity_pruning_path
    steps = np.unique(np.maximum(path(matrix, outcome).ccp_alphas, 0.0)) if matrix.shape[1] else np.zeros(1)
    inside = np.sqrt(steps[:-1] * steps[1:])
    return [*inside.tolist(), float(steps[-1]) * 1.01 + 1e-9]


def _pruning(matrix: NDArray[np.float32], outcome: Labels, least: int) -> tuple[float, dict[int, float]]:
    """(the strength of pruning with the least log loss out of fold, that loss by number of leaves)."""
    from analytics.mathematics.quality import log_losses  # noqa: PLC0415

    strengths = _strengths(matrix, outcome, least)
    total = np.zeros(len(strengths))
    for train, test in _folds(outcome):
        for place, alpha in enumerate(strengths):
            tree = _grown(matrix[train], outcome[train], alpha, least)
            total[place] += log_losses(outcome[test], _chances(tree, matrix[test])).sum()
    means = total / len(outcome)
    best = len(means) - 1 - int(np.argmin(np.round(means[::-1], 12)))  # of equal ones the stronger
    leaves = [int(_grown(matrix, outcome, alpha, least).get_n_leaves()) for alpha in strengths]
    return strengths[best], dict(zip(leaves, np.round(means, 6).tolist(), strict=True))


def _out_of_fold(matrix: NDArray[np.float32], outcome: Labels, least: int) -> tuple[Floats, Floats]:
    predicted, base = np.empty(len(outcome)), np.empty(len(outcome))
    for train, test in _folds(outcome):
        alpha, _ = _pruning(matrix[train], outcome[train], least)
        predicted[test] = _chances(_grown(matrix[train], outcome[train], alpha, least), matrix[test])
        base[test] = outcome[train].mean()
    return predicted, base


def _folds(outcome: Labels) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    yield from parts.split(np.zeros(len(outcome)), outcome)


def _as_nodes(fitted: Any, questions: list[Question], matrix: NDArray[np.float32], outcome: Labels) -> Node:
    tree = fitted.tree_

    def node(place: int, rows: NDArray[np.int64]) -> Node:
        hits = int(outcome[rows].sum())
        if tree.children_left[place] < 0:
            return Node(len(rows), hits)
        asked = questions[tree.feature[place]]
        column, limit = matrix[rows, tree.feature[place]], float(tree.threshold[place])
        unknown_is_yes = not bool(tree.missing_go_to_left[place])
        if asked.over is not None:
            asked = Question(asked.feature, over=limit, unknown_is_yes=unknown_is_yes)
        with np.errstate(invalid="ignore"):
            says_yes = np.where(np.isnan(column), unknown_is_yes, column > np.float32(limit))
        yes = node(int(tree.children_right[place]), rows[says_yes])
        return Node(len(rows), hits, asked, yes, node(int(tree.children_left[place]), rows[~says_yes]))

    return node(0, np.arange(len(outcome)))

"""The tree of a profile: its leaves by plain counting, its pruning beside a tree that is searched by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from analytics.mathematics.features import Features, coded
from analytics.mathematics.profiling import Question, answers, follows, least_leaf, profile
from analytics.mathematics.quality import auc


def features_of(size: list[float | None], trade: list[str | None]) -> Features:
    codes, labels = coded(trade)
    numbers = np.array([np.nan if one is None else one for one in size], np.float32)
    return Features({"size": numbers}, {"trade": codes}, {"trade": labels})


def drawn(count: int, seed: int, effect: float) -> tuple[Features, np.ndarray]:
    """Shops are best more often by `effect`; the size says nothing."""
    chance = np.random.default_rng(seed)
    trade = chance.choice(["shop", "school", "museum"], count).tolist()
    size = [None if one < 0.2 else float(round(100 * one)) for one in chance.random(count)]
    share = np.where(np.array(trade) == "shop", 0.1 + effect, 0.1)
    return features_of(size, trade), (chance.random(count) < share).astype(np.int64)


def test_a_plain_difference_is_found_and_told_out_of_fold():
    features, best = drawn(600, 1, 0.4)
    found = profile(features, best)
    (first, path), *_ = sorted(found.tree.leaves(), key=lambda one: -one[0].share)
    assert path[0] == (Question("trade", is_in="shop"), True)
    is_shop = np.array(features.codes["trade"]) == features.categories["trade"].index("shop")
    assert (found.tree.yes.count, found.tree.yes.hits) == (is_shop.sum(), best[is_shop].sum())
    assert auc(best, found.predicted) > 0.65 and first.share > 0.4
    rates = [best[np.setdiff1d(np.arange(600), part)].mean() for part in _folds(best)]
    assert np.allclose(sorted(set(found.base.round(12))), sorted(set(np.round(rates, 12))))


def _folds(best: np.ndarray) -> list[np.ndarray]:
    return [test for _, test in StratifiedKFold(5, shuffle=True, random_state=42).split(best, best)]


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_differs_there_is_one_leaf(seed):
    features, best = drawn(500, seed, 0.0)
    found = profile(features, best)
    assert found.tree.question is None and found.tree.count == 500
    assert auc(best, found.predicted) < 0.6


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.5]))
def test_leaves_part_everybody_and_hold_what_they_say(seed, effect):
    features, best = drawn(300, seed, effect)
    found = profile(features, best)
    leaves = list(found.tree.leaves())
    places = answers(found.tree, features)
    assert sum(follows(path, features).sum() for _, path in leaves) == 300
    for place, (leaf, path) in enumerate(leaves):
        inside = by_hand(path, features)
        assert (inside == (places == place)).all()
        assert (leaf.count, leaf.hits) == (inside.sum(), best[inside].sum())
        assert leaf.count >= least_leaf(300) or len(leaves) == 1
    assert min(found.losses) == 1 and len(leaves) in found.losses
    assert found.losses[len(leaves)] == min(found.losses.values())


def by_hand(path, features: Features) -> np.ndarray:
    """Row by row."""
    inside = []
    for row in range(len(features)):
        is_in = True
        for question, answer in path:
            value = features.value(question.feature, row)
            if question.over is None:
                says = value == question.is_in
            else:
                says = question.unknown_is_yes if value is None else value > question.over
            is_in &= says == answer
        inside.append(is_in)
    return np.array(inside)


def test_the_first_question_is_the_one_with_the_most_information():
    features, best = drawn(400, 7, 0.5)
    found = profile(features, best)
    least = least_leaf(400)

    def entropy(rows: np.ndarray) -> float:
        share = best[rows].mean() if rows.any() else 0.0
        return (
            0.0 if share in (0, 1) else float(-rows.sum() * (share * np.log(share) + (1 - share) * np.log(1 - share)))
        )

    gains = {}
    for code, label in enumerate(features.categories["trade"]):
        inside = features.codes["trade"] == code
        if min(inside.sum(), (~inside).sum()) >= least:
            gains[label] = entropy(np.ones(400, bool)) - entropy(inside) - entropy(~inside)
    assert found.tree.question.is_in == max(gains, key=gains.get)

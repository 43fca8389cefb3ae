"""Quality of probabilities beside other computations, and what the models say of themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from analytics.mathematics import quality
from analytics.mathematics.classifying import BOOSTING, LINEAR, NETWORK, Classifier, choose, simplest, single_auc
from analytics.mathematics.features import Features, coded
from analytics.mathematics.trees import expected_log_odds


def drawn(rows=600, seed=1):
    """Rows whose true chance is known: (features, outcome, chance)."""
    rng = np.random.default_rng(seed)
    size, place = rng.normal(size=rows), rng.integers(0, 3, rows)
    chance = 1 / (1 + np.exp(-(1.5 * size - 0.5 + 0.8 * (place == 1))))
    outcome = (rng.random(rows) < chance).astype(np.int64)
    gaps = np.where(rng.random(rows) < 0.1, np.nan, size).astype(np.float32)
    codes, names = coded([None if one == 2 else "ab"[one] for one in place])
    return Features({"size": gaps}, {"place": codes}, {"place": names}), outcome, chance


@pytest.mark.parametrize("known", [0, 1])
def test_a_feature_that_hardly_any_row_has_stops_no_model(known):
    """With one row that has it, the fold that is tested on this row is learnt from gaps alone."""
    features, outcome, _ = drawn(300)
    rare = np.full(300, np.nan, dtype=np.float32)
    rare[:known] = 7
    codes, names = coded(["only one", *[None] * 299] if known else [None] * 300)
    wider = Features(
        {**features.numbers, "rare": rare}, {**features.codes, "word": codes}, {**features.categories, "word": names}
    )
    for kind in (LINEAR, BOOSTING):
        for learnt in (np.arange(300), np.arange(1, 300)):
            model = Classifier(kind, wider.take(learnt), outcome[learnt])
            predicted = model.predict(wider)
            assert ((predicted > 0) & (predicted < 1)).all()
            assert quality.auc(outcome, predicted) > 0.7
            assert np.isfinite(model.contributions(wider)[1]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=4, max_size=60))
def test_the_figures_equal_counting_all_pairs(rows):
    outcome = np.array([int(yes) for yes, _ in rows])
    if outcome.min() == outcome.max():
        return
    predicted = np.array([score / 12 for _, score in rows])
    ones, zeros = predicted[outcome == 1], predicted[outcome == 0]
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in ones for b in zeros]
    assert quality.auc(outcome, predicted) == pytest.approx(sum(pairs) / len(pairs))
    assert quality.average_precision(outcome, predicted) == pytest.approx(
        metrics.average_precision_score(outcome, predicted)
    )
    assert quality.brier(outcome, predicted) == pytest.approx(metrics.brier_score_loss(outcome, predicted))


def test_the_interval_of_the_auc_is_that_of_the_bootstrap():
    _, outcome, chance = drawn(400)
    area, low, high = quality.auc_with_interval(outcome, chance)
    rng, areas = np.random.default_rng(0), []
    for _ in range(1_000):
        rows = rng.integers(0, len(outcome), len(outcome))
        areas.append(quality.auc(outcome[rows], chance[rows]))
    assert low < area < high
    assert (low, high) == pytest.approx(tuple(np.quantile(areas, [0.025, 0.975])), abs=0.01)


def test_the_interval_holds_the_true_area_as_often_as_it_says():
    rng, inside = np.random.default_rng(3), 0
    for _ in range(300):
        outcome = np.repeat([0, 1], [60, 40])
        _, low, high = quality.auc_with_interval(outcome, rng.normal(size=100) + outcome)
        inside += low <= 0.7602 <= high  # P(N(1, 2) > 0)
    assert 0.92 <= inside / 300 <= 0.98


@pytest.mark.parametrize("kind", [LINEAR, BOOSTING])
def test_reasons_add_up_to_the_prediction(kind):
    features, outcome, _ = drawn()
    model = Classifier(kind, features, outcome)
    names, parts = model.contributions(features)
    log_odds = np.log(model.predict(features) / (1 - model.predict(features)))
    rest = log_odds - parts.sum(axis=1)
    assert set(names) == {"size", "place"}
    assert np.ptp(rest) < 1e-4
    if kind == BOOSTING:
        assert rest.mean() == pytest.approx(expected_log_odds(model.model), abs=1e-4)


def test_rows_with_other_codes_for_the_same_categories_get_the_same_prediction():
    features, outcome, _ = drawn()
    turned = Features(
        features.numbers,
        {"place": np.where(features.codes["place"] < 0, -1, 3 - features.codes["place"]).astype(np.int32)},
        {"place": ("new", "other", "b", "a")},
    )
    for kind in (LINEAR, BOOSTING):
        model = Classifier(kind, features, outcome)
        assert np.array_equal(model.predict(features), model.predict(turned))


def test_out_of_fold_probabilities_are_calibrated_and_the_same_each_time():
    features, outcome, chance = drawn(2_000)
    first, second = choose(features, outcome, [LINEAR, BOOSTING]), choose(features, outcome, [LINEAR, BOOSTING])
    assert np.array_equal(first.predicted, second.predicted)
    assert first.losses[first.best] == min(first.losses.values())
    assert first.losses[first.kind] <= first.losses[first.best] + first.error
    assert quality.log_loss(outcome, first.predicted) < quality.log_loss(outcome, np.full(2_000, outcome.mean()))
    assert np.abs(first.predicted - chance).mean() < 0.08
    hits = [
        row["low"] <= row["predicted"] <= row["high"] for row in quality.calibration_table(outcome, first.predicted)
    ]
    assert sum(hits) >= 8


def test_the_simplest_within_one_standard_error_of_the_best_is_taken():
    """By hand: the best has a mean of 0.4 and a standard deviation of 0.2 over 4 rows, so an error of 0.1."""
    best = np.array([0.2, 0.6, 0.4 - 0.1 * 2**0.5, 0.4 + 0.1 * 2**0.5])
    error = 0.1
    for more, wanted in ((0.0, LINEAR), (error - 1e-9, LINEAR), (error + 1e-9, NETWORK)):
        losses = {LINEAR: np.full(4, 0.4 + more), BOOSTING: np.full(4, 9.0), NETWORK: best}
        taken, least, found = simplest(losses)
        assert (taken, least) == (wanted, LINEAR if more == 0 else NETWORK)
        assert more == 0 or found == pytest.approx(error)


def test_trees_are_taken_where_a_line_cannot_tell_and_no_network_for_a_hair():
    """An outcome that hangs on a product of two numbers: a linear predictor knows nothing of it."""
    rng = np.random.default_rng(5)
    left, right = rng.normal(size=(2, 1_500))
    outcome = (rng.random(1_500) < np.where(left * right > 0, 0.85, 0.15)).astype(np.int64)
    features = Features({"left": left.astype(np.float32), "right": right.astype(np.float32)}, {}, {})
    found = choose(features, outcome, [LINEAR, BOOSTING])
    assert found.kind == found.best == BOOSTING
    assert found.losses[LINEAR] > found.losses[BOOSTING] + found.error
    assert quality.auc(outcome, found.predicted) > 0.75


def test_a_feature_that_gives_the_answer_away_is_seen_whatever_its_form():
    features, outcome, _ = drawn()
    text, names = coded(["gone" if yes else "here" for yes in outcome])
    gap = np.where(outcome == 1, np.nan, 1.0).astype(np.float32)
    telling = Features({"gap": gap, **features.numbers}, {"text": text}, {"text": names})
    assert single_auc(telling, "text", outcome) == 1
    assert single_auc(telling, "gap", outcome) == 1
    assert single_auc(telling, "size", outcome) < 0.9


def test_the_stability_index_is_small_for_the_same_and_large_for_another_distribution():
    rng = np.random.default_rng(0)
    before = rng.normal(size=5_000)
    assert quality.stability_index(before, rng.normal(size=5_000)) < 0.01
    assert quality.stability_index(before, rng.normal(1, 1, 5_000)) > 0.5
    assert quality.stability_index(before, np.where(rng.random(5_000) < 0.3, np.nan, before)) > 0.5

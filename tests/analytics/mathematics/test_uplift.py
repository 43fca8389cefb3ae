"""Whom a treatment moves: Qini as by plain counting, a planted uplift found, and none found where there is none."""

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.model_selection import StratifiedKFold

from analytics.mathematics.features import Features
from analytics.mathematics.qini import GRID, qini, qini_with_interval
from analytics.mathematics.uplift import (
    ALIKE,
    CANDIDATES,
    TRANSFORMED,
    TWO_LINEAR,
    Learner,
    Line,
    choose_uplift,
    placebos,
    simplest_by_pairs,
    transformed,
    within_folds,
)


def plain_qini(score, treated, outcome):
    """Group by group of equal scores, by plain counting."""
    xs, ys = [0.0], [0.0]
    total, all_treated = len(score), sum(treated)
    for value in sorted(set(score), reverse=True):
        above = [at for at in range(total) if score[at] >= value]
        n_t = sum(1 for at in above if treated[at])
        n_c = len(above) - n_t
        y_t = sum(outcome[at] for at in above if treated[at])
        y_c = sum(outcome[at] for at in above if not treated[at])
        brought = y_t - (y_c * n_t / n_c if n_c else 0)
        xs.append(len(above) / total)
        ys.append(brought / all_treated)
    parts = [
        (xs[at + 1] - xs[at]) * ((ys[at] - xs[at] * ys[-1]) + (ys[at + 1] - xs[at + 1] * ys[-1])) / 2
        for at in range(len(xs) - 1)
    ]
    return sum(parts)


@pytest.mark.parametrize("seed", range(12))
def test_qini_of_random_people_is_that_of_plain_counting(seed):
    dice = np.random.default_rng(seed)
    n = int(dice.integers(8, 120))
    score = dice.integers(0, 2 + 5 * seed, n) / 7  # many of one score
    treated, outcome = dice.integers(0, 2, n), dice.integers(0, 2, n)
    treated[:2] = (0, 1)
    assert qini(score, treated, outcome) == pytest.approx(plain_qini(score, treated, outcome), abs=1e-12)


def test_the_curve_ends_at_the_lift_and_people_of_one_score_are_no_order():
    dice = np.random.default_rng(3)
    treated, outcome = dice.integers(0, 2, 400), dice.integers(0, 2, 400)
    found = qini_with_interval(dice.random(400), treated, outcome, draws=50)
    lift = outcome[treated == 1].mean() - outcome[treated == 0].mean()
    assert found.curve[-1][:2] == pytest.approx((1.0, lift))
    assert [row[0] for row in found.curve] == pytest.approx(list(GRID))
    assert qini(np.ones(400), treated, outcome) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="untreated"):
        qini(np.ones(4), np.ones(4, dtype=int), np.zeros(4, dtype=int))


def test_a_perfect_order_has_the_area_of_its_triangle_and_its_reverse_as_much_below():
    treated = np.tile([1, 0], 300)
    moved = np.arange(600) < 200
    outcome = (moved & (treated == 1)).astype(int)
    found = qini_with_interval(moved.astype(float), treated, outcome, draws=200)
    # the first third brings all: a third of the treated; the area between is a triangle of base 1 and height 2/9
    assert found.value == pytest.approx(1 / 9)
    assert 0 < found.low < 1 / 9 < found.high
    against = qini_with_interval(-moved.astype(float), treated, outcome, draws=200)
    assert against.value == pytest.approx(-1 / 9)
    assert against.high < 0


def people(effect, n=4000, seed=0):
    """Features, outcome, treated: the first number decides who is moved, the second and the kind who comes anyhow."""
    dice = np.random.default_rng(seed)
    numbers = dice.normal(size=(n, 3)).astype(np.float32)
    kind = dice.integers(0, 3, n).astype(np.int32)
    treated = (dice.random(n) < 0.7).astype(int)
    chance = 0.2 + 0.05 * numbers[:, 1] + 0.05 * (kind == 2) + treated * (0.02 + effect * (numbers[:, 0] > 0))
    outcome = (dice.random(n) < np.clip(chance, 0.01, 0.99)).astype(int)
    columns = {f"x{at}": numbers[:, at] for at in range(3)}
    return Features(columns, {"kind": kind}, {"kind": ("a", "b", "c")}), outcome, treated


def test_a_planted_uplift_is_found_with_its_reason():
    features, outcome, treated = people(0.2)
    choice = choose_uplift(features, outcome, treated)
    found = qini_with_interval(choice.order, treated, outcome, draws=200)
    assert found.low > 0
    assert found.value > placebos(choice.kind, features, outcome, treated, 40).max()
    assert choice.losses[choice.kind] < choice.losses[ALIKE]
    is_moved = features.numbers["x0"] > 0
    # planted are 0.22 and 0.02; single outcomes say little, so the sizes are drawn towards the mean of both
    assert 0.12 < choice.uplift[is_moved].mean() < 0.24
    assert 0.0 < choice.uplift[~is_moved].mean() < 0.06
    names, added = Learner(choice.kind, features, outcome, treated).contributions(features)
    assert names[int(np.abs(added).mean(axis=0).argmax())] == "x0"
    assert added[is_moved, names.index("x0")].mean() > 0.04 > -0.04 > added[~is_moved, names.index("x0")].mean()


def test_without_any_difference_in_effect_placebos_are_as_good():
    for seed in (1, 2):
        features, outcome, treated = people(0.0, 2500, seed)
        choice = choose_uplift(features, outcome, treated)
        assert set(choice.qinis) == set(CANDIDATES)
        assert (placebos(choice.kind, features, outcome, treated, 40) >= choice.qinis[choice.kind]).mean() > 0.025


def test_placebos_are_those_of_learning_again_by_any_way():
    features, outcome, treated = people(0.3, 600)
    fast = placebos(TRANSFORMED, features, outcome, treated, 2)
    lot = np.random.default_rng(42).permutation(treated)
    order = np.zeros(len(outcome))
    for repeat in range(3):
        splits = StratifiedKFold(5, shuffle=True, random_state=42 + repeat).split(order, outcome * 2 + treated)
        for train, test in splits:
            line = Line(features.take(train))
            line.fit(transformed(outcome, lot, float(outcome.mean()), float(lot.mean()))[train])
            order[test] += rankdata(line.predict(features.take(test)))
    assert fast[0] == pytest.approx(qini(order, lot, outcome), abs=2e-3)
    assert abs(float(placebos(TWO_LINEAR, features, outcome, treated, 3).mean())) < 0.03


def test_the_transformed_outcome_has_the_uplift_as_its_mean():
    _features, outcome, treated = people(0.1, 50_000)
    lift = outcome[treated == 1].mean() - outcome[treated == 0].mean()
    for centre in (0.0, float(outcome.mean())):
        found = transformed(outcome, treated, centre, float(treated.mean()))
        assert found.mean() == pytest.approx(lift, abs=0.001)


def test_of_ways_that_chance_alone_tells_apart_the_simplest_is_taken():
    dice = np.random.default_rng(5)
    base = dice.random(500)
    close = base + dice.normal(0, 0.1, 500)
    worse = base + 0.05 + dice.normal(0, 0.1, 500)
    losses = {"first": close - close.mean() + base.mean() + 0.002, "second": base, "third": worse}
    assert simplest_by_pairs(losses)[:2] == ("first", "second")
    assert simplest_by_pairs({"first": worse, "second": base})[:2] == ("second", "second")


def test_ranks_are_those_within_each_fold():
    scores = np.array([1.0, 5.0, 3.0, 100.0, 300.0, 200.0])
    parts = [(np.array([3, 4, 5]), np.array([0, 1, 2])), (np.array([0, 1, 2]), np.array([3, 4, 5]))]
    assert within_folds(scores, parts) == pytest.approx(np.array([1, 5, 3, 1, 5, 3]) / 6)


def test_the_line_of_pure_chance_is_drawn_towards_the_mean():
    features, outcome, treated = people(0.0, 1500, 7)
    told, null = people(0.3, 1500, 7), Learner(TRANSFORMED, features, outcome, treated)
    assert null.line.penalty > Learner(TRANSFORMED, *told).line.penalty
    assert np.ptp(null.uplift(features)) < np.ptp(Learner(TRANSFORMED, *told).uplift(told[0]))

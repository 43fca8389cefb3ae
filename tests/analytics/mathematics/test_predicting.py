"""Predictive intervals hold what they promise: customers are drawn, forecast, and followed into the future."""

import numpy as np
import pytest

from analytics.mathematics import beta_geometric, gamma_gamma
from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.forecasting import discounts, expected_purchases, month_ends, value_weights
from analytics.mathematics.gamma_gamma import GammaGamma
from analytics.mathematics.histories import Histories
from analytics.mathematics.predicting import Horizon, Valued, outlook, total_interval

MODEL, VALUES = BetaGeometric(1.0, 8.0, 0.8, 4.0), GammaGamma(5.0, 3.5, 80.0)
SEEN, AHEAD = 70.0, 52.0
PLAIN = Horizon(np.array([AHEAD]), np.ones(1))


@pytest.fixture(scope="module")
def followed():
    """Histories up to SEEN with their mean values, and the money that each spends in the time AHEAD."""
    rng, n = np.random.default_rng(21), 12_000
    rate, loss, nu = rng.gamma(1.0, 1 / 8.0, n), rng.beta(0.8, 4.0, n), rng.gamma(3.5, 1 / 80.0, n)
    age, now, there = rng.uniform(4, SEEN, n), np.zeros(n), np.ones(n, bool)
    x, last, spent, later = np.zeros(n, int), np.zeros(n), np.zeros(n), np.zeros(n)
    while there.any():
        now[there] += rng.exponential(1 / rate[there])
        there &= now <= age + AHEAD
        money = np.where(there, rng.gamma(5.0, 1.0, n) / nu, 0.0)
        seen = there & (now <= age)
        x += seen
        last[seen] = now[seen]
        spent += np.where(seen, money, 0)
        later += np.where(there & ~seen, money, 0)
        there &= rng.random(n) >= loss
    order = np.argsort(x, kind="stable")
    mean = np.divide(spent, x, out=np.zeros(n), where=x > 0)[order]
    return Histories(x[order], last[order], age[order], np.ones(n)), mean, later[order]


def test_nine_of_ten_customers_spend_what_lies_in_their_interval(followed):
    histories, mean, later = followed
    likely = outlook(MODEL, VALUES, histories, histories.x, PLAIN)
    scale = VALUES.v + histories.x * mean
    inside = (later >= likely.low * scale) & (later <= likely.high * scale)
    assert 0.89 <= inside.mean() <= 0.95
    for some in (histories.x == 0, histories.x == 2, histories.x >= 5):
        assert 0.87 <= inside[some].mean() <= 0.97


def test_mean_and_variance_of_the_simulation_are_those_of_the_customers(followed):
    histories, mean, later = followed
    likely = outlook(MODEL, VALUES, histories, histories.x, PLAIN)
    scale = VALUES.v + histories.x * mean
    expected = expected_purchases(MODEL, histories, np.array([AHEAD]))[:, 0] * VALUES.expected_mean(histories.x, mean)
    # the luck of all customers together: three standard deviations of their sum
    luck = 3 * np.sqrt((likely.variance * scale**2).sum())
    assert luck < 0.06 * expected.sum()
    assert later.sum() == pytest.approx(expected.sum(), abs=luck)
    assert ((later - expected) ** 2).sum() == pytest.approx((likely.variance * scale**2).sum(), rel=0.2)


def test_interval_of_the_total_holds_the_total(followed):
    histories, mean, later = followed
    bought, valued = beta_geometric.fit(histories), histories.x > 0
    worth = gamma_gamma.fit(histories.x[valued], mean[valued])
    model, values = beta_geometric.model_of(bought), gamma_gamma.model_of(worth)
    expected = expected_purchases(model, histories, np.array([AHEAD]))[:, 0] * values.expected_mean(histories.x, mean)
    likely = outlook(model, values, histories, histories.x, PLAIN)
    variance = float((likely.variance * (values.v + histories.x * mean) ** 2).sum())
    customers = Valued(histories, histories.x, mean)
    low, high = total_interval(bought, worth, customers, float(expected.sum()), variance, PLAIN)
    assert low < later.sum() < high
    assert low < expected.sum() < high
    assert high - low < expected.sum()


def test_discounted_value_is_the_formula_month_by_month():
    one, ends = Histories.single(3, 20.0, 30.0), month_ends(12)
    made = expected_purchases(MODEL, one, ends)[0]
    by_hand = sum((made[m] - (made[m - 1] if m else 0)) / 1.1 ** ((m + 1) / 12) for m in range(12))
    assert made @ value_weights(12, 0.1) == pytest.approx(by_hand, rel=1e-12)
    assert ends[-1] * 7 == pytest.approx(365.25)


def test_same_seed_gives_the_same_figures_whoever_stands_beside():
    one = Histories.single(3, 20.0, 30.0)
    both = Histories(np.array([2, 3]), np.array([5.0, 20.0]), np.array([9.0, 30.0]), np.ones(2))
    horizon = Horizon(month_ends(12), discounts(12, 0.1))
    alone, beside = outlook(MODEL, VALUES, one, one.x, horizon), outlook(MODEL, VALUES, both, both.x, horizon)
    assert alone.high[0] == beside.high[1] > 0


def test_interval_begins_at_nothing_for_who_is_likely_lost():
    lost = Histories.single(9, 10.0, 200.0)
    likely = outlook(MODEL, VALUES, lost, lost.x, PLAIN)
    assert MODEL.alive(lost)[0] < 0.01
    assert (likely.low[0], likely.high[0]) == (0, 0)

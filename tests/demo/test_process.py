"""The model of buying behind the demo is the one its docstring says."""

import numpy as np
import pytest

from crm.demo.process import TRUTH, draw_customers, draw_purchases

WEEKS = 156.0


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(5)
    customers = draw_customers(rng, 40_000, WEEKS)
    return customers, draw_purchases(rng, customers, WEEKS)


def test_every_customer_buys_first_at_the_drawn_moment(drawn):
    customers, bought = drawn
    first = np.flatnonzero(np.diff(bought.customer, prepend=-1))
    assert len(first) == len(customers.rate)
    assert np.array_equal(bought.week[first], customers.first_week)


def test_nothing_is_bought_after_the_end(drawn):
    assert drawn[1].week.max() < WEEKS


def test_share_without_a_repeat_is_what_the_model_says(drawn):
    """P(no repeat in T) = (alpha / (alpha + T))^r, for T uniform over the period."""
    customers, bought = drawn
    none = (np.bincount(bought.customer) == 1).mean()
    since = WEEKS - customers.first_week
    expected = ((TRUTH.alpha / (TRUTH.alpha + since)) ** TRUTH.r).mean()
    assert none == pytest.approx(expected, abs=0.01)


def test_mean_of_repeat_purchases_is_what_the_model_says(drawn):
    """E[X(t)] of the BG/NBD (Fader, Hardie, Lee 2005, equation 9)."""
    from scipy.special import hyp2f1  # noqa: PLC0415

    customers, bought = drawn
    r, alpha, a, b = TRUTH.r, TRUTH.alpha, TRUTH.a, TRUTH.b
    t = WEEKS - customers.first_week
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
    expected = ((a + b - 1) / (a - 1) * (1 - curve)).mean()
    assert (np.bincount(bought.customer) - 1).mean() == pytest.approx(expected, rel=0.03)


def test_mean_purchase_is_what_the_model_says(drawn):
    _customers, bought = drawn
    first = np.flatnonzero(np.diff(bought.customer, prepend=-1))
    assert bought.cents[first].mean() / 100 == pytest.approx(TRUTH.p * TRUTH.v / (TRUTH.q - 1), rel=0.02)


def test_worth_is_independent_of_the_rate(drawn):
    customers, _ = drawn
    assert abs(np.corrcoef(customers.rate, customers.worth)[0, 1]) < 0.02

"""Comparisons of groups against published figures and computations of another kind."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from analytics.mathematics.comparing import lift, newcombe, usual_wait, welch


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ],
)
def test_the_difference_of_shares_has_the_intervals_of_newcombes_paper(counts, expected):
    """Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10: cases (a), (b) and (e)."""
    assert newcombe(*counts) == pytest.approx(expected, abs=5e-5)


def test_the_difference_of_means_is_that_of_scipy():
    rng = np.random.default_rng(3)
    one, other = rng.normal(10, 4, 40).tolist(), rng.normal(8, 1, 25).tolist()
    theirs = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert welch(one, other) == pytest.approx((theirs.low, theirs.high))
    assert welch([1.0], other) is None
    assert welch([2.0, 2.0], [2.0, 2.0]) is None


def test_the_interval_of_a_lift_is_that_of_many_drawn_tables():
    cells = np.array([60, 140, 90, 710]) / 1000
    value, low, high = lift(60, 200, 150, 1000)
    assert value == pytest.approx(2.0)
    drawn = np.random.default_rng(5).multinomial(1000, cells, 40_000)
    lifts = drawn[:, 0] * 1000 / ((drawn[:, 0] + drawn[:, 1]) * (drawn[:, 0] + drawn[:, 2]))
    assert math.log(high / low) / (2 * 1.959964) == pytest.approx(np.log(lifts).std(), rel=0.02)


def test_the_wait_is_the_quantile_of_the_predictive_distribution():
    """The tail at the answer, integrated over the posterior of the rate, is one in ten."""
    r, alpha, repeats, last = 0.24, 4.41, 3, 30.0
    wait = usual_wait(r, alpha, repeats, last)
    rate = stats.gamma(r + repeats, scale=1 / (alpha + last))
    tail, _ = integrate.quad(lambda one: math.exp(-one * wait) * rate.pdf(one), 0, np.inf)
    assert tail == pytest.approx(0.1, rel=1e-6)

"""Differences with their intervals, against scipy and published figures; how many people a trial needs."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analytics.mathematics.experiments import Sample, difference, holm, sizes_needed


def sample(values):
    return Sample(len(values), float(np.sum(values)), float(np.sum(np.square(values))))


@pytest.mark.parametrize(("n", "m"), [(4_000, 3_000), (12, 7), (90_000, 60_000)])
def test_a_difference_of_money_is_that_of_scipy(n, m):
    rng = np.random.default_rng(3)
    ours, theirs = rng.exponential(9, n) * (rng.random(n) < 0.2), rng.exponential(8, m)
    found = difference(sample(ours), sample(theirs))
    test = stats.ttest_ind(ours, theirs, equal_var=False)
    bounds = test.confidence_interval()
    assert found.value == pytest.approx(ours.mean() - theirs.mean())
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-4)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(test.statistic)), rel=1e-9)
    assert found.relative == pytest.approx(found.value / theirs.mean())


@pytest.mark.parametrize(
    ("hits", "n", "others", "m", "value", "low", "high", "p"),
    [  # a published trial, by the normal distribution: visits and conversions of two mails beside a control group
        (966, 5367, 535, 5277, 0.078605, 0.065491, 0.09172, 7.28e-32),
        (49, 5356, 31, 5277, 0.003274, -5e-06, 0.006554, 0.0504),
    ],
)
def test_a_difference_of_rates_is_about_the_published_one(hits, n, others, m, value, low, high, p):
    found = difference(Sample.of_rate(hits, n), Sample.of_rate(others, m))
    assert found.value == pytest.approx(value, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)
    assert found.p == pytest.approx(p, rel=5e-3)
    assert found.is_clear == (low > 0)


@pytest.mark.parametrize(
    ("hits", "n", "others", "m", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_the_interval_of_rates_is_newcombes(hits, n, others, m, low, high):
    found = difference(Sample.of_rate(hits, n), Sample.of_rate(others, m))
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    assert 0 < found.p <= 1


def test_what_cannot_be_compared_is_not():
    assert difference(Sample(1, 1, 1), Sample(9, 1, 1)) is None
    same = difference(Sample.of_rate(0, 50), Sample.of_rate(0, 40))
    assert (same.value, same.p, same.relative, same.is_clear) == (0, 1, None, False)
    assert difference(Sample(2, 8, 32), Sample(3, 12, 48)).low == 0  # everybody spent the same


def test_several_comparisons_are_adjusted_as_in_r():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.floats(0.005, 0.5), st.floats(0.01, 0.3), st.floats(0.05, 0.8))
def test_the_sizes_reach_the_power_that_was_asked_for(base, lift, share):
    sizes = sizes_needed(base, lift, control_share=share, power=0.8)
    assert _power(base, base + lift, sizes.control, sizes.treated) >= 0.8 - 1e-3
    fewer = 1 - max(0.03, 1 / min(sizes.control, sizes.treated))  # three in a hundred, or one person
    assume(fewer > 0)
    assert _power(base, base + lift, sizes.control * fewer, sizes.treated * fewer) < 0.8 + 2e-2


def test_a_trial_of_nothing_is_refused():
    for base, lift in ((0.1, 0), (0.9, 0.2), (-0.1, 0.2)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            sizes_needed(base, lift)


def _power(base, other, control, treated):
    """The chance to see the difference, by its distribution under both rates."""
    pooled = (base * control + other * treated) / (control + treated)
    under_none = np.sqrt(pooled * (1 - pooled) * (1 / control + 1 / treated))
    under_both = np.sqrt(base * (1 - base) / control + other * (1 - other) / treated)
    return stats.norm.cdf((abs(other - base) - stats.norm.ppf(0.975) * under_none) / under_both)

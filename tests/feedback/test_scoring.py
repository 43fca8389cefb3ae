"""The net promoter score: by plain counting, and against published figures."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.scoring import NetPromoter

ANSWERS = st.lists(st.integers(0, 10), min_size=1, max_size=60)
RETAIL = [0, 45, 28, 38, 51, 207, 244, 523, 1397, 1235, 3014]
"""How the customers of a French chain of garden stores answered, 0 to 10 (6,782 answers)."""


@given(ANSWERS)
def test_score_and_interval_are_those_of_plus_one_nought_and_minus_one(scores):
    found = NetPromoter.of(scores)
    marks = [1 if score > 8 else -1 if score < 7 else 0 for score in scores]
    assert found.n == len(scores)
    assert found.score == pytest.approx(100 * statistics.fmean(marks))
    half = 1.96 * (statistics.pvariance(marks) / len(marks)) ** 0.5 * 100
    assert found.half_width == pytest.approx(half, abs=0.01)
    assert found.is_small == (len(scores) < 30)


def test_published_counts_give_the_published_score():
    found = NetPromoter.of(score for score, count in enumerate(RETAIL) for _ in range(count))
    assert (found.promoters, found.passives, found.detractors) == (4249, 1920, 613)
    assert found.score == pytest.approx(53.613, abs=5e-4)
    assert found.half_width == pytest.approx(1.56, abs=5e-3)


def test_a_difference_within_its_interval_is_none():
    assert not NetPromoter(10, 5, 5).differs_from(NetPromoter(11, 5, 4))
    assert NetPromoter(600, 300, 100).differs_from(NetPromoter(500, 300, 200))
    assert not NetPromoter().differs_from(NetPromoter(5, 1, 1))
    # two who are pleased and two who are not: too few to tell, though both intervals are nought
    assert not NetPromoter(2, 0, 0).differs_from(NetPromoter(0, 0, 2))
    assert NetPromoter(30, 0, 0).differs_from(NetPromoter(0, 0, 30))
    assert (NetPromoter().score, NetPromoter().half_width) == (None, None)

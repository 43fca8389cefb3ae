"""Each score of ratings beside plain loops over the same answers."""

from __future__ import annotations

import statistics
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from analytics.mathematics.satisfying import (
    Mean,
    Ratings,
    gaps_by_attribute,
    index_of,
    means_by_attribute,
    priority,
    quadrant,
    scaled,
    value_of,
)

RATED = st.dictionaries(st.tuples(st.integers(1, 6), st.integers(0, 3)), st.integers(0, 100), max_size=20)
"""(response, attribute) -> rating"""


def columns(rated: dict[tuple[int, int], int]) -> Ratings:
    keys = list(rated)
    response = np.array([key[0] for key in keys], dtype=np.int64)
    attribute = np.array([key[1] for key in keys], dtype=np.int64)
    return Ratings(response, attribute, np.array(list(rated.values()), dtype=float))


def close(found: Mean, values: list[float]) -> None:
    assert found.n == len(values)
    if values:
        assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    if len(values) > 1:
        half = t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
        assert found.half_width == pytest.approx(half, rel=1e-6, abs=1e-9)


@settings(max_examples=50)
@given(RATED, RATED)
def test_delight_and_gaps_are_those_of_answers_by_the_same_customer(perceived, expected):
    found = gaps_by_attribute(columns(perceived), columns(expected))
    plain = defaultdict(list)
    for key, rating in perceived.items():
        if key in expected:
            plain[key[1]].append(rating - expected[key])
    assert set(found) == set(plain)
    for attribute, differences in plain.items():
        close(found[attribute].difference, differences)
        above = sum(one > 0 for one in differences)
        assert (found[attribute].above, found[attribute].share_above) == (above, above / len(differences))


@settings(max_examples=50)
@given(RATED, RATED)
def test_value_is_mean_benefit_less_mean_cost_of_each_customer(benefits, costs):
    def by_response(rated):
        found = defaultdict(list)
        for (response, _), rating in rated.items():
            found[response].append(rating)
        return {response: statistics.fmean(ratings) for response, ratings in found.items()}

    gained, paid = by_response(benefits), by_response(costs)
    close(value_of(columns(benefits), columns(costs)), [gained[one] - paid[one] for one in gained if one in paid])
    close(index_of(columns(benefits)), list(gained.values()))


@settings(max_examples=50)
@given(RATED, st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_means_and_quadrants_are_those_of_plain_counting(rated, performance, importance, middle, height):
    found = means_by_attribute(columns(rated))
    for attribute in {key[1] for key in rated}:
        close(found[attribute], [rating for key, rating in rated.items() if key[1] == attribute])
    names = {(True, True): "keep", (False, True): "improve", (True, False): "enough", (False, False): "leave"}
    where = quadrant(performance, importance, middle=(middle, height))
    assert where == names[performance >= middle, importance >= height]
    assert 0 <= priority(performance, importance) <= 100


@given(st.integers(0, 1), st.integers(2, 10), st.floats(0, 1))
def test_every_scale_becomes_nought_to_a_hundred(low, high, share):
    value = low + share * (high - low)
    assert scaled(np.array([value]), np.array([low]), np.array([high]))[0] == pytest.approx(100 * share, abs=1e-6)

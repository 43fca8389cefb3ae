"""Lots: of every draw the right share on average, and no more even or uneven than lots are."""

import statistics

import pytest
from django.db import connection

from campaigns.drawing import drawn

PEOPLE, DRAWS = 1_000, 600
COUNT_TEXT = """
SELECT count(*) FILTER (WHERE one < %(share)s), count(*) FILTER (WHERE one < 0.5 AND other < 0.5)
FROM (
  SELECT seed, {one} AS one, {other} AS other
  FROM generate_series(1, %(draws)s) AS n, LATERAL (SELECT n::bigint * 2862933555777941 AS seed) AS seeds,
    generate_series(%(first)s, %(first)s + %(people)s - 1) AS p
) AS lots GROUP BY seed
"""
COUNT_SQL = COUNT_TEXT.format(one=drawn("p", "seed"), other=drawn("p", "seed # 25214903917"))


@pytest.mark.django_db
@pytest.mark.parametrize("first", [1, 4_000_000])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_people_with_numbers_that_follow_each_other_are_drawn_as_by_lot(first, share):
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, {"share": share, "draws": DRAWS, "first": first, "people": PEOPLE})
        alone, together = zip(*cursor.fetchall(), strict=True)
    for counts, chance in ((alone, share), (together, 0.25)):
        deviation = (PEOPLE * chance * (1 - chance)) ** 0.5
        assert abs(statistics.mean(counts) - PEOPLE * chance) < 4 * deviation / DRAWS**0.5
        # the variance of 600 draws is off by 6 % as a rule; that of the high bits of the hash was 2.6 times as large
        assert 0.77 < statistics.pvariance(counts) / deviation**2 < 1.23

"""Least squares against certified values, known coefficients of data made for it, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.mathematics.chaining import least_squares, link

LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962
"""
"""Longley, J. W. (1967), JASA 62, 819-841; one of the reference sets of NIST, of higher difficulty."""
CERTIFIED = [
    (-3482258.63459582, 890420.383607373), (15.0618722713733, 84.9149257747669),
    (-0.0358191792925910, 0.0334910077722432), (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675), (-0.0511041056535807, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]  # fmt: skip


def test_certified_coefficients_and_errors_are_met():
    rows = np.array([[float(cell) for cell in line.split()] for line in LONGLEY.strip().splitlines()])
    fit = least_squares(rows[:, 0], rows[:, 1:])
    assert fit.values == pytest.approx([value for value, _ in CERTIFIED], rel=1e-7)
    assert fit.errors == pytest.approx([error for _, error in CERTIFIED], rel=1e-7)
    assert fit.explained == pytest.approx(0.995479004577296, abs=1e-9)


def test_known_coefficients_lie_in_their_intervals_about_as_often_as_promised():
    rng, true, hits = np.random.default_rng(3), np.array([0.6, 0.3, 0.0]), 0
    for _ in range(200):
        x = rng.normal(size=(300, 3))
        y = x @ true + rng.normal(0, np.sqrt(1 - (true**2).sum()), 300)
        found = {one.name: one for one in link(y, x, ["a", "b", "c"], np.arange(300)).coefficients}
        hits += sum(found[name].low <= value <= found[name].high for name, value in zip("abc", true, strict=True))
    assert 0.92 < hits / 600 < 0.98


def test_answers_of_one_customer_count_as_one_customers():
    rng, hits, plain_hits = np.random.default_rng(5), 0, 0
    for _ in range(200):
        # 80 customers answer four times each; half of what they say is their own way of saying it
        who = np.repeat(np.arange(80), 4)
        x = (rng.normal(size=80)[who] + rng.normal(0, 0.3, 320))[:, None]
        y = 0.5 * x[:, 0] + rng.normal(size=80)[who] + rng.normal(0, 0.3, 320)
        true = 0.5 * x.std(ddof=1) / y.std(ddof=1)
        (found,) = link(y, x, ["a"], who).coefficients
        (plain,) = link(y, x, ["a"], np.arange(320)).coefficients
        hits, plain_hits = hits + (found.low <= true <= found.high), plain_hits + (plain.low <= true <= plain.high)
    assert 0.9 < hits / 200 < 0.99
    assert plain_hits / 200 < 0.8


def test_the_errors_of_clusters_are_those_of_the_plain_sandwich():
    rng = np.random.default_rng(6)
    who = rng.integers(0, 40, 150)
    x, y = rng.normal(size=(150, 2)), rng.normal(size=150)
    fit = least_squares(y, x, who)
    design = np.column_stack([np.ones(150), x])
    bread = np.linalg.inv(design.T @ design)
    residuals = y - design @ (bread @ design.T @ y)
    meat = np.zeros((3, 3))
    for one in set(who.tolist()):
        part = sum(residuals[row] * design[row] for row in np.flatnonzero(who == one))
        meat += np.outer(part, part)
    groups = len(set(who.tolist()))
    factor = groups / (groups - 1) * 149 / 147
    assert fit.errors == pytest.approx(np.sqrt(factor * np.diag(bread @ meat @ bread)), rel=1e-9)
    assert fit.freedom == groups - 1


def test_too_few_customers_gaps_and_answers_in_step_are_refused_with_a_sentence():
    rng, who = np.random.default_rng(4), np.arange(60)
    y, x = rng.normal(size=60), rng.normal(size=(60, 5))
    assert "at least 75 are needed" in link(y, x, list("abcde"), who).refused
    assert (link(y, x[:, :1], ["a"], who).n, link(y, x[:, :1], ["a"], who).refused) == (60, "")
    assert "30 customers answered all of it; at least 50" in link(y, x[:, :1], ["a"], who // 2).refused
    gap = x[:, :1].copy()
    gap[:15] = np.nan
    assert "45 customers answered all of it; at least 50" in link(y, gap, ["a"], who).refused
    assert "in step" in link(y, np.column_stack([x[:, 0], 2 * x[:, 0]]), ["a", "b"], who).refused
    assert "answered the same" in link(np.ones(60), x[:, :1], ["a"], who).refused
    constant = np.column_stack([x[:, 0], np.ones(60)])
    assert [one.name for one in link(y, constant, ["a", "b"], who).coefficients] == ["a"]

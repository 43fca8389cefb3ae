# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""Histories for the tests of the models: the CDNOW sample, and customers drawn from the models themselves."""

import datetime as dt
from collections import defaultdict

import numpy as np

from analytics.mathematics.histories import Histories, compress
from tests.analytics.bases import cdnow_sales

START, CUTOFF, END = dt.date(1997, 1, 1), dt.date(1997, 9, 30), dt.date(1998, 6, 30)


def cdnow(as_of: dt.date = CUTOFF) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, days to the last purchase, days to as-of, mean value of repeat days; an entry a customer, counted plainly."""
    days: dict[int, dict[dt.date, float]] = defaultdict(lambda: defaultdict(float))
    for sale in cdnow_sales():
        if sale.day <= as_of:
            days[sale.customer][sale.day] += float(sale.amount)
    rows = []
    for bought in days.values():
        first, *repeats = sorted(bought)
        mean = np.mean([bought[day] for day in repeats]) if repeats else 0.0
        rows.append((len(repeats), (max(bought) - first).days, (as_of - first).days, mean))
    x, last, age, mean = (np.array(column) for column in zip(*rows, strict=True))
    return x, last, age, mean


def cdnow_histories() -> Histories:
    x, last, age, _mean = cdnow()
    return compress(x, last, age)[0]


def draw(rng, n: int, weeks: float, r: float, alpha: float, a: float, b: float, shift: int = 0):
    """x, t_x and T in weeks of customers who buy by BG/NBD (or MBG/NBD), each by itself; and who is still there."""
    age = rng.uniform(weeks / 4, weeks, n)
    x, last, alive = np.zeros(n, int), np.zeros(n), np.ones(n, bool)
    for one in range(n):
        rate, loss = rng.gamma(r, 1 / alpha), rng.beta(a, b)
        now, alive[one] = 0.0, not (shift and rng.random() < loss)
        while alive[one]:
            now += rng.exponential(1 / rate)
            if now > age[one]:
                break
            x[one], last[one] = x[one] + 1, now
            alive[one] = rng.random() >= loss
    return x, last, age, alive


def as_histories(x, last, age) -> Histories:
    order = np.argsort(x, kind="stable")
    return Histories(x[order], np.asarray(last)[order], np.asarray(age)[order], np.ones(len(x)))

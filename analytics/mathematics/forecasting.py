"""What is to come of each customer: expected purchases, the next one, the value of the coming months.

Given that a customer with x, T is still there, lambda ~ Gamma(r+x, rate alpha+T) and p ~ Beta(a, b+n) are independent
of the rest of the history, and (1 - e^(-lambda p t)) / p purchases are expected in the time t. Over lambda that is
(1 - (1 + p t / (alpha+T))^-(r+x)) / p; over p it is summed by Gauss and Jacobi for the very beta distribution, which,
unlike the closed form with 2F1, has no pole at a = 1 and does not overflow for many purchases.
"""

from __future__ import annotations

import numpy as np

from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.fitting import in_one_thread
from analytics.mathematics.histories import DAYS_A_WEEK, Floats, Histories

NODES = 64  # five digits even of who bought hundreds of times in the first week; 32 give three
ROWS_AT_ONCE = 25_000
DAYS_A_MONTH = 365.25 / 12


def month_ends(months: int, unit_days: float = DAYS_A_WEEK) -> Floats:
    """The ends of the coming months, a month being 365.25/12 days, in units of time."""
    return np.array([month * DAYS_A_MONTH / unit_days for month in range(1, months + 1)])


def discounts(months: int, rate: float) -> Floats:
    """What money of month 1, 2, ... is worth today at `rate` a year: 1 / (1 + rate)^(m/12)."""
    return np.array([(1 + rate) ** (-month / 12) for month in range(1, months + 1)])


def beta_nodes(a: float, b: Floats, count: int = NODES) -> tuple[Floats, Floats]:
    """Points and weights (sum 1) of Gauss and Jacobi for each density Beta(a, b), by Golub and Welsch; a row each."""
    one, two = np.asarray(b, float)[:, None] - 1, a - 1
    n = np.arange(count, dtype=float)
    total = 2 * n + one + two
    with np.errstate(invalid="ignore", divide="ignore"):
        diagonal = (two**2 - one**2) / (total * (total + 2))
        off = 4 * n * (n + one) * (n + two) * (n + one + two) / (total**2 * (total + 1) * (total - 1))
    diagonal[:, 0] = ((two - one) / (one + two + 2))[:, 0]
    off[:, 1] = (4 * (one + 1) * (two + 1) / ((one + two + 2) ** 2 * (one + two + 3)))[:, 0]
    matrix = np.zeros((len(diagonal), count, count))
    place = np.arange(count)
    matrix[:, place, place] = diagonal
    matrix[:, place[1:], place[:-1]] = np.sqrt(off[:, 1:])
    with in_one_thread():
        points, vectors = np.linalg.eigh(matrix)
    return np.clip((1 + points) / 2, 1e-15, 1.0), vectors[:, 0, :] ** 2


def _made(power: Floats, scale: Floats, p: Floats, weights: Floats, time: Floats) -> Floats:
    """Expected purchases within `time`, given alive; all arrays broadcast, the nodes on the last axis."""
    return (-np.expm1(-power * np.log1p(time * p / scale)) / p * weights).sum(-1)


def purchases_if_alive(model: BetaGeometric, x: int, age: Floats, times: Floats) -> Floats:
    """Expected purchases within each of `times` after `age`, of who is still there; a row for each age."""
    p, weights = beta_nodes(model.a, np.array([model.b + x + model.shift]))
    scale = (model.alpha + age)[:, None, None]
    return _made(np.asarray(model.r + x), scale, p[0], weights[0], times[None, :, None])


def expected_of_new(model: BetaGeometric, times: Floats) -> Floats:
    """Repeat purchases expected in the `times` after the first purchase: E[X(t)]."""
    there = model.b / (model.a + model.b) if model.shift else 1.0
    return there * purchases_if_alive(model, 0, np.zeros(1), np.asarray(times, float))[0]


def expected_purchases(model: BetaGeometric, histories: Histories, times: Floats, nodes: int = NODES) -> Floats:
    """Within each of `times` after the end of the observation, given each history; a row for each history."""
    counts, of_x = histories.by_x
    p, weights = beta_nodes(model.a, model.b + (counts + model.shift).astype(np.float64), nodes)
    found = np.empty((len(histories), len(times)))
    for start in range(0, len(histories), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        pairs, of_pair = np.unique(of_x[rows] * _span(histories) + histories.by_age[1][rows], return_inverse=True)
        x, age = pairs // _span(histories), histories.by_age[0][pairs % _span(histories)]
        power, scale = (model.r + counts[x])[:, None, None], (model.alpha + age)[:, None, None]
        each = _made(power, scale, p[x][:, None], weights[x][:, None], times[None, :, None])
        found[rows] = each[of_pair]
    return found * model.alive(histories)[:, None]


def _span(histories: Histories) -> int:
    return len(histories.by_age[0])


def value_weights(months: int, rate: float) -> Floats:
    """With these weights the purchases expected up to the end of month 1, 2, ... sum up to the discounted ones."""
    worth = discounts(months, rate)
    return worth - np.append(worth[1:], 0.0)


def waiting_time(model: BetaGeometric, histories: Histories, share: float = 0.5) -> Floats:
    """The time within which the next purchase comes with this probability, counted from the end, given alive.

    The wait is a Pareto one: P(none within t) = ((alpha+T) / (alpha+T+t))^(r+x).
    """
    with np.errstate(over="ignore"):
        stretch = np.expm1(-np.log1p(-share) / (model.r + histories.x))
    return (model.alpha + histories.age) * stretch

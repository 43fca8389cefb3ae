"""How far the truth may lie from what is expected: predictive intervals of customers and of totals.

Of a customer who is still there, purchases of the coming time depend on (x, T) only, and their money is (v + x z) times
a number that depends on x only: a purchase is worth Gamma(p) / nu, and nu = Gamma(p x + q) / (v + x z). So one
simulation for each x at a few T holds for every customer: between two T it is interpolated, and the chance of having
left joins as a mass at nothing. The interval is the shortest that holds the asked share; it begins at nothing where
nothing is likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.fitting import Fit
from analytics.mathematics.forecasting import expected_purchases
from analytics.mathematics.gamma_gamma import GammaGamma
from analytics.mathematics.histories import Floats, Histories, Ints

DRAWS = 4_000
KNOTS = 12
LEVELS = np.linspace(0, 1, 401)
CUTS = 10  # ways to split what the interval leaves out between below and above
MOST_FOR_TOTALS = 2_000
TOTAL_DRAWS = 400
NODES_FOR_TOTALS = 12


@dataclass(frozen=True)
class Outlook:
    """What may come to each customer: the ends of the interval, and the variance."""

    low: Floats
    high: Floats
    variance: Floats


@dataclass(frozen=True)
class Horizon:
    """How long ahead, in units of time, in months whose money is worth `worth` each today."""

    ends: Floats
    worth: Floats

    @property
    def end(self) -> float:
        return float(self.ends[-1])

    def worth_at(self, time: Floats) -> Floats:
        """Of money that comes at `time`."""
        return self.worth[np.minimum(np.searchsorted(self.ends, time), len(self.worth) - 1)]

    def mean_worth(self, time: Floats) -> Floats:
        """Of money that comes at an even chance at any moment before `time`."""
        starts = np.append(0.0, self.ends[:-1])
        held = np.append(0.0, np.cumsum((self.ends - starts) * self.worth))
        return np.interp(time, np.append(0.0, self.ends), held) / np.maximum(time, 1e-12)


def outlook(
    model: BetaGeometric,
    values: GammaGamma | None,
    histories: Histories,
    valued: Ints,
    horizon: Horizon,
    *,
    share: float = 0.9,
    seed: int = 20_260_101,
    alive: Floats | None = None,
) -> Outlook:
    """For each history, what comes within the horizon in units of (v + valued z); `valued`: days with a known value.

    Without `values` it is the number of purchases. The same seed gives the same figures.
    """
    there = model.alive(histories) if alive is None else alive
    low, high, variance = (np.zeros(len(histories)) for _ in range(3))
    key = histories.x * (int(valued.max(initial=0)) + 1) + valued
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        x, known = int(histories.x[rows[0]]), int(valued[rows[0]])
        rng = np.random.default_rng((seed, x, known))
        ages = histories.age[rows]
        knots = _knots(ages, model.alpha)
        sums = _simulated(rng, model, values, x, known, knots, horizon)
        position = np.interp(ages, knots, np.arange(len(knots)))
        low[rows], high[rows] = _interval(np.quantile(sums, LEVELS, axis=1).T, position, there[rows], share)
        first, second = _between(np.stack([sums.mean(1), (sums**2).mean(1)], axis=1), position).T
        variance[rows] = there[rows] * second - (there[rows] * first) ** 2
    return Outlook(low, high, np.maximum(variance, 0.0))


def _knots(ages: Floats, alpha: float) -> Floats:
    distinct = np.unique(ages)
    if len(distinct) <= KNOTS:
        return distinct
    least, most = np.log1p(distinct[[0, -1]] / alpha).tolist()
    return np.expm1(np.linspace(least, most, KNOTS)) * alpha


def _simulated(
    rng: np.random.Generator,
    model: BetaGeometric,
    values: GammaGamma | None,
    x: int,
    known: int,
    ages: Floats,
    horizon: Horizon,
) -> Floats:
    """Sums of customers who are there at each age: a row an age, DRAWS columns. The same luck at every age."""
    rate = rng.standard_gamma(model.r + x, DRAWS) / (model.alpha + ages)[:, None]
    loss = np.maximum(rng.beta(model.a, model.b + x + model.shift, DRAWS), 1e-12)
    until_lost = np.ceil(np.log(rng.random(DRAWS)) / np.log1p(-np.minimum(loss, 1 - 1e-12))).clip(1, 2**31)
    wanted = rng.poisson(np.minimum(rate * horizon.end, 1e9)).astype(float)
    made = np.minimum(wanted, until_lost)
    if values is None:
        return made
    is_cut = until_lost < wanted
    last = np.full(made.shape, horizon.end)
    last[is_cut] *= rng.beta(made[is_cut], wanted[is_cut] - made[is_cut] + 1)
    # of those who are lost on the way, the last purchase stands at its moment and the others evenly before it
    worth = horizon.mean_worth(last)
    worth[is_cut] += (horizon.worth_at(last[is_cut]) - worth[is_cut]) / made[is_cut]
    per_purchase = rng.standard_gamma(values.p * known + values.q, DRAWS)
    return rng.standard_gamma(values.p * made) / per_purchase * worth


def _interval(quantiles: Floats, position: Floats, there: Floats, share: float) -> tuple[Floats, Floats]:
    """The shortest interval with this share, of the mixture of nothing (1 - there) and the simulated sums."""
    cuts = (1 - share) * np.arange(CUTS) / CUTS
    low = np.zeros((CUTS, len(position)))
    high = np.zeros((CUTS, len(position)))
    for place, cut in enumerate(cuts):
        low[place] = _at_level(quantiles, position, there, cut)
        high[place] = _at_level(quantiles, position, there, cut + share)
    shortest = (high - low).argmin(axis=0)
    rows = np.arange(len(position))
    return low[shortest, rows], high[shortest, rows]


def _at_level(quantiles: Floats, position: Floats, there: Floats, level: float) -> Floats:
    inside = (level - (1 - there)) / np.maximum(there, 1e-300)
    place = np.clip(inside, 0, 1) * (len(LEVELS) - 1)
    floor = np.minimum(place.astype(int), len(LEVELS) - 2)
    part = place - floor
    knot = np.minimum(position.astype(int), max(len(quantiles) - 2, 0))
    after = np.minimum(knot + 1, len(quantiles) - 1)
    between = position - knot
    found = (1 - between) * ((1 - part) * quantiles[knot, floor] + part * quantiles[knot, floor + 1]) + between * (
        (1 - part) * quantiles[after, floor] + part * quantiles[after, floor + 1]
    )
    return np.where(inside > 0, found, 0.0)


def _between(table: Floats, position: Floats) -> Floats:
    knot = np.minimum(position.astype(int), max(len(table) - 2, 0))
    after = np.minimum(knot + 1, len(table) - 1)
    part = (position - knot)[:, None]
    return (1 - part) * table[knot] + part * table[after]


@dataclass(frozen=True)
class Valued:
    """Customers for the interval of their total: histories one a customer, days with a known value and their mean."""

    histories: Histories
    days: Ints
    mean: Floats


def total_interval(
    purchases: Fit,
    money: Fit,
    customers: Valued,
    total: float,
    variance: float,
    horizon: Horizon,
    *,
    share: float = 0.9,
    seed: int = 20_260_102,
) -> tuple[float, float]:
    """The interval of a total: what parameters drawn from their distribution make of it, and the customers' own luck.

    The parameters move the total by a ratio, which is found on a draw of the customers where they are many. Sources of
    both parts: the asymptotic normal of the fits; `variance`, the sum of the customers' predictive variances.
    """
    rng = np.random.default_rng(seed)
    some = _some(customers, rng)
    base = _total(purchases.coordinates, money.coordinates, purchases, some, horizon)
    drawn = zip(purchases.draws(TOTAL_DRAWS, rng), money.draws(TOTAL_DRAWS, rng), strict=True)
    ratios = np.array([_total(one, two, purchases, some, horizon) / base for one, two in drawn])
    luck = rng.standard_normal(TOTAL_DRAWS) * np.sqrt(max(variance, 0.0))
    sums = np.maximum(ratios * total + luck, 0.0)
    sums = sums[np.isfinite(sums)]
    if not len(sums):
        return total, total
    low, high = np.quantile(sums, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def _some(customers: Valued, rng: np.random.Generator) -> Valued:
    size = len(customers.days)
    if size <= MOST_FOR_TOTALS:
        return customers
    rows = np.sort(rng.choice(size, MOST_FOR_TOTALS, replace=False))
    rows = rows[np.argsort(customers.histories.x[rows], kind="stable")]
    of = customers.histories
    kept = Histories(of.x[rows], of.last[rows], of.age[rows], np.ones(len(rows)))
    return Valued(kept, customers.days[rows], customers.mean[rows])


def _total(one: Floats, two: Floats, purchases: Fit, customers: Valued, horizon: Horizon) -> float:
    model = BetaGeometric.at(one, int(purchases.model == "MBG/NBD"))
    values = GammaGamma.at(two)
    if values.population_mean is None:
        return np.nan
    made = expected_purchases(model, customers.histories, np.array([horizon.end]), NODES_FOR_TOTALS)[:, 0]
    return float(made @ values.expected_mean(customers.days, customers.mean))

"""Pareto/NBD, to compare with: customers buy at rate lambda and leave at rate mu, both gamma distributed.

lambda ~ Gamma(r, rate alpha), mu ~ Gamma(s, rate beta). Source: Schmittlein, Morrison, Colombo (1987), Counting Your
Customers, Management Science 33(1); Fader, Hardie (2005), A Note on Deriving the Pareto/NBD Model.

Instead of the two hypergeometric functions of the closed form (whose difference loses its digits) the chance of having
left at time y after the last purchase is integrated by Gauss and Legendre over log(c + y), c the smaller of alpha and
beta: the same nodes give the likelihood and all its derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, psi

from analytics.mathematics.fitting import CannotFit, Fit, maximise, standard_errors
from analytics.mathematics.histories import Floats, Histories

NAMES = ("r", "alpha", "s", "beta")
LOW, HIGH = np.array([-14.0, -8.0, -16.0, -8.0]), np.array([7.0, 8.0, 7.0, 8.0])
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
NEGLIGIBLE = 45.0  # e to the minus this is nothing beside the rest
MOST_TO_START = 2_000
MOST = 20_000


@dataclass(frozen=True)
class ParetoNbd:
    """The model with its parameters; time in the units of the histories."""

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def at(cls, coordinates: Floats) -> ParetoNbd:
        """From log mean rate of buying, log r, log mean rate of leaving, log s."""
        rate, r, leaving, s = np.exp(coordinates)
        return cls(float(r), float(r / rate), float(s), float(s / leaving))

    def log_likelihood(self, histories: Histories) -> tuple[float, Floats]:
        """Of all customers together, and its derivatives by r, alpha, s, beta."""
        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        x, age, weight = histories.x, histories.age, histories.weight
        y, left, there, total = self._parts(histories)
        left, there = np.exp(left - total[:, None]), np.exp(there - total)
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + total
        log_alpha = (left * np.log(alpha + y)).sum(1) + there * np.log(alpha + age)
        log_beta = (left * np.log(beta + y)).sum(1) + there * np.log(beta + age)
        by = (
            psi(r + x) - psi(r) + np.log(alpha) - log_alpha,
            r / alpha - (r + x) * ((left / (alpha + y)).sum(1) + there / (alpha + age)),
            np.log(beta) + left.sum(1) / s - log_beta,
            s / beta - (s + 1) * (left / (beta + y)).sum(1) - s * there / (beta + age),
        )
        return float(weight @ value), np.array([weight @ one for one in by])

    def _parts(self, histories: Histories) -> tuple[Floats, Floats, Floats, Floats]:
        """Moments of leaving, log of having left at each, log of being there, log of their sum; a row a history."""
        c, power = min(self.alpha, self.beta), self.r + histories.x
        end = (self.alpha + histories.last) * np.exp(np.minimum(NEGLIGIBLE / power, 500.0)) - self.alpha
        start, end = np.log(c + histories.last), np.log(c + np.minimum(end, histories.age))
        half = np.maximum((end - start) / 2, 1e-300)[:, None]
        place = start[:, None] + half * (1 + NODES)
        y = np.maximum(np.exp(place) - c, 0.0)
        left = (
            np.log(self.s) + np.log(half * WEIGHTS) + place
            - power[:, None] * np.log(self.alpha + y) - (self.s + 1) * np.log(self.beta + y)
        )  # fmt: skip
        there = -power * np.log(self.alpha + histories.age) - self.s * np.log(self.beta + histories.age)
        most = np.maximum(left.max(1), there)
        total = most + np.log(np.exp(left - most[:, None]).sum(1) + np.exp(there - most))
        return y, left, there, total

    def alive(self, histories: Histories) -> Floats:
        """P(alive) at the end of the observation, given each history."""
        _y, _left, there, total = self._parts(histories)
        return np.exp(there - total)

    def expected_purchases(self, histories: Histories, time: float) -> Floats:
        """In the `time` after the end of the observation, given each history."""
        rate = (self.r + histories.x) / (self.alpha + histories.age)
        return self.alive(histories) * rate * self._time_there(histories.age, np.asarray(time))

    def expected_of_new(self, time: Floats) -> Floats:
        """Repeat purchases of a customer in the `time` after the first purchase."""
        return self.r / self.alpha * self._time_there(np.zeros(1), time)

    def _time_there(self, age: Floats, time: Floats) -> Floats:
        """Mean time until leaving, at most `time`, of who is there at `age`; also where s is 1."""
        base = self.beta + age
        stretch = np.log1p(time / base)
        power = self.s - 1
        return base * (stretch if abs(power) < 1e-9 else -np.expm1(-power * stretch) / power)


def fit(histories: Histories) -> Fit:
    """Pareto/NBD, on about MOST customers drawn where there are more. Raises CannotFit as BG/NBD does."""
    if not histories.repeaters or not histories.age.max() > 0:
        raise CannotFit("No customer has bought on a second day, so there is no rhythm to learn.")
    histories = histories.sample(MOST)
    unit = float(histories.weight @ histories.age / histories.customers)
    scaled = replace(histories, last=histories.last / unit, age=histories.age / unit)
    few = scaled.sample(MOST_TO_START)
    rate = np.log(max(float(few.weight @ few.x / (few.weight @ few.age)), 1e-6))
    starts = [np.array([rate + 0.5, -0.5, 0.0, -0.5]), np.array([rate, 0.7, -1.5, 0.0])]
    rough = maximise(_objective(few), starts, LOW, HIGH, few.customers)
    best = maximise(_objective(scaled), [np.clip(rough.point, LOW + 1, HIGH - 1)], LOW, HIGH, scaled.customers)
    point = best.point - np.array([np.log(unit), 0.0, np.log(unit), 0.0])
    model = ParetoNbd.at(point)
    errors = standard_errors(_natural, point, best.covariance, best.edges)
    return Fit(
        model="Pareto/NBD",
        parameters={name: getattr(model, name) for name in NAMES},
        errors=dict(zip(NAMES, errors, strict=True)),
        log_likelihood=best.log_likelihood - float(histories.weight @ histories.x * np.log(unit)),
        customers=histories.customers,
        coordinates=point,
        covariance=best.covariance,
    )


def model_of(fitted: Fit) -> ParetoNbd:
    """The model with the fitted parameters."""
    return ParetoNbd(**fitted.parameters)


def _natural(coordinates: Floats) -> Floats:
    one = ParetoNbd.at(coordinates)
    return np.array([one.r, one.alpha, one.s, one.beta])


def _objective(data: Histories):  # type: ignore[no-untyped-def]
    def objective(point: Floats) -> tuple[float, Floats]:
        model = ParetoNbd.at(point)
        value, by = model.log_likelihood(data)
        return value, np.array(
            [
                -model.alpha * by[1],
                model.r * by[0] + model.alpha * by[1],
                -model.beta * by[3],
                model.s * by[2] + model.beta * by[3],
            ]
        )

    return objective

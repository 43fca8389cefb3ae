"""What a purchase is worth: the Gamma-Gamma model of monetary value.

A purchase of a customer is worth z ~ Gamma(p, rate nu), nu ~ Gamma(q, rate v), independent of how often the customer
buys. Source: Fader, Hardie, Lee (2005), RFM and CLV, Journal of Marketing Research 42(4); Fader, Hardie (2013), The
Gamma-Gamma Model of Monetary Value, whose formula (1a) this is:
L = G(px+q) / (G(px) G(q)) v^q z^(px-1) x^(px) / (v + x z)^(px+q), z the mean of x purchases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from analytics.mathematics.fitting import CannotFit, Fit, maximise, standard_errors
from analytics.mathematics.histories import Floats, Ints

NAMES = ("p", "q", "v")
LOW, HIGH = np.array([-8.0, -6.0, -12.0]), np.array([9.0, 9.0, 12.0])
EDGES = {
    "alike": "All purchases of a customer are worth next to the same, so that the last ones say all.",
    "same": "The customers hardly differ in what a purchase is worth: one mean fits them all.",
}


@dataclass(frozen=True)
class GammaGamma:
    """The model with its parameters; v is in money."""

    p: float
    q: float
    v: float

    @classmethod
    def at(cls, coordinates: Floats) -> GammaGamma:
        """From log p, log q, log (p v / q): the last one is about the typical value."""
        p, q, typical = np.exp(coordinates)
        return cls(float(p), float(q), float(typical * q / p))

    @property
    def population_mean(self) -> float | None:
        """Mean value of a purchase over all customers; None where it is infinite (q of 1 or less)."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None

    def log_likelihood(self, x: Ints, mean: Floats, weight: Floats) -> tuple[float, Floats]:
        """Of customers with `x` purchases worth `mean` on average, and its derivatives by p, q, v."""
        p, q, v = self.p, self.q, self.v
        counts, of_x = np.unique(x, return_inverse=True)
        per_x = np.bincount(of_x, weights=weight, minlength=len(counts))
        log_mean, log_sum = np.log(mean), np.log(v + x * mean)
        px = p * counts
        constant = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + px * np.log(counts)
        power = p * x + q
        value = per_x @ constant + weight @ ((p * x - 1) * log_mean - power * log_sum)
        by_p = per_x @ (counts * (psi(px + q) - psi(px) + np.log(counts))) + (weight * x) @ (log_mean - log_sum)
        by_q = per_x @ (psi(px + q) - psi(q) + np.log(v)) - weight @ log_sum
        by_v = weight.sum() * q / v - weight @ (power / (v + x * mean))
        return float(value), np.array([by_p, by_q, by_v])

    def expected_mean(self, x: Ints, mean: Floats) -> Floats:
        """What a purchase of each customer is worth, given `x` of them worth `mean`; the population's where x is 0."""
        # q of 1 or less has no mean for who has not bought; the fit refuses it
        return (self.v + x * np.where(x > 0, mean, 0.0)) * self.p / (self.p * x + self.q - 1)


def fit(x: Ints, mean: Floats) -> Fit:
    """From customers with at least one repeat purchase and a mean value above 0. Raises CannotFit with a sentence."""
    if len(x) == 0:
        raise CannotFit(
            "No customer has repeat purchases that are worth something, so nothing can be learned of values."
        )
    unit = float(np.median(mean))
    scaled, weight = mean / unit, np.ones(len(x))

    def objective(point: Floats) -> tuple[float, Floats]:
        model = GammaGamma.at(point)
        value, by = model.log_likelihood(x, scaled, weight)
        return value, np.array([model.p * by[0] - model.v * by[2], model.q * by[1] + model.v * by[2], model.v * by[2]])

    starts = [np.array([1.5, 1.2, 0.0]), np.array([0.0, 0.5, 0.0]), np.array([3.5, 2.5, 0.0])]
    best = maximise(objective, starts[:1] if len(x) > 50_000 else starts, LOW, HIGH, len(x))
    point = best.point + np.array([0.0, 0.0, np.log(unit)])
    model = GammaGamma.at(point)
    if model.population_mean is None:
        raise CannotFit(
            "The values of purchases are spread so widely that no mean can be told: a few are far above all others."
        )
    errors = standard_errors(_natural, point, best.covariance, best.edges)
    return Fit(
        model="Gamma-Gamma",
        parameters={name: getattr(model, name) for name in NAMES},
        errors=dict(zip(NAMES, errors, strict=True)),
        log_likelihood=best.log_likelihood - len(x) * float(np.log(unit)),
        customers=float(len(x)),
        coordinates=point,
        covariance=best.covariance,
        edges=_edges(best.edges, best.point),
    )


def model_of(fitted: Fit) -> GammaGamma:
    """The model with the fitted parameters."""
    return GammaGamma(**fitted.parameters)


def _natural(coordinates: Floats) -> Floats:
    one = GammaGamma.at(coordinates)
    return np.array([one.p, one.q, one.v])


def _edges(places: tuple[int, ...], point: Floats) -> tuple[str, ...]:
    found = []
    if 0 in places and point[0] > 0:
        found.append(EDGES["alike"])
    if 1 in places and point[1] > 0:
        found.append(EDGES["same"])
    return tuple(found)

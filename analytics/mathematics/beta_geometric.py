"""Buying till lost: BG/NBD and MBG/NBD.

While a customer is there, purchases follow at rate lambda, lambda ~ Gamma(r, rate alpha). BG/NBD: after each repeat
purchase the customer is lost for good with probability p, p ~ Beta(a, b). MBG/NBD: after the first purchase too.

Sources: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24(2); Batislam, Denizel, Filiztekin (2007), Empirical Validation and Comparison of Models for
Customer Base Analysis, IJRM 24(3). Both are one formula here: with n chances of being lost up to and with the last
purchase (x, or x + 1), L = G(r+x)/G(r) alpha^r B(a, b+n)/B(a, b) { (alpha+T)^-(r+x) + a/(b+n-1) (alpha+t_x)^-(r+x) },
the second part only where n > 0; the share of the first part in the braces is P(alive).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaln, expit, gammaln, logit, psi

from analytics.mathematics.fitting import CannotFit, Fit, Optimum, maximise, standard_errors
from analytics.mathematics.histories import Floats, Histories

NAMES = ("r", "alpha", "a", "b")
LOW, HIGH = np.array([-14.0, -8.0, -14.0, -7.0]), np.array([7.0, 8.0, 14.0, 8.0])
MOST_TO_START = 4_000
EDGES = {
    "shape": "The customers hardly differ in how often they buy: one rate fits them all.",
    "dropout low": "Nothing shows that customers leave for good: next to nobody is lost after a purchase.",
    "dropout high": "Nearly every customer is lost after the first chance: hardly anybody buys on.",
    "dropout alike": "The customers hardly differ in how likely they leave: one probability fits them all.",
    "dropout split": "Customers leave at once or never: in between there is nobody.",
}


@dataclass(frozen=True)
class BetaGeometric:
    """A model with its parameters; time in the units of the histories. `shift` is 0 for BG/NBD and 1 for MBG/NBD."""

    r: float
    alpha: float
    a: float
    b: float
    shift: int = 0

    @property
    def name(self) -> str:
        return "MBG/NBD" if self.shift else "BG/NBD"

    @classmethod
    def at(cls, coordinates: Floats, shift: int) -> BetaGeometric:
        """From log mean rate, log r, logit mean dropout, log (a + b)."""
        rate, shape, certainty = np.exp(coordinates[[0, 1, 3]])
        # 1 - share would lose its digits where nearly everybody is lost
        share, rest = expit(coordinates[2]), expit(-coordinates[2])
        return cls(float(shape), float(shape / rate), float(share * certainty), float(rest * certainty), shift)

    @property
    def coordinates(self) -> Floats:
        share = self.a / (self.a + self.b)
        return np.array([np.log(self.r / self.alpha), np.log(self.r), logit(share), np.log(self.a + self.b)])

    def log_likelihood(self, histories: Histories) -> tuple[float, Floats]:
        """Of all customers together, and its derivatives by r, alpha, a, b."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        counts, of_x = histories.by_x
        n = counts + self.shift
        per_x = np.bincount(of_x, weights=histories.weight, minlength=len(counts))
        constant = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + betaln(a, b + n) - betaln(a, b)
        log_age, log_last = self._logs(histories)
        power = r + histories.x
        lost = self._lost(histories, log_age, log_last)
        # log(1 + e^lost) and the share of each part, where lost may be minus infinity
        inside = -power * log_age + np.logaddexp(0.0, lost)
        gone = expit(lost) * histories.weight
        there = histories.weight - gone
        value = per_x @ constant + histories.weight @ inside
        age, last = alpha + histories.age, alpha + histories.last
        chances = np.where(n > 0, b + (n - 1), np.inf)[of_x]
        gradient = np.array(
            [
                per_x @ (psi(r + counts) - psi(r) + np.log(alpha)) - there @ log_age - gone @ log_last,
                histories.customers * r / alpha - (power * (there / age + gone / last)).sum(),
                per_x @ (psi(a + b) - psi(a + b + n)) + gone.sum() / a,
                per_x @ (psi(b + n) - psi(b) + psi(a + b) - psi(a + b + n)) - (gone / chances).sum(),
            ]
        )
        return float(value), gradient

    def alive(self, histories: Histories) -> Floats:
        """P(alive) at the end of the observation, given each history."""
        return expit(-self._lost(histories, *self._logs(histories)))

    def _logs(self, histories: Histories) -> tuple[Floats, Floats]:
        """log(alpha + T) and log(alpha + t_x), each distinct time once."""
        (ages, of_age), (lasts, of_last) = histories.by_age, histories.by_last
        return np.log(self.alpha + ages)[of_age], np.log(self.alpha + lasts)[of_last]

    def _lost(self, histories: Histories, log_age: Floats, log_last: Floats) -> Floats:
        """The logarithm of (lost : alive), given each history; minus infinity where there was no chance yet."""
        counts, of_x = histories.by_x
        n = counts + self.shift
        odds = np.full(len(counts), -np.inf)
        # n - 1 first: b + n would swallow a tiny b
        odds[n > 0] = np.log(self.a) - np.log(self.b + (n[n > 0] - 1))
        return odds[of_x] + (self.r + histories.x) * (log_age - log_last)


def fit(histories: Histories, shift: int = 0) -> Fit:
    """BG/NBD, or MBG/NBD with `shift` 1. Raises CannotFit where nobody bought again, or all on the last day."""
    if not histories.repeaters:
        raise CannotFit("No customer has bought on a second day, so there is no rhythm to learn.")
    if not histories.age.max() > 0:
        raise CannotFit("All customers bought for the first time on the last day, so nothing is known of them yet.")
    unit = float(histories.weight @ histories.age / histories.customers)
    scaled = replace(histories, last=histories.last / unit, age=histories.age / unit)

    def objective_of(data: Histories):  # type: ignore[no-untyped-def]
        def objective(point: Floats) -> tuple[float, Floats]:
            model = BetaGeometric.at(point, shift)
            value, by = model.log_likelihood(data)
            share = expit(point[2])
            return value, np.array(
                [
                    -model.alpha * by[1],
                    model.r * by[0] + model.alpha * by[1],
                    (model.a + model.b) * share * (1 - share) * (by[2] - by[3]),
                    model.a * by[2] + model.b * by[3],
                ]
            )

        return objective

    few = scaled.sample(MOST_TO_START)
    rough = maximise(objective_of(few), _starts(few), LOW, HIGH, few.customers)
    # from the rough optimum, and from its neighbour where that lies at a wall that only the sample may have
    best = maximise(objective_of(scaled), [np.clip(rough.point, LOW + 1, HIGH - 1)], LOW, HIGH, scaled.customers)
    return _described(best, shift, unit, histories)


def _starts(histories: Histories) -> list[Floats]:
    """Guesses from the mean rate of those who bought again, for few and many who leave."""
    rate = np.log(max(float(histories.weight @ histories.x / (histories.weight @ histories.age)), 1e-6))
    return [
        np.array([rate + 0.5, -0.5, -1.0, 1.0]),
        np.array([rate, 0.7, -3.0, 2.0]),
        np.array([rate + 2.0, -1.5, 0.0, 0.0]),
    ]


def _described(best: Optimum, shift: int, unit: float, histories: Histories) -> Fit:
    """The optimum in the histories' own unit of time, with its errors and the edges in words."""
    point = best.point - np.array([np.log(unit), 0.0, 0.0, 0.0])
    model = BetaGeometric.at(point, shift)

    def natural(coordinates: Floats) -> Floats:
        one = BetaGeometric.at(coordinates, shift)
        return np.array([one.r, one.alpha, one.a, one.b])

    errors = standard_errors(natural, point, best.covariance, best.edges)
    # a change of the unit of time changes the density of the waiting times by the unit, for each repeat purchase
    log_likelihood = best.log_likelihood - float(histories.weight @ histories.x * np.log(unit))
    return Fit(
        model=model.name,
        parameters={name: getattr(model, name) for name in NAMES},
        errors=dict(zip(NAMES, errors, strict=True)),
        log_likelihood=log_likelihood,
        customers=histories.customers,
        coordinates=point,
        covariance=best.covariance,
        edges=_edges(best),
    )


def _edges(best: Optimum) -> tuple[str, ...]:
    point, found = best.point, []
    if 1 in best.edges:
        found.append(EDGES["shape"])
    if 2 in best.edges:
        found.append(EDGES["dropout low" if point[2] < 0 else "dropout high"])
    elif 3 in best.edges:
        found.append(EDGES["dropout alike" if point[3] > 0 else "dropout split"])
    return tuple(found)


def model_of(fitted: Fit) -> BetaGeometric:
    """The model with the fitted parameters."""
    values: Mapping[str, float] = fitted.parameters
    return BetaGeometric(**values, shift=int(fitted.model == "MBG/NBD"))

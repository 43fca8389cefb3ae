"""How well an order of people tells whom a treatment moves: the curve and the coefficient of Qini, with their interval.

Radcliffe (2007), Using control groups to target on predicted lift, Direct Marketing Analytics Journal 1. People stand
from the highest score down. Of the first k of them, n_t are treated and n_c not, Y_t and Y_c of these responded: what
the treatment brought is Y_t - Y_c n_t / n_c (Y_t alone where n_c is 0). The curve is that over all treated people, so
that it ends at the lift; the line by lot goes straight there; Qini is the area between both, in the unit of the lift.
People of one score stand together: the curve has a point behind the last of them only.

`score`, `treated` (1 or 0) and `outcome` (1 or 0) are of shape (n,); both kinds of people are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.quality import Floats, Labels

SEED = 42
DRAWS = 1_000
GRID = np.linspace(0, 1, 21)


@dataclass(frozen=True)
class Ranked:
    """People in the order of their score: treated, outcome, and the places behind which a score ends."""

    treated: NDArray[np.float64]
    outcome: NDArray[np.float64]
    ends: NDArray[np.int64]

    @classmethod
    def by(cls, score: Floats, treated: Labels, outcome: Labels) -> Ranked:
        if len(np.unique(treated)) < 2:
            raise ValueError("Treated and untreated people are needed.")
        order = np.argsort(-score, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
        return cls(treated[order].astype(np.float64), outcome[order].astype(np.float64), ends)

    def curve(self, weights: NDArray[np.float64] | None = None) -> tuple[Floats, Floats]:
        """(share of the people from 0 to 1, what treating them brought, over all treated people). `weights` say how
        often each person counts."""
        mine = self.treated if weights is None else self.treated * weights
        others = (1 - self.treated) if weights is None else (1 - self.treated) * weights
        n_t, n_c, y_t, y_c = (
            np.cumsum(part)[self.ends] for part in (mine, others, mine * self.outcome, others * self.outcome)
        )
        brought = y_t - np.divide(y_c * n_t, n_c, out=np.zeros(len(n_c)), where=n_c > 0)
        shares = (n_t + n_c) / (n_t[-1] + n_c[-1])
        return np.append(0.0, shares), np.append(0.0, brought / n_t[-1])


def area(shares: Floats, brought: Floats) -> float:
    """The area between the curve and the line by lot: Qini."""
    return float(np.trapezoid(brought - shares * brought[-1], shares))


def qini(score: Floats, treated: Labels, outcome: Labels) -> float:
    return area(*Ranked.by(score, treated, outcome).curve())


@dataclass(frozen=True)
class Qini:
    """The coefficient with its interval; the curve at the shares of `GRID` with its interval: rows of (share, brought,
    low, high)."""

    value: float
    low: float
    high: float
    curve: list[tuple[float, float, float, float]]


def qini_with_interval(
    score: Floats, treated: Labels, outcome: Labels, *, draws: int = DRAWS, confidence: float = 0.95
) -> Qini:
    """The coefficient with its percentile interval of a bootstrap that draws treated and untreated people each among
    themselves (Efron 1979), the scores as they are."""
    dice = np.random.default_rng(SEED)
    ranked = Ranked.by(score, treated, outcome)
    shares, brought = ranked.curve()
    value = area(shares, brought)
    drawn, curves = np.empty(draws), np.empty((draws, len(GRID)))
    groups = [np.flatnonzero(ranked.treated == kind) for kind in (1, 0)]
    for at in range(draws):
        weights = np.zeros(len(score))
        for rows in groups:
            weights[rows] = np.bincount(dice.integers(0, len(rows), len(rows)), minlength=len(rows))
        one = ranked.curve(weights)
        drawn[at], curves[at] = area(*one), np.interp(GRID, *one)
    cut = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(drawn, cut)
    band = np.quantile(curves, cut, axis=0)
    points = np.column_stack([GRID, np.interp(GRID, shares, brought), *band])
    curve = [(float(share), float(one), float(least), float(most)) for share, one, least, most in points]
    return Qini(value, float(low), float(high), curve)

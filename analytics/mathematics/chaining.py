"""One link of a chain: a variable explained by others, by least squares on standardised columns.

Coefficients are in standard deviations of the explained variable for one of the explaining one; their 95 % intervals
are by the t distribution with n - p - 1 degrees of freedom. Where somebody answered more than once, their answers are
not independent: the errors are then those of clusters (Liang and Zeger 1986, with the factor G / (G - 1) x
(n - 1) / (n - k)), with G - 1 degrees of freedom of G people. They say what goes together, not what causes what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
LEAST, LEAST_BY_VARIABLE = 50, 15
MOST_CONDITION = 1e8


@dataclass(frozen=True)
class Coefficient:
    """Of one explaining variable, with its 95 % interval."""

    name: str
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves nought out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Fit:
    """Least squares of n rows: coefficients (the first is the constant), their standard errors, the share explained,
    and the degrees of freedom of the errors."""

    n: int
    values: Floats
    errors: Floats
    explained: float
    freedom: int


@dataclass(frozen=True)
class Link:
    """One link over `n` answers of so many `people`; `refused` says why there is none."""

    n: int
    people: int
    explained: float | None = None
    coefficients: Sequence[Coefficient] = ()
    refused: str = ""


def least_squares(y: Floats, x: Floats, who: Ints | None = None) -> Fit:
    """Ordinary least squares of `y` (n,) on the columns of `x` (n, p) and a constant, by QR. `who` (n,) says whose each
    row is, where rows of one are not independent. Raises LinAlgError where columns depend on each other."""
    n = len(y)
    scale = np.sqrt((x**2).mean(axis=0))
    scale[scale == 0] = 1
    design = np.column_stack([np.ones(n), x / scale])
    if np.linalg.cond(design) > MOST_CONDITION:
        raise np.linalg.LinAlgError("The columns depend on each other.")
    q, r = np.linalg.qr(design)
    values = np.linalg.solve(r, q.T @ y)
    residuals = y - design @ values
    inverse = np.linalg.inv(r)
    freedom = n - design.shape[1]
    if who is None:
        errors = np.sqrt(float(residuals @ residuals) / freedom * (inverse**2).sum(axis=1))
    else:
        errors, freedom = _errors_of_clusters(design * residuals[:, None], inverse, who)
    spread = float(((y - y.mean()) ** 2).sum())
    explained = 1 - float(residuals @ residuals) / spread if spread else 0.0
    back = np.concatenate([[1.0], scale])
    return Fit(n, values / back, errors / back, explained, freedom)


def _errors_of_clusters(parts: Floats, inverse: Floats, who: Ints) -> tuple[Floats, int]:
    """(standard errors, degrees of freedom): `parts` (n, k) are the rows of the design times their residuals, `inverse`
    that of the triangle of the design."""
    n, k = parts.shape
    people, place = np.unique(who, return_inverse=True)
    sums = np.column_stack([np.bincount(place, column) for column in parts.T])
    factor = len(people) / (len(people) - 1) * (n - 1) / (n - k)
    spread = sums @ (inverse @ inverse.T)
    errors: Floats = np.sqrt(factor * (spread**2).sum(axis=0))
    return errors, len(people) - 1


def link(explained: Floats, explaining: Floats, names: Sequence[str], who: Ints) -> Link:
    """The link from the columns of `explaining` (n, p) to `explained` (n,), of people `who` (n,). Rows with a gap (NaN)
    are left out; columns that never vary too. Refused below a sensible number of people: 50, and 15 for each explaining
    variable; however often few answered, they are few."""
    full = ~(np.isnan(explained) | np.isnan(explaining).any(axis=1))
    y, x, of = explained[full], explaining[full], who[full]
    n, people = len(y), len(np.unique(of))
    least = max(LEAST, LEAST_BY_VARIABLE * max(x.shape[1], 1))
    if people < least:
        return Link(n, people, refused=f"{people:,} customers answered all of it; at least {least} are needed.")
    varies = x.std(axis=0) > 0
    if y.std() == 0 or not varies.any():
        return Link(n, people, refused="Everybody answered the same, so nothing can be compared.")
    kept = [name for name, is_kept in zip(names, varies, strict=True) if is_kept]
    x = x[:, varies]
    try:
        fit = least_squares(standardised(y), standardised(x), of if people < n else None)
    except np.linalg.LinAlgError:
        return Link(n, people, refused="Some were answered in step by everybody, so their parts cannot be told apart.")
    reach = float(stdtrit(fit.freedom, 0.975))
    found = [
        Coefficient(name, float(value), float(value - reach * error), float(value + reach * error))
        for name, value, error in zip(kept, fit.values[1:], fit.errors[1:], strict=True)
    ]
    return Link(n, people, fit.explained, sorted(found, key=lambda one: -abs(one.value)))


def standardised(values: Floats) -> Floats:
    """Each column less its mean, over its standard deviation."""
    found: Floats = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    return found

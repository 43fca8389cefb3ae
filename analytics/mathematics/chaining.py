"""One link of a chain: a variable explained by others, by least squares on standardised columns.

Coefficients are in standard deviations of the explained variable for one of the explaining one; their 95 % intervals
are by the t distribution with n - p - 1 degrees of freedom. They say what goes together, not what causes what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.floating[Any]]
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
    """Least squares of n rows: coefficients (the first is the constant), their standard errors, the share explained."""

    n: int
    values: Floats
    errors: Floats
    explained: float

    @property
    def freedom(self) -> int:
        return self.n - len(self.values)


@dataclass(frozen=True)
class Link:
    """One link; `refused` says why there is none."""

    n: int
    explained: float | None = None
    coefficients: Sequence[Coefficient] = ()
    refused: str = ""


def least_squares(y: Floats, x: Floats) -> Fit:
    """Ordinary least squares of `y` (n,) on the columns of `x` (n, p) and a constant, by QR. Raises LinAlgError where
    columns depend on each other."""
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
    variance = float(residuals @ residuals) / (n - design.shape[1])
    errors = np.sqrt(variance * (inverse**2).sum(axis=1))
    spread = float(((y - y.mean()) ** 2).sum())
    explained = 1 - float(residuals @ residuals) / spread if spread else 0.0
    back = np.concatenate([[1.0], scale])
    return Fit(n, values / back, errors / back, explained)


def link(explained: Floats, explaining: Floats, names: Sequence[str]) -> Link:
    """The link from the columns of `explaining` (n, p) to `explained` (n,). Rows with a gap (NaN) are left out; columns
    that never vary too. Refused below a sensible number of rows: 50, and 15 for each explaining variable."""
    full = ~(np.isnan(explained) | np.isnan(explaining).any(axis=1))
    y, x = explained[full], explaining[full]
    least = max(LEAST, LEAST_BY_VARIABLE * max(x.shape[1], 1))
    if len(y) < least:
        return Link(len(y), refused=f"{len(y):,} answers say all of it; at least {least} are needed.")
    varies = x.std(axis=0) > 0
    if y.std() == 0 or not varies.any():
        return Link(len(y), refused="Everybody answered the same, so nothing can be compared.")
    kept = [name for name, is_kept in zip(names, varies, strict=True) if is_kept]
    x = x[:, varies]
    try:
        fit = least_squares(standardised(y), standardised(x))
    except np.linalg.LinAlgError:
        return Link(len(y), refused="Some were answered in step by everybody, so their parts cannot be told apart.")
    reach = float(stdtrit(fit.freedom, 0.975))
    found = [
        Coefficient(name, float(value), float(value - reach * error), float(value + reach * error))
        for name, value, error in zip(kept, fit.values[1:], fit.errors[1:], strict=True)
    ]
    return Link(len(y), fit.explained, sorted(found, key=lambda one: -abs(one.value)))


def standardised(values: Floats) -> Floats:
    """Each column less its mean, over its standard deviation."""
    found: Floats = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    return found

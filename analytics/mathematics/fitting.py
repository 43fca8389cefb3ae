"""Maximum likelihood with an analytic gradient: several starts, honest at the edges, with standard errors.

A model is fitted in coordinates without bounds (logarithms, a logit), each in a wide box. A coordinate that ends at a
wall of its box, or along which the likelihood is flat, is an *edge*: the data cannot tell it from infinity or zero. It
is reported, and held fixed in the covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from analytics.mathematics.histories import Floats

Objective = Callable[[Floats], tuple[float, Floats]]
STEP = 1e-4  # of the differences of the gradient: coordinates are logarithms
NEAR_WALL = 1e-3
FLAT = 1e-7  # curvature, as a share of the steepest one, below which a direction tells nothing
POLISHES = 4
UNREACHABLE = 1e10


def in_one_thread() -> AbstractContextManager[object]:
    """Linear algebra of a few numbers is done at once; sharing it out among threads takes ten times as long."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


class CannotFit(Exception):
    """The model cannot be fitted to these data; the message is a sentence that says why."""


@dataclass(frozen=True)
class Optimum:
    """Where the log-likelihood is highest. `covariance` is of the coordinates; `edges` are the places held fixed."""

    point: Floats
    log_likelihood: float
    covariance: Floats
    edges: tuple[int, ...]
    evaluations: int


@dataclass(frozen=True)
class Fit:
    """A fitted model: natural parameters and their standard errors by name (None where the data cannot tell).

    `coordinates` and `covariance` are the optimum in the coordinates of the fit, from which parameters are drawn;
    `edges` are sentences.
    """

    model: str
    parameters: dict[str, float]
    errors: dict[str, float | None]
    log_likelihood: float
    customers: float
    coordinates: Floats
    covariance: Floats
    edges: tuple[str, ...] = field(default=())

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Coordinates drawn from their asymptotic normal distribution, one row each."""
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        return self.coordinates + rng.standard_normal((count, len(self.coordinates))) @ root.T


def maximise(objective: Objective, starts: Sequence[Floats], low: Floats, high: Floats, scale: float) -> Optimum:
    """The highest point of `objective` (value and gradient) in the box; `scale` is the number of observations.

    The best of the starts goes on with Newton steps till the gradient is gone. Raises CannotFit where there is no end.
    """
    with in_one_thread():
        return _maximum(objective, starts, low, high, scale)


def _maximum(objective: Objective, starts: Sequence[Floats], low: Floats, high: Floats, scale: float) -> Optimum:
    from scipy.optimize import minimize  # noqa: PLC0415  (slow to import)

    count = 0

    def descent(point: Floats) -> tuple[float, Floats]:
        nonlocal count
        count += 1
        value, gradient = objective(point)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return UNREACHABLE, np.zeros_like(point)
        return -value / scale, -gradient / scale

    box = list(zip(low, high, strict=True))
    best = None
    for start in starts:
        found = minimize(
            descent, np.clip(start, low, high), jac=True, method="L-BFGS-B", bounds=box,
            options={"maxiter": 400, "ftol": 1e-13, "gtol": 1e-7},
        )  # fmt: skip
        if best is None or found.fun < best.fun:
            best = found
    if best is None or best.fun >= UNREACHABLE:
        raise CannotFit("The likelihood has no highest point that could be found.")
    point, curvature, free = _polished(descent, best.x, low, high)
    covariance, flat = _inverse(curvature * scale, free)
    edges = tuple(int(place) for place in range(len(point)) if not free[place] or flat[place])
    return Optimum(point, -descent(point)[0] * scale, covariance, edges, count)


def _polished(descent: Objective, point: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """Newton steps among the coordinates off the walls; point, second derivatives, and which coordinates are free."""
    value, gradient = descent(point)
    free = (point > low + NEAR_WALL) & (point < high - NEAR_WALL)
    curvature = second_derivatives(descent, point)
    for _ in range(POLISHES):
        if not free.any() or np.abs(gradient[free]).max() < 1e-11:
            break
        inner = curvature[np.ix_(free, free)]
        step = np.zeros_like(point)
        step[free] = -np.linalg.lstsq(inner, gradient[free], rcond=1e-9)[0]
        trial = point + np.clip(step, -0.5, 0.5)
        if (trial <= low).any() or (trial >= high).any():
            break
        new_value, new_gradient = descent(trial)
        if new_value > value:
            break
        point, value, gradient = trial, new_value, new_gradient
        curvature = second_derivatives(descent, point)
    return point, curvature, free


def second_derivatives(objective: Objective, point: Floats) -> Floats:
    """By central differences of the gradient, made symmetric."""
    size = len(point)
    rows = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = STEP
        rows[place] = (objective(point + step)[1] - objective(point - step)[1]) / (2 * STEP)
    return (rows + rows.T) / 2


def _inverse(curvature: Floats, free: np.ndarray) -> tuple[Floats, np.ndarray]:
    """Covariance from the curvature of minus the log-likelihood; flat directions are left out and named."""
    size = len(curvature)
    covariance, flat = np.zeros((size, size)), np.zeros(size, bool)
    places = np.flatnonzero(free)
    if not len(places):
        return covariance, flat
    values, vectors = np.linalg.eigh(curvature[np.ix_(places, places)])
    tells = values > max(FLAT * values.max(initial=0.0), 1e-9)
    for vector in vectors.T[~tells]:
        flat[places[np.abs(vector).argmax()]] = True
    kept = vectors[:, tells]
    covariance[np.ix_(places, places)] = kept / values[tells] @ kept.T
    return covariance, flat


def standard_errors(
    natural: Callable[[Floats], Floats], point: Floats, covariance: Floats, edges: Sequence[int]
) -> list[float | None]:
    """Of the natural parameters, by the delta method; None for one that moves with a coordinate at an edge."""
    size = len(point)
    jacobian = np.empty((len(natural(point)), size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = STEP
        jacobian[:, place] = (natural(point + step) - natural(point - step)) / (2 * STEP)
    variances = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    touched = np.abs(jacobian[:, list(edges)]).max(axis=1, initial=0.0) > 1e-9 * np.abs(jacobian).max(axis=1)
    return [None if at_edge else float(np.sqrt(max(one, 0.0))) for one, at_edge in zip(variances, touched, strict=True)]

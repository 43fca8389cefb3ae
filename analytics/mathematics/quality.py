"""How good predicted probabilities are: discrimination with its interval, calibration, lift.

Everything takes `outcome` (0 or 1) and `predicted` (probabilities or any score), both of shape (n,).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from crm.intervals import wilson

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]
SMALLEST = 1e-6


def auc_with_interval(outcome: Labels, predicted: Floats, confidence: float = 0.95) -> tuple[float, float, float]:
    """Area under the ROC curve with its interval by DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), on the
    logit scale, so that it stays within 0 and 1. Midranks (Sun and Xu 2014) make it O(n log n). Needs both outcomes."""
    area, variance = delong(outcome, predicted)
    if variance <= 0 or not 0 < area < 1:
        return area, area, area
    logit = np.log(area / (1 - area))
    width = ndtri(0.5 + confidence / 2) * np.sqrt(variance) / (area * (1 - area))
    low, high = 1 / (1 + np.exp(-(logit - width))), 1 / (1 + np.exp(-(logit + width)))
    return area, float(low), float(high)


def delong(outcome: Labels, predicted: Floats) -> tuple[float, float]:
    """(area, its variance)."""
    ones = outcome == 1
    positive, negative = predicted[ones], predicted[~ones]
    m, n = len(positive), len(negative)
    if not m or not n:
        raise ValueError("Both outcomes are needed.")
    whole = midranks(np.concatenate([positive, negative]))
    above = (whole[:m] - midranks(positive)) / n
    below = 1 - (whole[m:] - midranks(negative)) / m
    area = float(above.mean())
    spread = [float(part.var(ddof=1)) if len(part) > 1 else 0.0 for part in (above, below)]
    return area, spread[0] / m + spread[1] / n


def midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of their places (as `scipy.stats.rankdata`, whose import is slow)."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count - 1) / 2)[place]
    return ranks


def auc(outcome: Labels, predicted: Floats) -> float:
    return delong(outcome, predicted)[0]


def average_precision(outcome: Labels, predicted: Floats) -> float:
    """Mean precision at each level of recall, without interpolation; equal scores stand together."""
    order = np.argsort(-predicted, kind="stable")
    hits, scores = outcome[order], predicted[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    found = np.cumsum(hits)[ends]
    precision = found / (ends + 1)
    recall = found / found[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def brier(outcome: Labels, predicted: Floats) -> float:
    """Mean squared distance of the probability from what happened."""
    return float(np.mean((predicted - outcome) ** 2))


def log_losses(outcome: Labels, predicted: Floats) -> Floats:
    """What each row loses: minus the log of the probability that was given to what happened. Shape (n,)."""
    given = np.where(outcome == 1, predicted, 1 - predicted)
    return np.asarray(-np.log(np.clip(given, SMALLEST, 1 - SMALLEST)), float)


def log_loss(outcome: Labels, predicted: Floats) -> float:
    return float(np.mean(log_losses(outcome, predicted)))


def calibration_table(outcome: Labels, predicted: Floats, groups: int = 10) -> list[dict[str, float]]:
    """Groups of equal size by rising probability: how many, mean predicted, share that did with its interval."""
    order = np.argsort(predicted, kind="stable")
    rows = []
    for part in np.array_split(order, min(groups, len(order))):
        share, count = float(outcome[part].mean()), len(part)
        low, high = wilson(share, count)
        rows.append({"n": count, "predicted": float(predicted[part].mean()), "actual": share, "low": low, "high": high})
    return rows


def lift_table(outcome: Labels, predicted: Floats, groups: int = 10) -> list[dict[str, float]]:
    """Deciles by falling probability: share of the cases found so far, and lift of the decile over the base rate."""
    order = np.argsort(-predicted, kind="stable")
    base, total = float(outcome.mean()), float(outcome.sum())
    rows, seen, found = [], 0, 0.0
    for part in np.array_split(order, min(groups, len(order))):
        seen, found = seen + len(part), found + float(outcome[part].sum())
        rows.append(
            {
                "n": len(part),
                "lift": float(outcome[part].mean()) / base if base else 0.0,
                "reached": seen / len(order),
                "found": found / total if total else 0.0,
            }
        )
    return rows


def top_decile_lift(outcome: Labels, predicted: Floats) -> float:
    """How much more often it happens among the tenth with the highest probabilities than among all."""
    size = max(len(outcome) // 10, 1)
    top = np.argsort(-predicted, kind="stable")[:size]
    return float(outcome[top].mean() / outcome.mean())


def stability_index(before: Floats, now: Floats, groups: int = 10) -> float:
    """Population stability index of a number: sum of (q - p) ln(q / p) over the tenths of `before`, missing values a
    group of their own. Below 0.1 little moved, above 0.25 much."""
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, groups + 1)[1:-1])) if len(known) else np.array([])
    return index_of(_shares(before, edges), _shares(now, edges))


def _shares(values: Floats, edges: Floats) -> Floats:
    missing = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(counts, missing.sum()) / max(len(values), 1)


def index_of(before: Floats, now: Floats) -> float:
    """The index of two lists of shares."""
    p, q = np.maximum(before, 1e-4), np.maximum(now, 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))

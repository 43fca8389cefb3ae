"""Why a boosted forest of trees said what it said: the prediction taken apart along the paths of the trees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 50_000


def path_contributions(model: Any, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-odds that each feature adds, shape (rows, features); with the mean of the forest they sum to the prediction.

    At each split the expected value (mean of the leaves below, by the training rows in them) changes; the change
    belongs to the feature that is split on. Exact and additive (Saabas 2014); not the Shapley value, which
    averages over orders.
    `model` is a fitted binary HistGradientBoostingClassifier.
    """
    found = np.zeros(matrix.shape, dtype=np.float32)
    for start in range(0, len(matrix), CHUNK):
        part = slice(start, start + CHUNK)
        for (predictor,) in model._predictors:
            _add_tree(predictor, matrix[part], found[part])
    return found


def expected_log_odds(model: Any) -> float:
    """The prediction before any split is known: the baseline and the root of every tree."""
    return float(model._baseline_prediction.ravel()[0]) + sum(float(_values(p.nodes)[0]) for (p,) in model._predictors)


def _values(nodes: NDArray[Any]) -> NDArray[np.float64]:
    """The expected value at every node: leaves as they are, others the mean of their children by count."""
    values = nodes["value"].astype(np.float64).copy()
    for place in range(len(nodes) - 1, -1, -1):  # children stand behind their parent
        node = nodes[place]
        if not node["is_leaf"]:
            left, right = int(node["left"]), int(node["right"])
            counts = nodes["count"][left], nodes["count"][right]
            values[place] = (values[left] * counts[0] + values[right] * counts[1]) / (counts[0] + counts[1])
    return values


def _add_tree(predictor: Any, matrix: NDArray[np.float32], found: NDArray[np.float32]) -> None:
    nodes, values = predictor.nodes, _values(predictor.nodes)
    rows = {0: np.arange(len(matrix))}
    for place in range(len(nodes)):
        here = rows.pop(place, None)
        if here is None or nodes[place]["is_leaf"]:
            continue
        node, feature = nodes[place], int(nodes[place]["feature_idx"])
        goes_left = _goes_left(predictor, node, matrix[here, feature])
        for child, chosen in ((int(node["left"]), here[goes_left]), (int(node["right"]), here[~goes_left])):
            found[chosen, feature] += values[child] - values[place]
            rows[child] = chosen


def _goes_left(predictor: Any, node: Any, column: NDArray[np.float32]) -> NDArray[np.bool_]:
    gaps = np.isnan(column)
    if node["is_categorical"]:
        bits = predictor.raw_left_cat_bitsets[int(node["bitset_idx"])]
        codes = np.where(gaps, 0, column).astype(np.int64)
        inside = (bits[codes // 32] >> (codes % 32).astype(np.uint32)) & 1
        left = inside.astype(bool)
    else:
        left = column <= node["num_threshold"]
    return np.where(gaps, bool(node["missing_go_to_left"]), left)

"""A model's own figures, beside those of scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.model_selection import StratifiedKFold

from analytics.mathematics.classifying import LINEAR, model_figures, out_of_fold
from analytics.mathematics.features import Features


def test_each_figure_is_that_of_another_tool():
    draw = np.random.default_rng(3)
    number = draw.normal(size=400).astype(np.float32)
    outcome = (draw.random(400) < 1 / (1 + np.exp(-number))).astype(np.int64)
    out, parts = out_of_fold(Features({"n": number}, {}, {}), outcome, (LINEAR,))
    predicted = out[LINEAR]
    found = model_figures(outcome, predicted, parts)
    folds = StratifiedKFold(5, shuffle=True, random_state=42).split(number, outcome)
    areas = [metrics.roc_auc_score(outcome[test], predicted[test]) for _, test in folds]
    expected = {
        "auc": metrics.roc_auc_score(outcome, predicted),
        "auc_mean": np.mean(areas),
        "auc_sd": np.std(areas),
        "average_precision": metrics.average_precision_score(outcome, predicted),
        "brier": metrics.brier_score_loss(outcome, predicted),
        "log_loss": metrics.log_loss(outcome, predicted),
        "accuracy": metrics.accuracy_score(outcome, predicted >= 0.5),
        "top_decile_lift": outcome[np.argsort(-predicted)[:40]].mean() / outcome.mean(),
    }
    assert found == pytest.approx(expected, abs=2e-6)

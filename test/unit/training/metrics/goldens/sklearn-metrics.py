"""Goldens of the metrics: scikit-learn 1.2.1 (Debian's python3-sklearn), numpy's default_rng(20260109).

Run: /usr/bin/python3 sklearn-metrics.py > sklearn-metrics.json
"""
import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.preprocessing import label_binarize

assert sklearn.__version__ == "1.2.1"
warnings.simplefilter("ignore")
rng = np.random.default_rng(20260109)


def classification(classes, truth, probabilities):
    """What evaluate reports, by scikit-learn; probabilities [n, classes]."""
    predicted = probabilities.argmax(axis=1)
    codes = list(range(classes))
    scores = probabilities[:, 1] if classes == 2 else probabilities
    binary = truth if classes == 2 else label_binarize(truth, classes=codes)
    macro = {"labels": codes, "average": "macro", "zero_division": 0}
    each = {"labels": codes, "average": None, "zero_division": 0}
    return {
        "classes": classes,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "expected": {
            "accuracy": m.accuracy_score(truth, predicted),
            "log_loss": m.log_loss(truth, probabilities, labels=codes),
            "precision": m.precision_score(truth, predicted, **macro),
            "recall": m.recall_score(truth, predicted, **macro),
            "f1": m.f1_score(truth, predicted, **macro),
            "roc_auc": m.roc_auc_score(truth, scores, multi_class="ovr"),
            "pr_auc": m.average_precision_score(binary, scores),
        },
        "brier": m.brier_score_loss(truth, scores) if classes == 2 else None,
        "per_class": {
            "precision": m.precision_score(truth, predicted, **each).tolist(),
            "recall": m.recall_score(truth, predicted, **each).tolist(),
            "f1": m.f1_score(truth, predicted, **each).tolist(),
        },
        "confusion_matrix": m.confusion_matrix(truth, predicted, labels=codes).tolist(),
    }


def tied(rows, classes, step):
    """Probabilities on a coarse grid: many are equal, some are exactly 0 or 1."""
    raw = np.round(rng.random((rows, classes)) / step) * step
    raw[raw.sum(axis=1) == 0] = 1
    return raw / raw.sum(axis=1, keepdims=True)


def regression(truth, predicted):
    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "expected": {
            "mse": m.mean_squared_error(truth, predicted),
            "rmse": m.mean_squared_error(truth, predicted, squared=False),
            "mae": m.mean_absolute_error(truth, predicted),
            "r2": m.r2_score(truth, predicted),
            "explained_variance": m.explained_variance_score(truth, predicted),
        },
    }


two = tied(60, 2, 0.25)
certain = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
three = tied(80, 3, 0.2)
never = tied(50, 4, 0.5)
never[:, 3] = 0
never[never.sum(axis=1) == 0, 0] = 1
never /= never.sum(axis=1, keepdims=True)
noise = rng.normal(size=50)
values = rng.normal(size=50) * 12 + 300

print(
    json.dumps(
        {
            "classification": {
                "two classes, many ties": classification(2, rng.integers(0, 2, 60), two),
                "two classes, certain and wrong": classification(2, np.array([0, 0, 1, 1]), certain),
                "three classes, many ties": classification(3, rng.integers(0, 3, 80), three),
                "four classes, one never predicted": classification(4, rng.integers(0, 4, 50), never),
            },
            "regression": {
                "an offset and noise": regression(values, values + 2 * noise + 1),
                "worse than the mean": regression(values, -values),
            },
        }
    )
)

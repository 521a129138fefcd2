"""What a fitted scikit-learn classifier says, as logits; and the scale that makes decision values logits.

Conventions: features are `(row, feature)`; what comes back is `(row, label)`.
"""

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.errors import InputError
from escucha.models.classifier import Link

TINY = 1e-7
"""Probabilities are clipped this far from 0 and 1 before their logarithm is taken."""


def decisions(pipeline: Any, features: np.ndarray, link: Link = "softmax") -> np.ndarray:
    """Decision values, or where there are none the logarithm (log-odds for `sigmoid`) of clipped probabilities."""
    with threadpool_limits(1):  # few rows: on a busy machine threads that wait for each other take far longer than one
        return _logits(pipeline, features, link)


def _logits(pipeline: Any, features: np.ndarray, link: Link) -> np.ndarray:
    if hasattr(pipeline, "decision_function"):
        raw = np.asarray(pipeline.decision_function(features), dtype=np.float64)
        # the difference of the two halves is the decision value, as the difference of two logits is the log-odds
        return np.stack([-raw / 2, raw / 2], axis=1) if raw.ndim == 1 else raw
    if not hasattr(pipeline, "predict_proba"):
        raise InputError("the pipeline has neither decision_function nor predict_proba, so it says nothing but a "
                         "label; fit one that has (probability=True, or OneVsRestClassifier)")
    probability = np.clip(_probability(pipeline, features), TINY, 1 - TINY)
    return np.log(probability) if link == "softmax" else np.log(probability / (1 - probability))


def _probability(pipeline: Any, features: np.ndarray) -> np.ndarray:
    """`(row, label)`; of several labels at once scikit-learn may give a list, for each label one column a class."""
    said = pipeline.predict_proba(features)
    if not isinstance(said, list):
        return np.asarray(said, dtype=np.float64)
    if any(set(np.asarray(classes).tolist()) - {0, 1} for classes in pipeline.classes_):
        raise InputError("a pipeline of several labels at once is fitted to zeros and ones (row, label); this one "
                         f"knows the classes {[list(classes) for classes in pipeline.classes_]}")
    there = [np.asarray(classes).astype(bool) for classes in pipeline.classes_]
    return np.stack([each @ classes for each, classes in zip(said, there)], axis=1).astype(np.float64)


def fit_scale(decided: np.ndarray, targets: np.ndarray) -> float:
    """The factor that makes decision values `(clip, label)` logits of least log-loss (Guo et al. 2017: temperature).

    Targets are `(clip,)` of one label a clip, or booleans `(clip, label)`.
    """
    from scipy.optimize import minimize_scalar

    loss = _softmax_loss if targets.ndim == 1 else _sigmoid_loss
    best = minimize_scalar(lambda scale: loss(decided * np.exp(scale), targets), bounds=(-4, 4), method="bounded")
    return float(np.exp(best.x))


def _softmax_loss(logits: np.ndarray, targets: np.ndarray) -> float:
    peak = logits.max(axis=1, keepdims=True)
    normaliser = peak[:, 0] + np.log(np.exp(logits - peak).sum(axis=1))
    return float((normaliser - logits[np.arange(len(targets)), targets]).mean())


def _sigmoid_loss(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(np.logaddexp(0, np.where(targets, -logits, logits)).mean())

"""A fitted scikit-learn pipeline over named features as a classifier.

Conventions: waves are `(batch, window)` float32; features `(batch, feature)`; scores `(batch, label)` logits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from escucha.errors import InputError, unknown
from escucha.models.classifier import Link
from escucha.models.features import FEATURES, Extractor

TINY = 1e-7
"""Probabilities are clipped this far from 0 and 1 before their logarithm is taken."""


class Estimator(Protocol):
    """What is asked of a fitted scikit-learn classifier or pipeline; `decision_function` or `predict_proba` too."""

    classes_: Any

    def predict(self, features: Any) -> Any:
        """Labels `(batch,)`."""


@dataclass(frozen=True, eq=False)
class SklearnClassifier:
    """A FeatureClassifier: a feature function, then any fitted scikit-learn classifier.

    Scores are its decision function times `scale` (a binary one split in two halves), or where it has none the clipped
    logarithm of its probabilities.
    """

    pipeline: Estimator
    labels: tuple[str, ...]
    rate: int
    window: int
    extract: Extractor
    """`(wave (time,), rate) -> (feature,)`."""
    feature_names: tuple[str, ...]
    scale: float = 1.0
    """What decision values are multiplied by to be logits: fitted on validation clips, 1 where that was not done."""
    link: Link = "softmax"

    @classmethod
    def of(cls, pipeline: Estimator, *, rate: int, window: int, features: str = "librosa") -> "SklearnClassifier":
        """Your own fitted pipeline on features of FEATURES; its classes are the labels."""
        if not hasattr(pipeline, "classes_"):
            raise InputError("the pipeline is not fitted, or is no classifier: it lacks classes_; fit it first")
        if features not in FEATURES:
            raise unknown("features", features, FEATURES)
        extract, names = FEATURES[features]
        return cls(pipeline, tuple(map(str, pipeline.classes_)), rate, window, extract, names)

    def features(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, feature)` of waves `(batch, window)`, columns as `feature_names`."""
        waves = np.asarray(waves, dtype=np.float32)
        if waves.ndim != 2 or waves.shape[1] != self.window or not len(waves):
            raise InputError(f"the classifier hears waves of shape (batch, {self.window}), got {waves.shape}; "
                             "cut clips with escucha.models.windows")
        return np.stack([self.extract(wave, self.rate) for wave in waves])

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of features `(batch, feature)`."""
        return decisions(self.pipeline, features) * self.scale

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of waves `(batch, window)`."""
        return self.scores_of(self.features(waves))


def decisions(pipeline: Any, features: np.ndarray) -> np.ndarray:
    """`(batch, label)`: decision values, or the logarithm of clipped probabilities where there are none."""
    if hasattr(pipeline, "decision_function"):
        raw = np.asarray(pipeline.decision_function(features), dtype=np.float64)
        # the difference of the two halves is the decision value, as the difference of two logits is the log-odds
        return np.stack([-raw / 2, raw / 2], axis=1) if raw.ndim == 1 else raw
    return np.log(np.clip(pipeline.predict_proba(features), TINY, 1 - TINY))


def fit_scale(decided: np.ndarray, targets: np.ndarray) -> float:
    """The factor that makes decision values `(clip, label)` logits of least log-loss (Guo et al. 2017: temperature)."""
    from scipy.optimize import minimize_scalar

    def loss(log_scale: float) -> float:
        logits = decided * np.exp(log_scale)
        peak = logits.max(axis=1, keepdims=True)
        normaliser = peak[:, 0] + np.log(np.exp(logits - peak).sum(axis=1))
        return float((normaliser - logits[np.arange(len(targets)), targets]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def feature_table(waves: Sequence[np.ndarray], rate: int, *, features: str, jobs: int = 1) -> np.ndarray:
    """`(window, feature)` of many windows, in parallel processes where `jobs` is more than one."""
    from joblib import Parallel, delayed

    if features not in FEATURES:
        raise unknown("features", features, FEATURES)
    extract, _ = FEATURES[features]
    return np.stack(Parallel(n_jobs=jobs)(delayed(extract)(wave, rate) for wave in waves))

"""A fitted scikit-learn pipeline over named features as a classifier.

Conventions: waves are `(batch, window)` float32; features `(batch, feature)`; scores `(batch, label)` logits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from escucha.errors import InputError, unknown
from escucha.models.classifier import Link
from escucha.models.decisions import decisions
from escucha.models.features import FEATURES
from escucha.models.features.choosing import chosen_names
from escucha.models.features.feature_set import FeatureSet, each


class Estimator(Protocol):
    """What is asked of a fitted scikit-learn classifier or pipeline; `decision_function` or `predict_proba` too."""

    classes_: Any

    def predict(self, features: Any) -> Any:
        """Labels `(batch,)`."""


@dataclass(frozen=True, eq=False)
class SklearnClassifier:
    """A FeatureClassifier: named features of a window, then any fitted scikit-learn classifier.

    Scores are its decision function times `scale` (a binary one split in two halves), or where it has none the clipped
    logarithm (log-odds for `sigmoid`) of its probabilities.
    """

    pipeline: Estimator
    labels: tuple[str, ...]
    rate: int
    window: int
    hears: FeatureSet
    scale: float = 1.0
    """What decision values are multiplied by to be logits: fitted on validation clips, 1 where that was not done."""
    link: Link = "softmax"

    @classmethod
    def of(cls, pipeline: Estimator, *, rate: int, window: int,
           features: str | Sequence[str] | Callable[[np.ndarray, int], np.ndarray] = "librosa",
           labels: Sequence[str] | None = None, link: Link = "softmax") -> "SklearnClassifier":
        """Your own fitted pipeline.

        `features` is the name of a set in FEATURES, a list of names of features in one of them (columns in that
        order), or your own function from (wave `(time,)`, rate) to `(feature,)`. The labels are the pipeline's classes
        unless named; one that gives several labels at once (`link="sigmoid"`: OneVsRestClassifier,
        MultiOutputClassifier, a forest fitted to `(row, label)`) knows them by number only, so they must be.
        """
        if not hasattr(pipeline, "classes_"):
            raise InputError("the pipeline is not fitted, or is no classifier: it lacks classes_; fit it first")
        if link == "sigmoid" and labels is None:
            raise InputError("a pipeline that gives several labels at once knows no names; name its `labels` in order")
        known = tuple(map(str, pipeline.classes_)) if labels is None else tuple(labels)
        found = cls(pipeline, known, rate, window, _features_of(features, rate, window), link=link)
        given = found.scores(np.zeros((1, window), dtype=np.float32)).shape[1]
        if given != len(known):
            raise InputError(f"the pipeline gives {given} scores and {len(known)} labels are named; they must be as "
                             "many")
        return found

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One a column."""
        return self.hears.names

    def features(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, feature)` of waves `(batch, window)`, columns as `feature_names`."""
        waves = np.asarray(waves, dtype=np.float32)
        if waves.ndim != 2 or waves.shape[1] != self.window or not len(waves):
            raise InputError(f"the classifier hears waves of shape (batch, {self.window}), got {waves.shape}; "
                             "cut clips with escucha.models.windows")
        return self.hears.of(waves, self.rate)

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of features `(batch, feature)`."""
        return decisions(self.pipeline, features, self.link) * self.scale

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of waves `(batch, window)`."""
        return self.scores_of(self.features(waves))


def _features_of(features: str | Sequence[str] | Callable[[np.ndarray, int], np.ndarray], rate: int,
                 window: int) -> FeatureSet:
    if callable(features):
        count = np.shape(features(np.zeros(window, dtype=np.float32), rate))
        if len(count) != 1:
            raise InputError(f"a feature function gives (feature,) for one wave, got the shape {count}")
        names = tuple(f"feature {at}" for at in range(count[0]))
        return FeatureSet(partial(each, features), names, names)
    if isinstance(features, str):
        if features not in FEATURES:
            raise unknown("features", features, FEATURES)
        extract, names = FEATURES[features]
        return FeatureSet(partial(each, extract), names, names)
    extract, names = max(FEATURES.values(), key=lambda made: len(set(features) & set(made[1])))
    wanted = (name for asked in features for name in chosen_names([asked], names, "the pipeline's features"))
    return FeatureSet(partial(each, extract), names, tuple(wanted))

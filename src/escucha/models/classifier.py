"""The protocols: the least an explainer asks of a trained classifier.

Conventions: waves are `(batch, window)` float32 at `rate`; scores are `(batch, label)` logits; numpy at the boundary.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np

from escucha.errors import InputError, unknown

Link = Literal["softmax", "sigmoid"]

VALUES: dict[Link, str] = {"softmax": "logit minus mean logit", "sigmoid": "logit"}
"""What `values` are, in words."""
Value = Literal["logit", "log-odds"]
"""What is explained: `values`, or `log_odds` on request."""

Scores = TypeVar("Scores", np.ndarray, Any)
"""An array, or a tensor whose gradient is asked for."""


@runtime_checkable
class Classifier(Protocol):
    """Something that scores windows of sound: enough for evaluation, LIME and Shapley."""

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the scores' columns."""

    @property
    def rate(self) -> int:
        """Samples a second of the waves it hears."""

    @property
    def window(self) -> int:
        """Samples it hears at once."""

    @property
    def link(self) -> Link:
        """`softmax`: one label a clip; `sigmoid`: each label by itself."""

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of waves `(batch, window)`.

        A model that only gives probabilities returns their clipped logarithm (softmax) or log-odds (sigmoid).
        """


@runtime_checkable
class LayeredClassifier(Classifier, Protocol):
    """A classifier whose inside can be read: what concepts and gradients need."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Names, from sound to answer."""

    def activations(self, waves: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
        """`{layer: (batch, *unit)}` in one forward pass."""

    def gradients(self, waves: np.ndarray, layers: Sequence[str], labels: Sequence[str]) -> dict[str, np.ndarray]:
        """`{layer: (batch, label, *unit)}`: of each label's `value` (see `values`) with respect to the layer."""


Change = Callable[[np.ndarray], np.ndarray]
"""From a layer's activations `(batch, *unit)` to others of the same shape."""


@runtime_checkable
class SteerableClassifier(LayeredClassifier, Protocol):
    """A classifier one of whose layers can be changed while it listens: what erasing an idea needs."""

    def scores_changed(self, waves: np.ndarray, layer: str, changes: Sequence[Change]) -> np.ndarray:
        """Logits `(change, batch, label)` when the layer gives `change(activations)` instead of its activations."""


@runtime_checkable
class FeatureClassifier(Classifier, Protocol):
    """A classifier over named features (SVM, forest, embedding heads): concepts can be tested in feature space."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One a column."""

    def features(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, feature)`, as the scorer takes them."""

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of features `(batch, feature)`."""


@runtime_checkable
class ViewedClassifier(Classifier, Protocol):
    """A classifier that looks in several ways, each with an answer of its own: a vote may count them all."""

    @property
    def views(self) -> tuple[str, ...]:
        """Names, in the order of `view_scores`."""

    def view_scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(view, batch, label)`; `scores` is their mean over views."""


def values(scores: Scores, link: Link) -> Scores:
    """What is explained, `(..., label)`: the logit minus the mean logit over labels (softmax), or the logit (sigmoid).

    A softmax does not see a shift common to all labels, so neither should an explanation; the difference stays
    additive over windows, which a probability does not.
    """
    return scores - scores.mean(axis=-1, keepdims=True) if link == "softmax" else scores


def check_valued(classifier: Classifier) -> None:
    """Raise InputError where `values` are 0 whatever is heard: a softmax over one label always gives it."""
    if classifier.link == "softmax" and len(classifier.labels) < 2:
        raise InputError(f"the model has the one label {', '.join(classifier.labels)!r}, and a softmax over one label "
                         "always gives it; take a model of two labels or more, or make its link 'sigmoid'")


def log_odds(scores: np.ndarray, link: Link) -> np.ndarray:
    """`(..., label)`: log p / (1 - p) of each label's probability, from logits; exact where p rounds to 0 or 1."""
    if link == "sigmoid":
        return scores
    others = np.where(np.eye(scores.shape[-1], dtype=bool), -np.inf, scores[..., None, :])
    return scores - np.logaddexp.reduce(others, axis=-1)


def probabilities(scores: np.ndarray, link: Link) -> np.ndarray:
    """`(..., label)`: softmax over labels, or each label's logistic function."""
    scores = np.asarray(scores, dtype=np.float64)
    if link == "sigmoid":
        return 0.5 * (1 + np.tanh(scores / 2))
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def label_index(classifier: Classifier, label: str) -> int:
    """The column of `label`; InputError with the nearest label otherwise."""
    if label not in classifier.labels:
        raise unknown("label", label, classifier.labels)
    return classifier.labels.index(label)

"""The clips under test as tests of concepts need them, of a network or of a model of features."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import FEATURES, Maps, Readable
from escucha.concepts.design import reduced
from escucha.concepts.layer import Layer
from escucha.concepts.slopes import pulled
from escucha.concepts.steps import clip_windows, steps
from escucha.models.classifier import FeatureClassifier, label_index


@dataclass(frozen=True, eq=False)
class Tested:
    """Clips heard, and layers in which directions can push them."""

    values: np.ndarray
    """`(clip, label)`."""
    rows: Mapping[str, np.ndarray]
    """Layer to the rows `(row, unit)` that its directions are fitted to: activations, or standardised features."""
    layer: Callable[[str], Layer]
    """From a layer's name; made one at a time."""


def tested(classifier: Readable, clips: Iterable[Clip], rows: Mapping[str, np.ndarray], *, maps: Maps,
           labels: Sequence[str]) -> Tested:
    """From the clips under test, and the `rows` of all examples and null examples as `activations.hear` gives them."""
    if isinstance(classifier, FeatureClassifier):
        made = steps(classifier, rows[FEATURES], *clip_windows(classifier, clips),
                     columns=[label_index(classifier, label) for label in labels])
        return Tested(made.values, {FEATURES: made.rows}, lambda name: made)
    bent = pulled(classifier, clips, rows, maps=maps, labels=labels)
    return Tested(bent.values, rows, lambda name: reduced(name, rows[name], bent))

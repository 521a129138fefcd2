"""The same idea by several estimators: do they find one direction, and does it push alike?

Only one of them is tested; to test all and tell of the best would be to test more often than is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.design import Design
from escucha.concepts.dual import ESTIMATORS, held_out_accuracy, lengths
from escucha.concepts.layer import Layer, Towards


@dataclass(frozen=True)
class Estimated:
    """A concept's direction in a layer by one estimator, and what it does to one label; not tested."""

    concept: str
    layer: str
    label: str
    estimator: str
    cosine: float
    """With the direction of the estimator that is tested; 0 for no direction."""
    accuracy: float
    """Held out, as of the CAV."""
    push: float


def estimated(layer: Layer, design: Design, towards: Towards, *, estimators: Sequence[str],
              labels: Sequence[str]) -> list[Estimated]:
    """One an estimator and label; estimators that the concept's examples cannot have are left out (see `possible`)."""
    grams = layer.grams(design.own[None])
    tested = ESTIMATORS[design.estimator](grams, design.signs)[0]
    made = []
    for name in possible(design, estimators):
        alpha = ESTIMATORS[name](grams, design.signs)[0]
        accuracy = held_out_accuracy(grams, design.signs, design.folds, estimator=name, paired=design.concept.paired)
        size = float(lengths(grams, alpha)[0] * lengths(grams, tested)[0])
        cosine = float((alpha @ grams[0] @ tested[0])[0] / size) if size else 0.0
        pushed = towards(design.own[None], grams, alpha)[0]
        made += [Estimated(design.concept.name, layer.name, label, name, cosine, float(accuracy[0]), float(push))
                 for label, push in zip(labels, pushed)]
    return made


def possible(design: Design, estimators: Sequence[str]) -> list[str]:
    """Those that fit the concept: no paired differences of clips, no logistic regression of degrees."""
    concept = design.concept
    return [name for name in estimators
            if not (name == "paired-difference" and not concept.paired) and not (name == "logistic" and concept.graded)]


def spread(found: Sequence[Estimated]) -> float:
    """The least cosine between the tested direction and another estimator's: how far they disagree."""
    return min((one.cosine for one in found), default=float(np.nan))

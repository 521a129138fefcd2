"""What becomes of a label once an idea is erased, beside erasing meaningless concepts of the same design.

Conventions: changes are value erased minus value as it is, `(clip, label)`, in the units of the label's value (see
`models.classifier.values`); labels are columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.correction import CORRECTIONS
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import Change, Classifier, FeatureClassifier, SteerableClassifier, values
from escucha.models.resampling import mean_interval

DRAWS = 2000
"""Of the bootstrap."""
AT_ONCE = 128
"""Changes that a layer gives in one pass: bounds memory."""


@dataclass(frozen=True)
class ErasedEffect:
    """Mean change of a label's value over its clips when an idea is erased at a layer."""

    concept: str
    layer: str
    label: str
    mean: float
    """Below zero the label falls without the idea: the classifier needed it."""
    low: float
    high: float
    """95 % interval, bootstrap over groups."""
    control: float
    """Mean change where a meaningless concept is erased instead: what erasing anything does."""
    control_reach: float
    """95 % of meaningless concepts change the label by no more than this, up or down."""
    p: float
    """(1 + number of meaningless concepts whose erasing changes the label as much) / (their number + 1)."""
    p_corrected: float
    """Over every concept, layer and label asked."""
    groups: int


def check_steerable(classifier: Classifier) -> SteerableClassifier | FeatureClassifier:
    """The classifier, as one in which an idea can be erased; InputError where its layers cannot be changed."""
    if isinstance(classifier, SteerableClassifier | FeatureClassifier):
        return classifier
    raise InputError("erasing needs a model whose layers can be changed while it listens, and those of "
                     "this one cannot; leave 'erase' out")


def values_when(classifier: SteerableClassifier | FeatureClassifier, clips: Iterable[Clip], layer: str,
                changes: Sequence[Change]) -> np.ndarray:
    """`(change, clip, label)` values of clips when a layer gives what each of the changes makes of its activations."""
    made = []
    for clip in clips:
        scores = _scores_when(classifier, windows.cut(clip.wave, classifier.window), layer, changes)
        made.append(values(scores.astype(np.float64), classifier.link).mean(axis=1))
    return np.stack(made, axis=1)


def _scores_when(classifier: SteerableClassifier | FeatureClassifier, waves: np.ndarray, layer: str,
                 changes: Sequence[Change]) -> np.ndarray:
    """`(change, window, label)`."""
    if isinstance(classifier, FeatureClassifier):
        features = classifier.features(waves)
        return np.stack([classifier.scores_of(change(features)) for change in changes])
    return np.concatenate([classifier.scores_changed(waves, layer, changes[at:at + AT_ONCE])
                           for at in range(0, len(changes), AT_ONCE)])


def erased_effects(changes: np.ndarray, *, concept: str, layer: str, labels: Sequence[str], having: np.ndarray,
                   groups: Sequence[str], seed: int) -> list[ErasedEffect]:
    """One a label, from changes `(eraser, clip, label)` of which the first is the idea's; p not yet corrected.

    `having` `(clip, label)` says which clips have which label.
    """
    made = []
    names = np.array(groups)
    for column, label in enumerate(labels):
        mine = having[:, column]
        found = mean_interval(changes[0, mine, column], names[mine], seed=seed, draws=DRAWS)
        null = changes[1:, mine, column].mean(axis=1)
        p = (1 + np.sum(np.abs(null) >= abs(found.value) * (1 - 1e-9))) / (len(null) + 1)
        made.append(ErasedEffect(
            concept, layer, label, found.value, found.low, found.high, control=float(null.mean()),
            control_reach=float(np.quantile(np.abs(null), 0.95)), p=float(p), p_corrected=float("nan"),
            groups=found.groups))
    return made


def corrected(effects: Sequence[ErasedEffect], correction: str) -> tuple[ErasedEffect, ...]:
    """The effects with p corrected over all of them."""
    adjusted = CORRECTIONS[correction](np.array([found.p for found in effects]))
    return tuple(replace(found, p_corrected=float(p)) for found, p in zip(effects, adjusted))

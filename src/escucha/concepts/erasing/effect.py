"""What becomes of a label once an idea is erased, beside erasing meaningless concepts of the same design.

Conventions: changes are value erased minus value as it is, `(clip, label)`, in the units of the label's value (see
`models.classifier.values`); labels are columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.correction import CORRECTIONS
from escucha.concepts.redraws import drawn_means
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import Change, Classifier, FeatureClassifier, SteerableClassifier, values
from escucha.models.resampling import ALONE, LEVEL, Interval

BYTES = 2**27
"""Of what a layer gives in one pass for many changes: bounds memory."""


@dataclass(frozen=True)
class ErasedEffect:
    """What becomes of a label's value, over its clips, when an idea is erased at a layer."""

    concept: str
    layer: str
    label: str
    mean: float
    """Mean change. Below zero the label falls: it likes the idea and its clips have more of it than is left to them.

    What is left is what the layer's examples have on average, so a label that likes an idea which its clips lack rises.
    """
    low: float
    high: float
    """95 % interval: the groups of the clips and those of the examples, with the eraser fitted to them, drawn anew."""
    size: float
    """Mean size of the change, up or down: what half of the clips have may move each of them, and not the mean."""
    control: float
    """Mean change where a meaningless concept is erased instead: what erasing anything does."""
    control_reach: float
    """95 % of meaningless concepts change the mean by no more than this, up or down."""
    control_size: float
    """95 % of meaningless concepts move clips by no more than this."""
    p: float
    """(1 + number of meaningless concepts that move clips by as much) / (their number + 1); NaN where not tested."""
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
        return _scores_of_changed(classifier, classifier.features(waves), changes)
    once = max(1, BYTES // classifier.activations(waves[:1], [layer])[layer].nbytes)
    return np.concatenate([classifier.scores_changed(waves, layer, changes[at:at + once])
                           for at in range(0, len(changes), once)])


def _scores_of_changed(classifier: FeatureClassifier, features: np.ndarray, changes: Sequence[Change]) -> np.ndarray:
    """`(change, window, label)`, many changes in one call: a call costs a model of features more than its rows do."""
    once = max(1, BYTES // features.nbytes)
    said = [classifier.scores_of(np.concatenate([change(features) for change in changes[at:at + once]]))
            for at in range(0, len(changes), once)]
    return np.concatenate(said).reshape(len(changes), len(features), -1)


def erased_effects(own: np.ndarray, redrawn: np.ndarray, null: np.ndarray, *, concept: str, layer: str,
                   labels: Sequence[str], having: np.ndarray, groups: Sequence[str], sides: int,
                   known: Sequence[bool], seed: int) -> list[ErasedEffect]:
    """One a label, p not yet corrected, from changes: by the idea's eraser `(clip, label)`, by erasers of its groups
    drawn anew, and by those of meaningless concepts `(eraser, clip, label)`.

    `having` `(clip, label)` says which clips have which label; `sides` groups supply the examples; a label that is not
    `known` to the classifier is not tested.
    """
    made = []
    for column, label in enumerate(labels):
        mine = having[:, column]
        found = own[mine, column]
        drawn = _interval(found, redrawn[:, mine, column], np.array(groups)[mine], sides, seed)
        means, sizes = null[:, mine, column].mean(axis=1), np.abs(null[:, mine, column]).mean(axis=1)
        size = float(np.abs(found).mean())
        p = (1 + np.sum(sizes >= size * (1 - 1e-9))) / (len(null) + 1) if known[column] else float("nan")
        made.append(ErasedEffect(
            concept, layer, label, drawn.value, drawn.low, drawn.high, size, control=float(means.mean()),
            control_reach=float(np.quantile(np.abs(means), 0.95)), control_size=float(np.quantile(sizes, 0.95)),
            p=float(p), p_corrected=float("nan"), groups=drawn.groups))
    return made


def _interval(found: np.ndarray, redrawn: np.ndarray, groups: np.ndarray, sides: int, seed: int) -> Interval:
    """Of the mean of changes `(clip,)`, as wide as those of redrawn erasers `(draw, clip)` spread (Student's t).

    Not their percentiles: an eraser of a draw has noise of its own beside that of the idea's, and takes less away.
    """
    from scipy.stats import t

    value, count = float(found.mean()), min(len(np.unique(groups)), sides)
    if count == 1:
        return Interval(value, float("nan"), float("nan"), 1, ALONE)
    reach = t.ppf((1 + LEVEL) / 2, count - 1) * drawn_means(redrawn, groups, seed=seed).std(ddof=1)
    return Interval(value, float(value - reach), float(value + reach), count, "spread of redrawn erasers and clips")


def corrected(effects: Sequence[ErasedEffect], correction: str) -> tuple[ErasedEffect, ...]:
    """The effects with p corrected over all of them, those not tested too."""
    adjusted = CORRECTIONS[correction](np.array([found.p for found in effects]))
    return tuple(replace(found, p_corrected=float(p)) for found, p in zip(effects, adjusted))

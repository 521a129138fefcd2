"""What does a label lose when a component is taken out of the layer? And when as much of a meaningless pattern is?

The exact effect of an intervention, not a gradient: the rest of the model hears the layer without the component.

Conventions: activations `(window, unit, *position)`; a label's value is that of `models.classifier.values`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.activations import Readable
from escucha.concepts.discovering.components import Components
from escucha.concepts.discovering.excerpts import Batch, clip_means, owners, pieces, pieces_of
from escucha.errors import InputError
from escucha.models.classifier import Change, FeatureClassifier, SteerableClassifier, values

ROUNDS = 5
"""In which a meaningless pattern is scaled to the size of its component: no unit gives more than it has."""


@dataclass(frozen=True, eq=False)
class Losses:
    """What labels lose, clip by clip."""

    whole: np.ndarray
    """`(clip, label)` values of clips as they are."""
    lost: np.ndarray
    """`(clip, component, label)`: value with the component minus value without it."""
    chance: np.ndarray
    """`(draw, clip, component, label)`: the same for as much of a meaningless pattern: its units in another order."""


@dataclass(frozen=True)
class Removal:
    """Takes one component out of a layer's activations.

    In a layer that is never negative each unit keeps the share of it that is not the component's: what the component
    holds of an excerpt (strength times pattern, never more than is there) is gone from its mean, and no activation
    falls below 0. In any other layer the component's part is subtracted at every position of the excerpt.
    """

    components: Components
    at: int
    """Which one."""
    window: float
    """Seconds of a window."""
    seconds: float
    """Of an excerpt."""
    order: np.ndarray | None = None
    """`(column,)`: given, as much is taken of the pattern with its columns in this order, everywhere the same."""

    def __call__(self, inside: np.ndarray) -> np.ndarray:
        """The activations without it, of the same shape."""
        count = pieces_of(inside.shape, self.window, self.seconds)
        rows = pieces(inside, count)
        flat = rows.reshape(-1, rows.shape[-1])
        strength = self.components.strengths(flat)[:, self.at]
        space, pattern = self.components.space, self.components.parts[self.at]
        if space.sided:
            taken = strength[:, None] * self._push(pattern) * space.scale
            return inside - _spread(taken.reshape(rows.shape), inside, count)
        share = _share_of(flat, strength[:, None] * pattern)
        if self.order is not None:
            wanted = np.linalg.norm(share * flat, axis=1, keepdims=True)
            share = _share_of(flat, strength[:, None] * pattern[self.order])
            for _ in range(ROUNDS):
                share = np.minimum(share * _ratio(wanted, np.linalg.norm(share * flat, axis=1, keepdims=True)), 1.0)
        return inside * (1 - _spread(share.reshape(rows.shape), inside, count))

    def _push(self, pattern: np.ndarray) -> np.ndarray:
        """`(unit,)`: which way the pattern pushes, or, as far, the one in the other order."""
        plain = self.components.space.directions(pattern[None])
        if self.order is None:
            return plain[0]
        mixed = self.components.space.directions(pattern[None, self.order])
        return mixed[0] * _ratio(*(np.linalg.norm(one, axis=1) for one in (plain, mixed)))


def losses(classifier: Readable, batches: Iterable[Batch], layer: str, components: Components, *, seconds: float,
           controls: int, seed: int) -> Losses:
    """Every component taken out of every window, and `controls` meaningless patterns; means over a clip's windows.

    InputError for a model whose layer cannot be changed while it listens.
    """
    if not isinstance(classifier, SteerableClassifier | FeatureClassifier):
        raise InputError("to take a component out, the model's layer must be changed while it listens, and this model "
                         "cannot do that; take a torch network, or a model of features")
    rng, window = np.random.default_rng(seed), classifier.window / classifier.rate
    count, columns = components.parts.shape
    orders = [None] * count + [rng.permutation(columns) for _ in range(count * controls)]
    removals = [Removal(components, at % count, window, seconds, order) for at, order in enumerate(orders)]
    clip, whole, lost = [], [], []
    for batch in batches:
        plain, changed = _values(classifier, batch.waves, layer, removals)
        clip.append(batch.clip)
        whole.append(plain)
        lost.append(np.moveaxis(plain - changed, 0, 1))
    owner = np.concatenate(clip)
    every = clip_means(np.concatenate(lost), owner)
    chance = np.moveaxis(every[:, count:].reshape(len(every), controls, count, -1), 1, 0)
    return Losses(clip_means(np.concatenate(whole), owner), every[:, :count], chance)


def _share_of(flat: np.ndarray, part: np.ndarray) -> np.ndarray:
    """`(row, unit)`: how much of each unit the part is, from 0 to 1."""
    return np.minimum(np.divide(part, flat, out=np.zeros_like(flat), where=flat > 0), 1.0)


def _ratio(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Their ratio, 1 where nothing was got."""
    return np.divide(wanted, got, out=np.ones_like(wanted), where=got > 0)


def _values(classifier: SteerableClassifier | FeatureClassifier, waves: np.ndarray, layer: str,
            changes: Sequence[Change]) -> tuple[np.ndarray, np.ndarray]:
    """Values `(window, label)` of the waves as they are, and `(change, window, label)` with a layer changed."""
    if isinstance(classifier, FeatureClassifier):
        inside = classifier.features(waves)
        plain = classifier.scores_of(inside)
        changed = np.stack([classifier.scores_of(change(inside)) for change in changes])
    else:
        plain, changed = classifier.scores(waves), classifier.scores_changed(waves, layer, changes)
    return values(plain, classifier.link), values(changed, classifier.link)


def _spread(of: np.ndarray, inside: np.ndarray, count: int) -> np.ndarray:
    """`(window, excerpt, unit)` laid over activations `(window, unit, *position)`, each excerpt over its steps."""
    if inside.ndim < 3:
        return of[:, 0]
    steps = np.moveaxis(of[:, owners(inside.shape[-1], count)], 1, -1)
    return steps.reshape(*steps.shape[:2], *[1] * (inside.ndim - 3), steps.shape[-1])

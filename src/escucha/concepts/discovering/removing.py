"""What does a label lose when a component is taken out of the layer? And when as much of something random is?

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


@dataclass(frozen=True, eq=False)
class Losses:
    """What labels lose, clip by clip."""

    whole: np.ndarray
    """`(clip, label)` values of clips as they are."""
    lost: np.ndarray
    """`(clip, component, label)`: value with the component minus value without it."""
    chance: np.ndarray
    """`(clip, component, label)`: the same for as much taken from units at random, the mean over draws."""


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
    rng: np.random.Generator | None = None
    """Given: as much is taken from units at random, others in every excerpt, instead."""

    def __call__(self, inside: np.ndarray) -> np.ndarray:
        """The activations without it, of the same shape."""
        count = pieces_of(inside.shape, self.window, self.seconds)
        rows = pieces(inside, count)
        flat = rows.reshape(-1, rows.shape[-1])
        strength = self.components.strengths(flat)[:, self.at]
        if self.components.space.sided:
            taken = self._pushes(strength).reshape(rows.shape)
            return inside - _spread(taken, inside, count)
        share = self._shares(flat, strength).reshape(rows.shape)
        return inside * (1 - _spread(share, inside, count))

    def _shares(self, flat: np.ndarray, strength: np.ndarray) -> np.ndarray:
        """`(row, unit)`: how much of each unit is the component's, from 0 to 1."""
        part = strength[:, None] * self.components.parts[self.at]
        share = np.minimum(np.divide(part, flat, out=np.zeros_like(flat), where=flat > 0), 1.0)
        if self.rng is None:
            return share
        mixed = self.rng.permuted(share, axis=1)
        wanted, got = (np.linalg.norm(one * flat, axis=1) for one in (share, mixed))
        return np.minimum(mixed * (wanted / np.where(got > 0, got, 1.0))[:, None], 1.0)

    def _pushes(self, strength: np.ndarray) -> np.ndarray:
        """`(row, unit)` in the layer's own units: what the component adds to each."""
        space = self.components.space
        push = strength[:, None] * space.directions(self.components.parts)[self.at]
        if self.rng is not None:
            push = self.rng.permuted(push, axis=1) * self.rng.choice([-1.0, 1.0], push.shape)
        return push * space.scale


def losses(classifier: Readable, batches: Iterable[Batch], layer: str, components: Components, *, seconds: float,
           controls: int, seed: int) -> Losses:
    """Every component taken out of every window, and as much at random `controls` times; means over a clip's windows.

    InputError for a model whose layer cannot be changed while it listens.
    """
    if not isinstance(classifier, SteerableClassifier | FeatureClassifier):
        raise InputError("to take a component out, the model's layer must be changed while it listens, and this model "
                         "cannot do that; take a torch network, or a model of features")
    rng, window = np.random.default_rng(seed), classifier.window / classifier.rate
    count = len(components.parts)
    removals = [Removal(components, at, window, seconds) for at in range(count)]
    removals += [Removal(components, at, window, seconds, rng) for at in range(count) for _ in range(controls)]
    clip, whole, lost = [], [], []
    for batch in batches:
        plain, changed = _values(classifier, batch.waves, layer, removals)
        clip.append(batch.clip)
        whole.append(plain)
        lost.append(np.moveaxis(plain - changed, 0, 1))
    owner = np.concatenate(clip)
    every = clip_means(np.concatenate(lost), owner)
    chance = every[:, count:].reshape(len(every), count, controls, -1).mean(axis=2)
    return Losses(clip_means(np.concatenate(whole), owner), every[:, :count], chance)


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

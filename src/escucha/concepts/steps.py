"""A layer of a model without gradients (SVM, forest): its features, in which clips are moved a step either way.

The push of a clip along a direction is half the change of the label's value from one standard deviation of the idea
below the clip to one above it: tiny steps would see the flat steps of a forest only. The standard deviation is that of
the projections of the examples that the direction was fitted to, of a meaningless concept as of a real one.

Conventions: directions are in standardised features, by the mean and the standard deviation over all examples and null
examples; a clip of several windows is moved window by window, and its value is the mean of theirs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import FEATURES
from escucha.concepts.dual import lengths
from escucha.concepts.layer import Towards
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import FeatureClassifier, values

ROUND = 16_384
"""Rows scored at once, about: bounds memory."""


@dataclass(frozen=True, eq=False)
class Steps:
    """The features of examples and of clips under test, and what says a label's value of them."""

    rows: np.ndarray
    """`(row, feature)`, standardised."""
    scale: np.ndarray
    """`(feature,)`: one standard deviation in the feature's own unit."""
    gram: np.ndarray
    """`(row, row)`."""
    heard: np.ndarray
    """`(window, feature)` of the clips under test, in the features' own units."""
    clip: np.ndarray
    """`(window,)`: the number of the clip a window is of, in order."""
    score: Callable[[np.ndarray], np.ndarray]
    """Values `(row, label)` of features `(row, feature)`."""
    name: str = FEATURES
    unit: str = "mean change of the value by one standard deviation of the idea"
    most: float = float("inf")

    @property
    def values(self) -> np.ndarray:
        """`(clip, label)`: what the model says of each clip under test."""
        return self._clips(self.score(self.heard)[None])[0]

    def grams(self, sets: np.ndarray) -> np.ndarray:
        """`(set, example, example)` of sets of rows `(set, example)`."""
        return self.gram[sets[:, :, None], sets[:, None, :]]

    def towards(self, having: np.ndarray) -> Towards:
        """See `layer.Layer`."""
        share = having / having.sum(axis=0)

        def pushed(sets: np.ndarray, grams: np.ndarray, alpha: np.ndarray) -> np.ndarray:
            along = np.einsum("sj,sjf->sf", alpha, self.rows[sets])
            steps = along * _spreads(grams, alpha)[:, None]
            return np.concatenate([np.einsum("scl,cl->sl", moved, share) / 2 for moved in self._moved(steps)])

        return pushed

    def pushed(self, rows: np.ndarray, alphas: np.ndarray, like: np.ndarray) -> np.ndarray:
        """See `layer.Layer`: every direction makes steps as long as one standard deviation is to `like`."""
        size = _spreads(self.grams(rows[None]), like[None])[0]
        return np.concatenate(list(self._moved(alphas @ self.rows[rows] * size))) / 2

    def changes(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """See `layer.Layer`: each clip is moved by half the difference of a pair either way."""
        steps = (self.rows[first] - self.rows[second]) / 2
        return np.moveaxis(np.concatenate(list(self._moved(steps))), 0, -1)

    def _moved(self, steps: np.ndarray) -> Iterable[np.ndarray]:
        """Value above less value below `(step, clip, label)` of standardised steps `(step, feature)`, some at a time.
        """
        at_once = max(1, ROUND // (2 * len(self.heard)))
        for at in range(0, len(steps), at_once):
            own = (steps[at:at + at_once] * self.scale)[:, None]
            both = np.concatenate([self.heard + own, self.heard - own])
            said = self.score(both.reshape(-1, both.shape[-1])).reshape(*both.shape[:2], -1)
            yield self._clips(said[:len(own)] - said[len(own):])

    def _clips(self, said: np.ndarray) -> np.ndarray:
        """`(step, window, label)` to means over each clip's windows."""
        first = np.flatnonzero(np.diff(self.clip, prepend=-1))
        return np.add.reduceat(said, first, axis=1) / np.bincount(self.clip)[None, :, None]


def steps(classifier: FeatureClassifier, rows: np.ndarray, heard: np.ndarray, clip: np.ndarray, *,
          columns: Sequence[int]) -> Steps:
    """The layer of a classifier, from the features `(row, feature)` of all examples and null examples, and of windows.

    `heard` and `clip` as `clip_windows` gives them; `columns` are those of the labels asked about.
    """
    spread = rows.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 0, spread, 1.0)
    standard = (rows - rows.mean(axis=0, dtype=np.float64)) / scale

    def score(features: np.ndarray) -> np.ndarray:
        return values(classifier.scores_of(features).astype(np.float64), classifier.link)[:, list(columns)]

    return Steps(standard, scale, standard @ standard.T, heard.astype(np.float64), clip, score)


def clip_windows(classifier: FeatureClassifier, clips: Iterable[Clip]) -> tuple[np.ndarray, np.ndarray]:
    """Features `(window, feature)` of all windows of all clips, and `(window,)` numbers of their clips.

    InputError for no clips.
    """
    made, which = [], []
    for number, clip in enumerate(clips):
        for batch in windows.batches(clip.wave, classifier.window):
            made.append(classifier.features(batch))
            which += [number] * len(batch)
    if not made:
        raise InputError("there are no clips to hear")
    return np.concatenate(made), np.array(which)


def _spreads(grams: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`(set,)`: what makes `A' alpha` as long as one standard deviation of the projections on it; 0 without length."""
    square = lengths(grams, alpha)**2
    there = square > 0
    return np.where(there, np.einsum("sjk,sk->sj", grams, alpha).std(axis=1) / np.where(there, square, 1.0), 0.0)

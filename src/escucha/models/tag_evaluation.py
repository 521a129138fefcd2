"""Numbers for how right a classifier is that gives each label by itself (tags, instruments).

Conventions: truth is `(clip, label)` booleans, probability `(clip, label)` floats; a label is given where its
probability is at or above its threshold; a tag that every clip has, or none, has nothing to be ranked against: it is
left out of means over tags, and listed. Groups are `(clip,)` names of what must not cross a split.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escucha.models.evaluation import binned, gap, gap_interval
from escucha.models.resampling import Interval

DRAWS = 1000
"""Of the bootstrap over groups."""
MIDDLE = 0.5
"""The threshold where nothing says otherwise."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """The clips of each label in falling order of probability, ready to be weighed anew."""

    order: np.ndarray
    """`(clip, label)` rows."""
    truth: np.ndarray
    """`(clip, label)` in that order."""
    first: np.ndarray
    last: np.ndarray
    """`(clip, label)`: where the run of equal probabilities that each place is in begins and ends."""

    @classmethod
    def of(cls, truth: np.ndarray, probability: np.ndarray) -> "Ranking":
        """The ranking of probabilities."""
        order = np.argsort(-probability, axis=0, kind="stable")
        truth, ranked = (np.take_along_axis(table, order, axis=0) for table in (truth, probability))
        places = np.broadcast_to(np.arange(len(ranked))[:, None], ranked.shape)
        fresh = np.vstack([np.ones((1, ranked.shape[1]), bool), np.diff(ranked, axis=0) != 0])
        first = np.maximum.accumulate(np.where(fresh, places, 0), axis=0)
        ends = np.vstack([fresh[1:], np.ones((1, ranked.shape[1]), bool)])
        last = np.minimum.accumulate(np.where(ends, places, len(ranked))[::-1], axis=0)[::-1]
        return cls(order, truth.astype(bool), first, last)

    def average_precision(self, weight: np.ndarray | None = None) -> np.ndarray:
        """`(label,)` mean precision at each clip that has the label; clips count `weight` `(clip,)` times.

        NaN for a label of one class. The share of clips that have the label is what chance gives.
        """
        there, absent, above, _ = self._counts(weight)
        precision = above / np.maximum(above + self._at_last(absent), 1e-300)
        return _share((there * precision).sum(axis=0), there, absent, per=there.sum(axis=0))

    def roc_auc(self, weight: np.ndarray | None = None) -> np.ndarray:
        """`(label,)` chance that a clip with the label ranks above one without it, ties counting half; .5 is chance."""
        there, absent, _, _ = self._counts(weight)
        total = absent.sum(axis=0)
        until = np.cumsum(absent, axis=0)
        before = np.take_along_axis(until - absent, self.first, axis=0)
        outranked = total - (before + np.take_along_axis(until, self.last, axis=0)) / 2
        return _share((there * outranked).sum(axis=0), there, absent, per=there.sum(axis=0) * total)

    def _counts(self, weight: np.ndarray | None) -> tuple[np.ndarray, ...]:
        """Weights of clips with and without the label, in order; of those with it down to each run's end."""
        weights = np.ones(self.order.shape) if weight is None else weight[self.order].astype(float)
        there, absent = weights * self.truth, weights * ~self.truth
        return there, absent, self._at_last(there), weights

    def _at_last(self, table: np.ndarray) -> np.ndarray:
        return np.take_along_axis(np.cumsum(table, axis=0), self.last, axis=0)


def _share(total: np.ndarray, there: np.ndarray, absent: np.ndarray, *, per: np.ndarray) -> np.ndarray:
    """`total / per`, NaN for a label of one class."""
    both = (there.sum(axis=0) > 0) & (absent.sum(axis=0) > 0)
    return np.where(both, total / np.where(both, per, 1.0), np.nan)


def average_precision(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(label,)`; see `Ranking.average_precision`.

    >>> average_precision(np.array([[True], [False], [True]]), np.array([[.9], [.8], [.7]])).round(3).tolist()
    [0.833]
    """
    return Ranking.of(truth, probability).average_precision()


def roc_auc(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(label,)`; see `Ranking.roc_auc`.

    >>> roc_auc(np.array([[True], [False], [True]]), np.array([[.9], [.8], [.7]])).tolist()
    [0.5]
    """
    return Ranking.of(truth, probability).roc_auc()


def one_class(truth: np.ndarray) -> np.ndarray:
    """`(label,)` booleans: does every clip have it, or none?"""
    return np.logical_or(truth.all(axis=0), ~truth.any(axis=0))


@dataclass(frozen=True, eq=False)
class Given:
    """What thresholds make of probabilities, counted: `(label,)` each, or `(draw, label)`."""

    right: np.ndarray
    """Given and there."""
    given: np.ndarray
    there: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, given: np.ndarray) -> "Given":
        """Counts over clips, of `(clip, label)` booleans."""
        return cls((truth & given).sum(axis=0), given.sum(axis=0), truth.sum(axis=0))

    @property
    def precision(self) -> np.ndarray:
        """Share of what was given that is there; 0 where nothing was given."""
        return self.right / np.maximum(self.given, 1)

    @property
    def recall(self) -> np.ndarray:
        """Share of what is there that was given; 0 where nothing is there."""
        return self.right / np.maximum(self.there, 1)

    @property
    def f1(self) -> np.ndarray:
        """Harmonic mean of both."""
        return 2 * self.right / np.maximum(self.given + self.there, 1)

    @cached_property
    def micro(self) -> "Given":
        """All labels taken together, `(..., 1)`."""
        return Given(*(table.sum(axis=-1, keepdims=True) for table in (self.right, self.given, self.there)))

    def macro(self, measure: np.ndarray) -> np.ndarray:
        """Mean of `precision`, `recall` or `f1` over the labels that occur or were given; NaN where there are none."""
        heard = (self.given + self.there) > 0
        count = heard.sum(axis=-1)
        return np.where(count > 0, (measure * heard).sum(axis=-1) / np.maximum(count, 1), np.nan)


def choose_thresholds(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(label,)`: the threshold of the best F1 of each label, on clips that nothing else is told of (validation).

    Tried are .5, half the lowest probability, and the middle between any two neighbours; of equals the nearest to .5
    is taken, and .5 for a label that no clip has.

    >>> choose_thresholds(np.array([[True], [True], [False]]), np.array([[.4], [.3], [.1]])).round(2).tolist()
    [0.2]
    """
    return np.array([_threshold(truth[:, at].astype(bool), probability[:, at]) for at in range(truth.shape[1])])


def _threshold(truth: np.ndarray, probability: np.ndarray) -> float:
    if not truth.any():
        return MIDDLE
    there, everything = np.sort(probability[truth]), np.sort(probability)
    steps = np.unique(everything)
    tried = np.concatenate([[MIDDLE, steps[0] / 2], (steps[:-1] + steps[1:]) / 2])
    right = len(there) - np.searchsorted(there, tried, side="left")
    given = len(everything) - np.searchsorted(everything, tried, side="left")
    f1 = 2 * right / (given + len(there))
    best = tried[f1 >= f1.max() - 1e-12]
    return float(best[np.abs(best - MIDDLE).argmin()])


def exact_match(truth: np.ndarray, given: np.ndarray) -> np.ndarray:
    """`(clip,)`: is every label right?"""
    return (truth == given).all(axis=1)


def hamming(truth: np.ndarray, given: np.ndarray) -> np.ndarray:
    """`(clip,)`: share of labels that are wrong; its mean is the Hamming loss."""
    return (truth != given).mean(axis=1)


def calibration(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(bin, 3)`: mean probability, share there, how many, over all labels of all clips pooled."""
    return binned(probability.ravel(), truth.ravel())


def perfect_calibration(probability: np.ndarray, *, seed: int = 0, draws: int = 200) -> np.ndarray:
    """`(draw,)` calibration errors of truths drawn from the probabilities themselves, labels pooled."""
    rng = np.random.default_rng(seed)
    return np.array([gap(calibration(rng.random(probability.shape) < probability, probability)) for _ in range(draws)])


def calibration_interval(truth: np.ndarray, probability: np.ndarray, groups: Sequence[str] | np.ndarray, *,
                         perfect: np.ndarray, seed: int = 0, draws: int = DRAWS) -> Interval:
    """The calibration error of all labels pooled, with its interval (`evaluation.gap_interval`)."""
    every = np.repeat(np.asarray(groups), truth.shape[1])
    return gap_interval(probability.ravel(), truth.ravel(), every, perfect=perfect, seed=seed, draws=draws)

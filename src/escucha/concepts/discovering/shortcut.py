"""How well does one number alone tell a clip's label? Better than labels that were shuffled?

Whole groups are held out in turn; on the others the number's range is split in bins of as many clips, and a bin says
the label that is most over-represented in it: a small tree, of which a thousand cost one product of matrices.

Conventions: numbers are `(clip,)`, classes `(clip,)` whole numbers, groups `(clip,)`.
"""

from dataclasses import dataclass

import numpy as np

from escucha.models.resampling import members

BINS = 6
FOLDS = 5
DRAWS = 2000
"""Shuffles of the labels."""


@dataclass(frozen=True)
class Told:
    """What a number tells of the label, on groups held out."""

    accuracy: float
    """Balanced accuracy; chance is one over the number of labels."""
    usual: float
    """What 95 % of shuffles stay below."""
    p: float
    """Share of shuffles that do as well; not corrected."""


def told(number: np.ndarray, classes: np.ndarray, groups: np.ndarray, *, mixed: np.ndarray, seed: int) -> Told:
    """How well the number tells the class; `mixed` are `shuffling.shuffles` to compare with."""
    every = np.concatenate([classes[None], mixed])
    found = _accuracies(number, every, _folds(groups, seed))
    return Told(float(found[0]), float(np.quantile(found[1:], 0.95)),
                float((1 + (found[1:] >= found[0] - 1e-12).sum()) / len(found)))


def _accuracies(number: np.ndarray, every: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """`(draw,)` balanced accuracies of `(draw, clip)` classes."""
    kinds = int(every.max()) + 1
    is_kind = (every[:, :, None] == np.arange(kinds)).astype(np.float64)
    said = np.empty(every.shape, dtype=int)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        cuts = np.unique(np.quantile(number[~out], np.arange(1, BINS) / BINS))
        bins = np.searchsorted(cuts, number, side="right")
        is_bin = (bins[:, None] == np.arange(len(cuts) + 1)).astype(np.float64)
        counts = np.einsum("cb,dck->dbk", is_bin[~out], is_kind[:, ~out], optimize=True)
        over = (counts + 0.5) / (counts.sum(axis=1, keepdims=True) + 1)
        said[:, out] = over.argmax(axis=2)[:, bins[out]]
    right = np.einsum("dc,dck->dk", (said == every).astype(np.float64), is_kind)
    there = is_kind.sum(axis=1)
    return (right / np.maximum(there, 1)).sum(axis=1) / (there > 0).sum(axis=1)


def _folds(groups: np.ndarray, seed: int) -> np.ndarray:
    """`(clip,)` numbers of folds that keep groups whole."""
    count, member = members(groups)
    return np.resize(np.arange(min(FOLDS, count)), count)[np.random.default_rng(seed).permutation(count)][member]

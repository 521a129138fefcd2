"""How large an effect is and whether it could be chance, with groups as the unit: bootstrap and sign flips.

Also the direct effect of a concept: what switching it on does to a label's value (Goyal et al. 2019, causal concept
effect, arXiv 1907.07165).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.models.evaluation import mean_interval

DRAWS = 10000
"""Bootstrap draws, and sign flips where there are too many to try them all."""
ALL_FLIPS = 12
"""With at most this many groups every sign flip is tried, and p is exact."""


@dataclass(frozen=True)
class DirectEffect:
    """Mean v(with) - v(without) over counterfactual pairs, for one label."""

    concept: str
    label: str
    mean: float
    """In the units of the label's value (see `models.classifier.values`)."""
    low: float
    high: float
    """95 % interval, bootstrap over groups."""
    p: float
    """Sign-flip test over groups, two-sided, not corrected."""
    margin: float
    """An effect whose interval lies within this distance of zero is inert."""
    groups: int

    @property
    def inert(self) -> bool:
        """True when the whole interval lies within the margin of zero."""
        return -self.margin < self.low and self.high < self.margin

    @property
    def felt(self) -> bool:
        """True when the whole interval lies beyond the margin: more than nothing, and more than next to nothing."""
        return self.low > self.margin or self.high < -self.margin


def direct_effects(differences: np.ndarray, groups: np.ndarray, *, concept: str, labels: Sequence[str],
                   margins: np.ndarray, seed: int) -> list[DirectEffect]:
    """One a label, from value differences `(pair, label)` and the pairs' groups."""
    made = []
    for column, label in enumerate(labels):
        changes = differences[:, column]
        found = mean_interval(changes, list(groups), seed=seed, draws=DRAWS)
        made.append(DirectEffect(concept, label, found.value, found.low, found.high,
                                 sign_flip(changes, groups, seed=seed), float(margins[column]), found.groups))
    return made


def sign_flip(values: np.ndarray, groups: np.ndarray, *, seed: int) -> float:
    """Two-sided p of a mean of zero: would the mean lie as far out if each group's values had a random sign?

    >>> sign_flip(np.ones(6), np.arange(6), seed=0)  # two of 64 flips lie as far out
    0.03125
    """
    sums = np.bincount(np.unique(groups, return_inverse=True)[1], weights=values)
    count = len(sums)
    if count <= ALL_FLIPS:
        signs = 1 - 2 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
        return float((np.abs(signs @ sums) >= np.abs(sums.sum()) * (1 - 1e-9)).mean())
    signs = 1 - 2 * np.random.default_rng(seed).integers(2, size=(DRAWS, count))
    beyond = np.abs(signs @ sums) >= np.abs(sums.sum()) * (1 - 1e-9)
    return float((1 + beyond.sum()) / (DRAWS + 1))

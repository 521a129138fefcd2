"""The direct effect of a concept: what switching it on does to a label's value, with groups as the unit.

Goyal et al. 2019, causal concept effect (arXiv 1907.07165).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.models.resampling import mean_interval, sign_flip

DRAWS = 10000
"""Of the bootstrap."""


@dataclass(frozen=True)
class DirectEffect:
    """Mean v(with) - v(without) over counterfactual pairs, for one label; of a graded idea from least to most of it.

    Of pairs less far apart than that the slope through zero is taken: the change as a multiple of the degree that is
    nearest to the changes.
    """

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
                   margins: np.ndarray, seed: int, degrees: np.ndarray | None = None) -> list[DirectEffect]:
    """One a label, from value differences `(pair, label)` and the pairs' groups; `degrees` `(pair,)`, all 1 by default.
    """
    degrees = np.ones(len(differences)) if degrees is None else degrees
    made = []
    for column, label in enumerate(labels):
        changes = differences[:, column]
        found = mean_interval(changes / degrees, list(groups), seed=seed, draws=DRAWS, weights=degrees**2)
        made.append(DirectEffect(concept, label, found.value, found.low, found.high,
                                 sign_flip(changes * degrees, groups, seed=seed), float(margins[column]),
                                 found.groups))
    return made

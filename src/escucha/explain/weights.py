"""What every method answers with: one weight a part, its uncertainty, and what the answer cost."""

from dataclasses import dataclass

import numpy as np

from escucha.explain.maps import AttributionMap

NEGLIGIBLE = 1e-4
"""A weight below this share of the largest is a rounding of the model's arithmetic, not a reason."""


@dataclass(frozen=True)
class Sampling:
    """What a method that draws at random may draw; one that does not takes no notice."""

    samples: int = 1000
    """Remixes (LIME), orders (permutation), draws (GradientShap, KernelShap): at most."""
    seed: int = 0
    until_stable: bool = False
    """LIME: draw more than `samples`, twice as many at a time, until the strongest parts stay the same."""
    width: float = 0.2
    """Permutation stops when the widest 95 % interval is narrower than this share of the largest weight; 0: never
    before all samples are drawn."""


USUAL = Sampling()
"""The published number of LIME's remixes, and enough for the others."""


@dataclass(frozen=True, eq=False)
class Weights:
    """One weight a part for one label, in units of the clip's value."""

    weights: np.ndarray
    """`(part,)`; above zero speaks for the label. A silent part has exactly zero."""
    low: np.ndarray
    """`(part,)` lower end of the 95 % interval; the weight itself where it is exact."""
    high: np.ndarray
    """`(part,)` upper end."""
    everything: float
    """Value of the whole clip."""
    nothing: float
    """Value of nothing: all parts off, of silence unless something else stands in their place."""
    passes: int
    """Windows the classifier was asked about, beyond those whose answers the game knew before."""
    fit: float | None = None
    """R^2 of the linear model behind the weights (LIME); below .5 the weights mean little. None for Shapley."""
    stability: float | None = None
    """Mean Jaccard overlap of the three strongest parts of two seeds (LIME), as the bootstrap expects it: right within
    about .1; below .7 they may be chance."""
    rank_correlation: float | None = None
    """Mean Spearman correlation of all weights of two seeds (LIME), as the bootstrap expects it."""
    interactions: np.ndarray | None = None
    """`(part, part)` Shapley interaction of each pair: above zero, two parts do more together than each alone."""
    samples: int | None = None
    """Remixes (LIME) or orders (permutation) that were drawn; None where nothing is drawn."""
    stable: bool | None = None
    """Did drawing end because it was enough (LIME until stable, permutation), and not at its limit?"""
    map: AttributionMap | None = None
    """Gradients: each cell of time and frequency, of which these weights are the sums inside parts."""
    notes: tuple[str, ...] = ()
    """Sentences that a reader of these weights has to know: what they leave out, zeros that mean nothing."""

    @property
    def residual(self) -> float:
        """sum(weights) - (everything - nothing): about zero for Shapley values."""
        return float(self.weights.sum() - (self.everything - self.nothing))

    @property
    def floor(self) -> float:
        """A weight counts for or against only above this size."""
        return NEGLIGIBLE * float(np.abs(self.weights).max(initial=0))


def student(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean `(part,)` of independent draws `(draw, part)`, and half the width of its 95 % interval (Student's t).

    Of one draw alone the half is 0: it does not tell how far chance reaches.
    """
    mean = drawn.mean(axis=0)
    if len(drawn) < 2:
        return mean, np.zeros_like(mean)
    from scipy.stats import t

    return mean, t.ppf(0.975, len(drawn) - 1) * drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))


def exact(weights: np.ndarray, everything: float, nothing: float, *, passes: int,
          interactions: np.ndarray | None = None) -> Weights:
    """Weights that carry no uncertainty."""
    return Weights(weights, weights, weights, everything, nothing, passes, interactions=interactions)

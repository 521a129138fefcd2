"""Is a layer's TCAV to be believed? How well its pushes tell what switching ideas on does.

The direct effect is measured by changing the sound; the push is read off the model. Over the cells concept x label of a
layer they should at least have one order and one sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np

from escucha.concepts.effect import DirectEffect
from escucha.concepts.tcav import ConceptTest
from escucha.models.resampling import exact_bound, interval

DRAWS = 2000
"""Of the bootstrap over concepts, and of permutations where there are too many to try them all."""
MEASURES = {"effect": "push in spreads of meaningless ideas", "push": "push", "score": "classic TCAV score"}
"""Of a test, what is held against the direct effect."""
FEW = 4
"""Under so many concepts nothing is said of their order."""


@dataclass(frozen=True)
class Agreement:
    """One layer and one measure of it."""

    layer: str
    measure: str
    """A key of MEASURES."""
    rank: float
    """Spearman's correlation with the direct effect over concepts and labels; 1 is one order, 0 none. NaN for few."""
    low: float
    high: float
    """95 % interval, concepts drawn anew."""
    p: float
    """Share of the ways to deal the concepts' effects to other concepts that agree as well; not corrected."""
    cells: int
    signs: int
    """Cells whose direct effect is felt, the only ones whose sign is known."""
    right: int
    """Of those, how many have the sign of the effect."""
    share_low: float
    share_high: float
    """Exact binomial bounds of their share, as if cells were independent; [0, 1] for none."""


def agreements(tests: Sequence[ConceptTest], effects: Sequence[DirectEffect], *, seed: int) -> list[Agreement]:
    """One a layer and measure; empty where no concept has a direct effect."""
    labels = list(dict.fromkeys(effect.label for effect in effects))
    concepts = list(dict.fromkeys(effect.concept for effect in effects))
    known = {(effect.concept, effect.label): effect for effect in effects}
    made = []
    for layer in dict.fromkeys(test.layer for test in tests) if effects else ():
        here = {(test.concept, test.label): test for test in tests if test.layer == layer}
        switched = np.array([[known[concept, label].mean for label in labels] for concept in concepts])
        felt = np.array([[known[concept, label].felt for label in labels] for concept in concepts])
        for measure in MEASURES:
            said = np.array([[getattr(here[concept, label], measure) for label in labels] for concept in concepts])
            made.append(_agreement(layer, measure, said - 0.5 if measure == "score" else said, switched, felt,
                                   seed=seed))
    return made


def closest(found: Sequence[Agreement]) -> Agreement | None:
    """The layer whose pushes, in spreads of meaningless ideas, have most nearly the order of the effects."""
    known = [one for one in found if one.measure == "effect" and not np.isnan(one.rank)]
    return max(known, key=lambda one: one.rank, default=None)


def _agreement(layer: str, measure: str, said: np.ndarray, switched: np.ndarray, felt: np.ndarray, *,
               seed: int) -> Agreement:
    """From `(concept, label)` arrays."""
    rank, low, high, p = _ordered(said, switched, seed)
    signs, right = int(felt.sum()), int((np.sign(said) == np.sign(switched))[felt].sum())
    bounds = exact_bound(right, signs) if signs else (0.0, 1.0)
    return Agreement(layer, measure, rank, low, high, p, said.size, signs, right, *bounds)


def _ordered(said: np.ndarray, switched: np.ndarray, seed: int) -> tuple[float, float, float, float]:
    """Rank correlation, its interval and its p, concepts as the unit: a label's values hang together."""
    if len(said) < FEW:
        return (float("nan"),) * 4
    rng = np.random.default_rng(seed)
    found = float(rank_correlations(said[None], switched[None])[0])
    picks = rng.integers(len(said), size=(DRAWS, len(said)))
    span = interval(found, rank_correlations(said[picks], switched[picks]), len(said))
    every = factorial(len(said)) <= DRAWS
    ways = np.array(list(permutations(range(len(said))))) if every else rng.permuted(
        np.tile(np.arange(len(said)), (DRAWS, 1)), axis=1)
    beyond = int((rank_correlations(np.broadcast_to(said, (len(ways), *said.shape)), switched[ways])
                  >= found - 1e-9).sum())
    p = beyond / len(ways) if every else (1 + beyond) / (DRAWS + 1)
    return found, max(-1.0, span.low), min(1.0, span.high), p


def rank_correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`(draw,)` Spearman's over all cells of arrays `(draw, ...)`; 0 where either has one value throughout."""
    from scipy.stats import rankdata

    first, second = (rankdata(values.reshape(len(values), -1), axis=1) for values in (one, other))
    first, second = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (first, second))
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.where(size > 0, (first * second).sum(axis=1) / np.where(size > 0, size, 1.0), 0.0)

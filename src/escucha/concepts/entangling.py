"""Which ideas lie along one direction in a layer, and how nearly two ideas that mean nothing would.

Directions of one pool of scores, rooms and noises are never quite square to each other: a cosine says something only
where it lies beyond what meaningless concepts of the same two designs reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.cav import Cav
from escucha.concepts.design import Design
from escucha.concepts.dual import ESTIMATORS, lengths
from escucha.concepts.layer import Layer

DRAWN = 80
"""Meaningless concepts of each design that are held against those of another."""
LEVEL = 0.95


@dataclass(frozen=True)
class Entangled:
    """Two concepts in one layer."""

    layer: str
    one: str
    other: str
    cosine: float
    """Between their directions: near 1 or -1 the layer can hardly tell them apart."""
    chance: float
    """What |cosine| of two meaningless concepts of the same designs stays below in 95 of 100 cases."""

    @property
    def beyond(self) -> bool:
        """Is it more than chance?"""
        return abs(self.cosine) > self.chance


def entangled(layer: Layer, designs: Sequence[Design], cavs: Sequence[Cav]) -> list[Entangled]:
    """Every two concepts; `cavs` are theirs in this layer, in the same order."""
    products: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}
    keys = []
    for design in designs:
        key = design.nulls[:DRAWN].tobytes() + design.signs.tobytes() + design.estimator.encode()
        if key not in products:  # cards of one design share their meaningless concepts
            spread = _scattered(layer, design)
            products[key] = spread, spread @ layer.gram
        keys.append(key)
    chances: dict[tuple[bytes, bytes], float] = {}
    made = []
    for first in range(len(designs)):
        for second in range(first + 1, len(designs)):
            pair = keys[first], keys[second]
            if pair not in chances:
                chances[pair] = _chance(products[pair[0]][1] @ products[pair[1]][0].T)
            made.append(Entangled(layer.name, cavs[first].concept, cavs[second].concept,
                                  float(cavs[first].direction @ cavs[second].direction), chances[pair]))
    return made


def _scattered(layer: Layer, design: Design) -> np.ndarray:
    """`(set, row)` weights of meaningless directions of length one over all rows of the layer; 0 for no direction."""
    sets = design.nulls[:DRAWN]
    grams = layer.grams(sets)
    alpha = ESTIMATORS[design.estimator](grams, design.signs)[0]
    size = lengths(grams, alpha)[:, None]
    out = np.zeros((len(sets), len(layer.gram)))
    np.add.at(out, (np.arange(len(sets))[:, None], sets), np.where(size > 0, alpha / np.where(size > 0, size, 1), 0))
    return out


def _chance(cosines: np.ndarray) -> float:
    """Of `(set, set)` cosines, those of a set with itself left out: designs may share their sets."""
    apart = np.eye(*cosines.shape) == 0
    return float(np.quantile(np.abs(cosines[apart]), LEVEL))

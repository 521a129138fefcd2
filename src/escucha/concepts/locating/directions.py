"""The directions that are laid over clips: an idea's own in each layer, and those of meaningless concepts.

Conventions: rows are pooled activations `(row, channel)`, so that a direction is one number a channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.cav import Cav, find_cav
from escucha.concepts.design import Design, inside
from escucha.concepts.dual import ESTIMATORS, direction
from escucha.concepts.locating.maps import above_zero


@dataclass(frozen=True, eq=False)
class Directed:
    """One idea's direction in one layer, and what means nothing beside it."""

    cav: Cav
    laid: np.ndarray
    """`(1 + set, channel)`, what activations are multiplied with: the idea's own first, then meaningless concepts of
    the same design."""

    @property
    def own(self) -> np.ndarray:
        """`(channel,)`: the idea's."""
        return self.laid[0]


def directed(layer: str, rows: np.ndarray, designs: Sequence[Design], *, seed: int,
             standardised: bool = False) -> list[Directed]:
    """One a design, in a layer of activations `(row, channel)`.

    `standardised`: each channel in its standard deviations over the rows, for features, of which one in Hz would drown
    those that are shares. What is laid over clips takes the features as they are.
    """
    unit = above_zero(rows.std(axis=0, dtype=np.float64)) if standardised else np.ones(rows.shape[1])
    rows = (rows - rows.mean(axis=0, dtype=np.float64)) / unit if standardised else rows
    within = inside(layer, rows, np.zeros((1, 1, rows.shape[1]), dtype=np.float32))
    made = []
    for design in designs:
        found = find_cav(within, rows, design, seed=seed)
        weights = ESTIMATORS[design.estimator](within.grams(design.nulls), design.signs)[0]
        null = [direction(rows[chosen] - rows[chosen].mean(axis=0), alpha)
                for chosen, alpha in zip(design.nulls, weights)]
        made.append(Directed(found, np.array([found.direction, *null]) / unit))
    return made


def every(rows: Mapping[str, np.ndarray], designs: Sequence[Design], *, seed: int,
          standardised: bool = False) -> dict[str, list[Directed]]:
    """Layer to `directed`."""
    return {layer: directed(layer, told, designs, seed=seed, standardised=standardised)
            for layer, told in rows.items()}

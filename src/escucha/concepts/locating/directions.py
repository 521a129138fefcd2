"""The directions that are laid over clips: an idea's own in each layer, and those of meaningless concepts.

Conventions: rows are pooled activations `(row, channel)`, so that a direction is one number a channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.cav import Cav, find_cav
from escucha.concepts.design import Design, inside
from escucha.concepts.dual import ESTIMATORS, direction


@dataclass(frozen=True, eq=False)
class Directed:
    """One idea's direction in one layer, and what means nothing beside it."""

    cav: Cav
    null: np.ndarray
    """`(set, channel)`: meaningless concepts of the same design, each of length one."""

    @property
    def all(self) -> np.ndarray:
        """`(1 + set, channel)`: the idea's own first."""
        return np.concatenate([self.cav.direction[None], self.null])


def directed(layer: str, rows: np.ndarray, designs: Sequence[Design], *, seed: int) -> list[Directed]:
    """One a design, in a layer of activations `(row, channel)`."""
    within = inside(layer, rows, np.zeros((1, 1, rows.shape[1]), dtype=np.float32))
    made = []
    for design in designs:
        found = find_cav(within, rows, design, seed=seed)
        weights = ESTIMATORS[design.estimator](within.grams(design.nulls), design.signs)[0]
        null = [direction(rows[chosen] - rows[chosen].mean(axis=0), alpha)
                for chosen, alpha in zip(design.nulls, weights)]
        made.append(Directed(found, np.array(null).reshape(-1, rows.shape[1])))
    return made


def every(rows: Mapping[str, np.ndarray], designs: Sequence[Design], *, seed: int) -> dict[str, list[Directed]]:
    """Layer to `directed`."""
    return {layer: directed(layer, told, designs, seed=seed) for layer, told in rows.items()}

"""Would the same components come back from other clips? And how much do fewer of them tell?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.discovering.components import Components, fit_components
from escucha.models.resampling import members

STEADY = 0.85
"""A component whose match has a lower mean cosine does not come back."""
STARTS = ("nndsvda", "random")
"""Where refits begin, in turn."""


@dataclass(frozen=True)
class Steadiness:
    """How well one component comes back when everything is fitted again."""

    cosine: float
    """Mean cosine with its match in refits; 1 is the same pattern."""
    lowest: float
    """In the refit where it came back worst."""
    neighbour: float
    """Cosine with the most similar other component of the same fit: a match below this is as like another one."""

    @property
    def steady(self) -> bool:
        """Does it come back, and as itself?"""
        return self.cosine >= STEADY and self.cosine > self.neighbour


def steadiness(found: Components, rows: np.ndarray, groups: np.ndarray, *, refits: int,
               seed: int) -> tuple[Steadiness, ...]:
    """One a component: refits on groups drawn anew `(row,)`, from other starts, matched one to one (Hungarian)."""
    from scipy.optimize import linear_sum_assignment

    rng, (count, member) = np.random.default_rng(seed), members(groups)
    of_group = [np.flatnonzero(member == number) for number in range(count)]
    cosines = np.empty((refits, len(found.parts)))
    for at in range(refits):
        drawn = np.concatenate([of_group[number] for number in rng.integers(count, size=count)])
        again = fit_components(rows[drawn], len(found.parts), space=found.space, seed=seed + 1 + at,
                               start=STARTS[at % len(STARTS)])
        like = found.parts @ again.parts.T
        own, other = linear_sum_assignment(-like)
        cosines[at, own] = like[own, other]
    among = found.parts @ found.parts.T - 2 * np.eye(len(found.parts))
    return tuple(Steadiness(float(column.mean()), float(column.min()), float(max(near, 0.0)))
                 for column, near in zip(cosines.T, among.max(axis=1)))


def ladder(rows: np.ndarray, held_out: np.ndarray, counts: Sequence[int], like: Components, *,
           seed: int) -> dict[int, tuple[float, float]]:
    """Number of components to the share of variance they account for in the rows, and in rows held out."""
    made = {}
    for count in counts:
        found = like if count == len(like.parts) else fit_components(rows, count, space=like.space, seed=seed)
        made[count] = (found.explained(rows), found.explained(held_out))
    return made


def rungs(count: int, most: int) -> tuple[int, ...]:
    """Numbers of components that are tried beside `count`: fewer, and half as many again; at most `most`.

    >>> rungs(10, 128)
    (1, 2, 5, 8, 10, 15)
    """
    tried = {1, round(count / 5), round(count / 2), round(count * 0.8), count, round(count * 1.5)}
    return tuple(sorted(number for number in tried if 1 <= number <= most))

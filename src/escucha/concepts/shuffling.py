"""Answers moved between groups: what a reading of them is compared with, where groups have habits.

Conventions: answers and groups are `(clip,)`.
"""

import numpy as np

from escucha.models.resampling import members


def shuffles(answers: np.ndarray, groups: np.ndarray, *, draws: int, rng: np.random.Generator,
             within: np.ndarray | None = None) -> np.ndarray:
    """`(draw, clip)`: each group has the answers of some group, in any order, over again where it is larger.

    Where groups have one answer each, whole groups exchange theirs; where each has all, its clips do. What clips of a
    group have in common they have in every shuffle too. `within` classes `(clip,)`: class by class, all in one order
    of the groups, so that a group's answers move together.
    """
    count, member = members(groups)
    classes = np.zeros(len(answers)) if within is None else within
    parts = [np.flatnonzero(classes == one) for one in np.unique(classes)]
    made = np.empty((draws, len(answers)), dtype=answers.dtype)
    for row in made:
        ranks = rng.permutation(count)
        for part in parts:
            row[part] = _exchanged(answers[part], member[part], ranks, rng)
    return made


def _exchanged(answers: np.ndarray, member: np.ndarray, ranks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The groups that are there, in order, have the answers of the same ones in the order of their `ranks`."""
    there, own = np.unique(member, return_inverse=True)
    order, size = np.argsort(own, kind="stable"), np.bincount(own)
    first = np.cumsum(size) - size
    mixed = answers[np.lexsort((rng.random(len(answers)), own))]  # group after group, each in any order
    other = np.argsort(ranks[there])[own[order]]
    made = np.empty_like(answers)
    made[order] = mixed[first[other] + (np.arange(len(own)) - first[own[order]]) % size[other]]
    return made

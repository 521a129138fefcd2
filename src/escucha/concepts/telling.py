"""Does the classifier tell a label from the others at all? What moves a label that means nothing means nothing.

Every network answers to sound, one that learned labels dealt out at random too: ideas that change much of the sound
change its values and push its labels, and no meaningless concept of room or noise need push as hard. What such a push
is called after is then only a name. A label counts as known where clips of it have higher values than clips without
it, more clearly than after permuting labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import comb, prod

import numpy as np

from escucha.concepts.tcav import ConceptTest

DRAWS = 1999
"""Permutations; where there are no more different ones than that all are tried, and p is exact."""

NO_LABEL = "the model does not know this label"


@dataclass(frozen=True)
class Telling:
    """How well a label's value tells its clips from the others under test."""

    label: str
    area: float
    """Under the ROC curve: how often a clip with the label has a higher value than one without; 0.5 is chance."""
    p: float
    """Share of permutations that are told as well; small means that the label is known. NaN where every clip has it."""
    least: float = 0.0
    """The p of a label that is told perfectly, 1 in as many as there are different permutations. NaN as p is."""

    def asked(self, alpha: float) -> bool:
        """Could it be seen that the label is known? Not of one group with it and one without, however well told."""
        return self.least <= alpha

    def known(self, alpha: float) -> bool:
        """False where the label is told no better than chance; where that cannot be asked it counts as known."""
        return not (self.asked(alpha) and self.p > alpha)


def telling(values: np.ndarray, having: np.ndarray, *, labels: Sequence[str], groups: Sequence[str],
            seed: int) -> list[Telling]:
    """One a label, from `(clip, label)` values and whether each clip has each label; `groups` are `(clip,)` names.

    Labels are permuted among the clips of a group, and among the groups all of whose clips are alike: a group's own
    sound is then no evidence.
    """
    rng = np.random.default_rng(seed)
    return [_telling(values[:, column], having[:, column], label, np.asarray(groups), rng)
            for column, label in enumerate(labels)]


def untold(tests: Sequence[ConceptTest], told: Sequence[Telling], *, alpha: float) -> list[ConceptTest]:
    """The tests, those of labels that the model does not know not tested."""
    unknown = {one.label for one in told if not one.known(alpha)}
    return [replace(test, p=float("nan"), verdict=NO_LABEL) if test.label in unknown else test for test in tests]


def _telling(values: np.ndarray, mine: np.ndarray, label: str, groups: np.ndarray,
             rng: np.random.Generator) -> Telling:
    from scipy.stats import rankdata

    if mine.all() or not mine.any():
        return Telling(label, *(float("nan"),) * 3)
    ranks, dealt = rankdata(values), _dealt(mine, groups)
    ways = prod(comb(len(units), having) for units, having in dealt)
    permuted = np.vstack([mine, _drawn(dealt, len(mine), rng)]) if ways > DRAWS else _every(dealt, len(mine))
    area = float(_areas(ranks, mine[None])[0])
    return Telling(label, area, float((_areas(ranks, permuted) >= area - 1e-12).mean()), 1 / ways)


def _areas(ranks: np.ndarray, having: np.ndarray) -> np.ndarray:
    """`(draw,)` areas under the curve of `(draw, clip)`, by rank sums (Mann and Whitney 1947); 0.5 for none."""
    count = having.sum(axis=1)
    others = having.shape[1] - count
    sums = having @ ranks - count * (count + 1) / 2
    return np.where(count * others > 0, sums / np.maximum(count * others, 1), 0.5)


Dealt = list[tuple[list[np.ndarray], int]]
"""Places of clips that have or lack a label together, and how many of these lots have it: once for all groups whose
clips are alike, and once a group whose clips are not."""


def _dealt(mine: np.ndarray, groups: np.ndarray) -> Dealt:
    alike: list[np.ndarray] = []
    mixed: Dealt = []
    for name in np.unique(groups):
        places = np.flatnonzero(groups == name)
        if mine[places].all() or not mine[places].any():
            alike.append(places)
        else:
            mixed.append((list(places[:, None]), int(mine[places].sum())))
    return [(alike, sum(bool(mine[places[0]]) for places in alike)), *mixed]


def _drawn(dealt: Dealt, clips: int, rng: np.random.Generator) -> np.ndarray:
    """`(draw, clip)`."""
    made = np.zeros((DRAWS, clips), dtype=bool)
    for units, having in dealt:
        given = rng.permuted(np.tile(np.arange(len(units)) < having, (DRAWS, 1)), axis=1)
        for column, places in enumerate(units):
            made[:, places] = given[:, [column]]
    return made


def _every(dealt: Dealt, clips: int) -> np.ndarray:
    """`(permutation, clip)`, each different one once."""
    ways = list(product(*(combinations(range(len(units)), having) for units, having in dealt)))
    made = np.zeros((len(ways), clips), dtype=bool)
    for row, chosen in zip(made, ways):
        for (units, _), columns in zip(dealt, chosen):
            for column in columns:
                row[units[column]] = True
    return made

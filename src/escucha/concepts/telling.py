"""Does the classifier tell a label from the others at all? What moves a label that means nothing means nothing.

Every network answers to sound, one that learned labels dealt out at random too: ideas that change much of the sound
change its values and push its labels, and no meaningless concept of room or noise need push as hard. What such a push
is called after is then only a name. A label counts as known where clips of it have higher values than clips without
it, more clearly than after permuting labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.concepts.tcav import ConceptTest

DRAWS = 1999
"""Permutations."""

NO_LABEL = "the model does not know this label"


@dataclass(frozen=True)
class Telling:
    """How well a label's value tells its clips from the others under test."""

    label: str
    area: float
    """Under the ROC curve: how often a clip with the label has a higher value than one without; 0.5 is chance."""
    p: float
    """Share of permutations that are told as well; small means that the label is known. NaN where every clip has it."""

    def known(self, alpha: float) -> bool:
        """False where the label is told no better than chance; where that cannot be asked it counts as known."""
        return not self.p > alpha


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
        return Telling(label, float("nan"), float("nan"))
    ranks = rankdata(values)
    areas = _areas(ranks, np.vstack([mine, _permuted(mine, groups, rng)]))
    return Telling(label, float(areas[0]), float((areas >= areas[0] - 1e-12).mean()))


def _areas(ranks: np.ndarray, having: np.ndarray) -> np.ndarray:
    """`(draw,)` areas under the curve of `(draw, clip)`, by rank sums (Mann and Whitney 1947); 0.5 for none."""
    count = having.sum(axis=1)
    others = having.shape[1] - count
    sums = having @ ranks - count * (count + 1) / 2
    return np.where(count * others > 0, sums / np.maximum(count * others, 1), 0.5)


def _permuted(mine: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`(draw, clip)`."""
    made = np.tile(mine, (DRAWS, 1))
    alike: list[np.ndarray] = []
    for name in np.unique(groups):
        places = np.flatnonzero(groups == name)
        if mine[places].all() or not mine[places].any():
            alike.append(places)
        else:
            made[:, places] = rng.permuted(made[:, places], axis=1)
    dealt = rng.permuted(np.tile([bool(mine[places[0]]) for places in alike], (DRAWS, 1)), axis=1)
    for column, places in enumerate(alike):
        made[:, places] = dealt[:, [column]]
    return made

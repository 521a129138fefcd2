"""Which clips a probe learns from, is chosen on, and is asked about: whole groups, or clips within groups.

Conventions: masks are `(clip,)`; a clip of none of the three is only asked what the probe says of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.corpora.corpus import SPLITS
from escucha.errors import InputError


@dataclass(frozen=True, eq=False)
class Split:
    """Masks `(clip,)` of train, valid and test, and the groups they keep whole."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    groups: np.ndarray

    def only(self, keep: np.ndarray) -> "Split":
        """Of the clips of the mask `keep`."""
        return Split(self.train & keep, self.valid & keep, self.test & keep, self.groups)


def split_of(groups: Sequence[str], splits: Sequence[str], *, seed: int) -> Split:
    """The corpus' own splits where it has all three, else three in five groups train, one valid, one test, at random.

    InputError for fewer than five groups.
    """
    names, given = np.array(groups), np.array(splits)
    if set(given) != set(SPLITS):
        unique = np.random.default_rng(seed).permutation(np.unique(names))
        if len(unique) < 5:
            raise InputError(f"a probe needs five groups or more to train, choose and test on, got {len(unique)}")
        parts = dict(zip(unique, np.resize(["train", "valid", "train", "test", "train"], len(unique))))
        given = np.array([parts[name] for name in names])
    return Split(given == "train", given == "valid", given == "test", names)


def within_groups(split: Split, rng: np.random.Generator) -> Split:
    """The clips of the training groups, three in five of each group train, one valid, one test.

    InputError where they have too few clips each.
    """
    part = np.full(len(split.groups), 3)
    for name in np.unique(split.groups[split.train]):
        clips = rng.permutation(np.flatnonzero((split.groups == name) & split.train))
        part[clips] = np.resize([0, 1, 2, 0, 0], len(clips)) if len(clips) > 2 else 0
    if not {0, 1, 2} <= set(part):
        raise InputError("no types recur across groups and the training groups have fewer than three clips each, so "
                         "there is no control task; give more clips a group, or annotations to make types of")
    return Split(part == 0, part == 1, part == 2, split.groups)

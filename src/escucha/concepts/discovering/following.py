"""Which numbers of a clip go with which others? Rank correlations, tested with groups as the unit.

Conventions: `(clip, column)` numbers; p are two-sided, of sign flips of the groups' sums of products (a wild bootstrap
of the score, Cameron, Gelbach and Miller 2008): clips of one group may resemble each other.
"""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.correction import holm
from escucha.models.resampling import CHUNK, members

FLIPS = 50_000
"""Sign flips: enough that a thousand tests at once can be corrected."""


@dataclass(frozen=True, eq=False)
class Following:
    """How closely columns follow others."""

    r: np.ndarray
    """`(column, other)`: Spearman's rank correlation; 0 where either does not differ."""
    p: np.ndarray
    """`(column, other)`, corrected by Holm over all of them."""


def following(columns: np.ndarray, others: np.ndarray, groups: np.ndarray, *, seed: int,
              within: np.ndarray | None = None) -> Following:
    """Every column with every other one; `within` classes `(clip,)`: only as far as clips of one class differ."""
    left, right = (_standard(rows, within) for rows in (columns, others))
    count, member = members(groups)
    sums = np.zeros((count, left.shape[1] * right.shape[1]))
    np.add.at(sums, member, (left[:, :, None] * right[:, None]).reshape(len(left), -1))
    total = sums.sum(axis=0)
    beyond = np.zeros(sums.shape[1])
    rng = np.random.default_rng(seed)
    least = np.abs(total) - 1e-9
    for at in range(0, FLIPS, CHUNK):
        signs = 1.0 - 2 * rng.integers(2, size=(min(CHUNK, FLIPS - at), count))
        beyond += (np.abs(signs @ sums) >= least).sum(axis=0)
    p = (1 + beyond) / (FLIPS + 1)
    shape = (left.shape[1], right.shape[1])
    return Following((total / len(left)).reshape(shape), holm(p).reshape(shape))


def _standard(rows: np.ndarray, within: np.ndarray | None) -> np.ndarray:
    """Ranks of each column with mean 0 and spread 1, of each class by itself where there are classes."""
    from scipy.stats import rankdata

    ranked = np.zeros(rows.shape)
    classes = np.zeros(len(rows)) if within is None else within
    for one in np.unique(classes):
        mine = classes == one
        ranks = rankdata(rows[mine], axis=0)
        ranked[mine] = (ranks - ranks.mean(axis=0)) / len(ranks)
    spread = ranked.std(axis=0)
    return ranked / np.where(spread > 1e-12, spread, 1.0)

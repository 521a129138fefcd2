"""Would another draw say the same? How far the weights of several draws agree.

Conventions: `fits` are `(draw, part)`, the same parts weighed several times; numbers are means over all pairs of draws.
"""

import numpy as np

TOP = 3
"""How many of the strongest parts are looked at."""


def overlap(fits: np.ndarray, top: int = TOP) -> float | None:
    """Mean Jaccard overlap (shared / named by either) of the `top` strongest parts; None where there are no more.

    1: always the same ones; of three, .5 is one exchanged, .2 two.

    >>> overlap(np.array([[4.0, -3.0, 2.0, 1.0], [4.0, -3.0, 1.0, 2.0]]))
    0.5
    """
    if fits.shape[1] <= top or not fits.any():
        return None
    strong = np.zeros(fits.shape)
    np.put_along_axis(strong, np.argsort(-np.abs(fits), axis=1, kind="stable")[:, :top], 1.0, axis=1)
    shared = strong @ strong.T
    return _mean_of_pairs(shared / (2 * top - shared))


def rank_correlation(fits: np.ndarray) -> float | None:
    """Mean Spearman correlation of the weights, sign included; None where a draw has nothing to rank.

    >>> round(rank_correlation(np.array([[3.0, 2.0, -1.0], [9.0, 8.0, 0.0], [2.0, 3.0, 0.0]])), 3)
    0.667
    """
    from scipy.stats import rankdata

    if not fits.shape[1] or not np.ptp(fits, axis=1).all():
        return None
    ranks = rankdata(fits, axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    unit = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return _mean_of_pairs(unit @ unit.T)


def _mean_of_pairs(table: np.ndarray) -> float:
    """Mean off the diagonal of a symmetric table `(draw, draw)`."""
    return float(table[np.triu_indices(len(table), k=1)].mean())

"""How alike are several explanations of the same parts? By the order of the weights, and by which are strongest.

They are of other seeds, of other draws of one method, of other networks, or of the clip begun a little later.

Conventions: weights are `(part,)`, the same parts in the same order in all; numbers are means over every two.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.perturb import shift
from escucha.explain.factorization import Factorization

TOP = 3
"""How many of the strongest parts are compared."""


def rank_correlation(*weights: np.ndarray) -> float:
    """Spearman's, sign included: 1 for the same order, -1 for its reverse; NaN where one of them does not vary.

    >>> round(rank_correlation(*np.array([[3.0, 2.0, -1.0], [9.0, 8.0, 0.0], [2.0, 3.0, 0.0]])), 3)
    0.667
    """
    from scipy.stats import rankdata

    table = np.stack(weights)
    if table.shape[1] < 2 or not np.ptp(table, axis=1).all():
        return float("nan")
    ranks = rankdata(table, axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    unit = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return _mean_of_pairs(unit @ unit.T)


def overlap(*weights: np.ndarray, top: int = TOP) -> float:
    """Jaccard overlap (shared / named by either) of the `top` strongest parts by size.

    1: always the same ones; of three, .5 is one exchanged, .2 two. NaN where there are no more parts, or no weights.

    >>> overlap(np.array([5.0, -4, 3, 2, 1]), np.array([5.0, 1, 3, -4, 2]))
    0.5
    """
    table = np.stack(weights)
    if table.shape[1] <= top or not table.any(axis=1).all():
        return float("nan")
    strong = np.zeros(table.shape)
    np.put_along_axis(strong, np.argsort(-np.abs(table), axis=1, kind="stable")[:, :top], 1.0, axis=1)
    shared = strong @ strong.T
    return _mean_of_pairs(shared / (2 * top - shared))


def _mean_of_pairs(table: np.ndarray) -> float:
    """Mean off the diagonal of a symmetric table `(explanation, explanation)`."""
    return float(table[np.triu_indices(len(table), k=1)].mean())


def shifted(factorization: Factorization, seconds: float) -> Factorization:
    """The same parts of the clip as if recording had begun `seconds` later: every source moves, no edge does.

    So does what stands for parts that are off.
    """
    clip = factorization.clip
    move = partial(shift, rng=np.random.default_rng(0), seconds=seconds)
    here, instead = ({line: move(Clip(wave, clip.rate)).wave for line, wave in lines.items()}
                     for lines in (factorization.lines(), factorization.lines(absent=True)))
    parts = tuple(replace(part, wave=here[part.line][part.start : part.end],
                          absent=None if part.absent is None else instead[part.line][part.start : part.end])
                  for part in factorization.parts)
    return Factorization(move(clip), parts, factorization.absent)

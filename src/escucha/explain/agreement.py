"""How alike are two explanations of the same parts? By the order of the weights, and by which are strongest.

Conventions: weights are `(part,)` of the parts that sound, in the same order in both.
"""

from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.perturb import shift
from escucha.explain.factorization import Factorization, Part

TOP = 3
"""How many of the strongest parts are compared."""


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's: 1 for the same order, -1 for its reverse; NaN where one of them does not vary."""
    from scipy.stats import rankdata

    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def overlap(one: np.ndarray, other: np.ndarray, top: int = TOP) -> float:
    """Jaccard overlap of the `top` strongest parts by size; NaN where there are no more parts, or no weights.

    >>> overlap(np.array([5.0, -4, 3, 2, 1]), np.array([5.0, 1, 3, -4, 2]))
    0.5
    """
    if len(one) <= top or not one.any() or not other.any():
        return float("nan")
    first, second = (set(np.argsort(-np.abs(weights), kind="stable")[:top].tolist()) for weights in (one, other))
    return len(first & second) / len(first | second)


def mean_agreement(drawn: list[np.ndarray]) -> tuple[float, float]:
    """Rank correlation and overlap, each the mean over every two of several explanations."""
    pairs = list(combinations(drawn, 2))
    return (float(np.mean([rank_correlation(*pair) for pair in pairs])),
            float(np.mean([overlap(*pair) for pair in pairs])))


def shifted(factorization: Factorization, seconds: float) -> Factorization:
    """The same parts of the clip as if recording had begun `seconds` later: every source moves, no edge does."""
    clip = factorization.clip
    move = partial(shift, rng=np.random.default_rng(0), seconds=seconds)
    tracks: dict[tuple[object, ...], np.ndarray] = {}
    for part in factorization.parts:
        track = tracks.setdefault(_of(part), np.zeros(len(clip.wave), dtype=np.float32))
        track[part.start : part.end] += part.wave
    moved = {key: move(Clip(track, clip.rate)).wave for key, track in tracks.items()}
    parts = tuple(replace(part, wave=moved[_of(part)][part.start : part.end]) for part in factorization.parts)
    return Factorization(move(clip), parts, factorization.absent)


def _of(part: Part) -> tuple[object, ...]:
    return part.source, part.band

"""Does what an explanation keeps still say what the whole clip says? And how few parts does it speak of?

`kept` is the strongest parts alone, `left` everything but them; p are probabilities of the explained label, from ONE
softmax (or sigmoid) of the clip's logits.

Conventions: probabilities are `(clip,)`; all functions answer clip by clip, and their means over clips are the
published numbers. AI, AD: Chattopadhay et al. 2018 (Grad-CAM++); AG: Zhang et al. 2024 (Opti-CAM); FF, Fid-In: Paissan
et al. 2023 (PIQ), 2024 (L-MAC).
"""

from collections.abc import Sequence
from math import ceil

import numpy as np


def increase(whole: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """AI, 100 where the strongest parts alone are surer than the whole clip, else 0. Higher is better."""
    return 100.0 * (kept > whole)


def drop(whole: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """AD, per cent of the clip's probability that the strongest parts alone lose. Lower is better.

    >>> round(float(drop(np.array(0.9), np.array(0.3))), 1)
    66.7
    """
    return 100 * np.maximum(0, whole - kept) / np.maximum(whole, np.finfo(float).tiny)


def gain(whole: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """AG, per cent of what the clip's probability lacks to 1 that the strongest parts alone gain. Higher is better."""
    risen = np.maximum(0, kept - whole)
    return 100 * np.divide(risen, 1 - whole, out=np.zeros_like(risen), where=risen > 0)


def faithfulness(whole: np.ndarray, left: np.ndarray) -> np.ndarray:
    """FF, the probability that is lost without the strongest parts. Higher is better."""
    return whole - left


def same_answer(probabilities: np.ndarray, label: int) -> np.ndarray:
    """Fid-In, 1 where the label is the surest of `(clip, label)` probabilities of the strongest parts, else 0."""
    return (probabilities.argmax(axis=-1) == label).astype(float)


def sparseness(weights: np.ndarray) -> float:
    """Gini index of |weights| (Chalasani et al. 2020): 0 if all parts weigh the same, near 1 if one alone counts.

    >>> sparseness(np.array([1.0, -1.0])), sparseness(np.array([0.0, 0.0, 0.0, 2.0]))
    (0.0, 0.75)
    """
    sizes = np.sort(np.abs(weights))
    count, total = len(sizes), sizes.sum()
    return float((2 * np.arange(1, count + 1) - count - 1) @ sizes / (count * total)) if total else 0.0


def complexity(weights: np.ndarray) -> float:
    """Entropy of |weights| as shares, in nats (Bhatt, Weller and Moura 2020): 0 if one part counts, log n if all do.

    >>> round(complexity(np.array([1.0, -1.0])), 3), complexity(np.array([0.0, 2.0]))
    (0.693, 0.0)
    """
    sizes = np.abs(weights[weights != 0])
    share = sizes / sizes.sum()
    return max(0.0, float(-(share * np.log(share)).sum()))


def portions(players: int, shares: Sequence[float]) -> list[int]:
    """How many of the players a share of them is: one at least, rounded up.

    >>> portions(16, (0.1, 0.2, 0.5))
    [2, 4, 8]
    """
    return [max(1, ceil(round(share * players, 9))) for share in shares]


def comprehensiveness(removed: np.ndarray, counts: Sequence[int]) -> float:
    """Mean probability lost without the `counts` strongest parts (DeYoung et al. 2020). Higher is better.

    `removed` is `(n + 1,)`: the probability with 0, 1, 2, ... of the strongest parts taken away.
    """
    return float(removed[0] - np.mean(removed[list(counts)]))


def sufficiency(added: np.ndarray, counts: Sequence[int]) -> float:
    """Mean probability lost with only the `counts` strongest parts (DeYoung et al. 2020). Lower is better.

    `added` is `(n + 1,)`: the probability with 0, 1, 2, ... of the strongest parts on, and no others.
    """
    return float(added[-1] - np.mean(added[list(counts)]))

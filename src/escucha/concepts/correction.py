"""Many tests at once: how many meaningless concepts they need, and p values corrected for their number.

Conventions: p values are `(cell,)`; NaN is a cell that was planned and not tested. It counts as a test all the same, so
leaving cells out after looking at them never makes the others look better.
"""

from collections.abc import Callable
from math import ceil

import numpy as np

from escucha.errors import InputError


def nulls_needed(cells: int, alpha: float, asked: int = 0, *, each: str = "idea x label x layer") -> int:
    """Meaningless concepts for `cells` tests at `alpha`: cells/alpha, or `asked` where that is more.

    A rank p is never below 1/(R + 1), so with fewer nothing could be significant after correction: InputError, which
    says what `each` cell is.

    >>> nulls_needed(120, .05)
    2400
    """
    if not 0 < alpha < 1:
        raise InputError(f"alpha is between 0 and 1, got {alpha}")
    needed = ceil(round(cells / alpha, 6))
    if 0 < asked < needed:
        raise InputError(f"{cells} question{'s' * (cells != 1)} ({each}) at {alpha:g} need{'s' * (cells == 1)} "
                         f"{needed} meaningless ideas or more and nulls = {asked}: after correction nothing could be "
                         "significant; raise nulls, or ask fewer questions")
    return max(needed, asked)


def holm(p: np.ndarray) -> np.ndarray:
    """`(cell,)`, Holm 1979: keeps the chance of any false finding below alpha, whatever the tests have in common."""
    return _adjusted(p, lambda count, rank: count - rank, step_up=False)


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """`(cell,)`, Benjamini and Hochberg 1995: keeps the share of false findings among the findings below alpha."""
    return _adjusted(p, lambda count, rank: count / (rank + 1), step_up=True)


CORRECTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "holm": holm,
    "benjamini-hochberg": benjamini_hochberg,
}


def _adjusted(p: np.ndarray, factor: Callable[[int, np.ndarray], np.ndarray], *, step_up: bool) -> np.ndarray:
    p = np.asarray(p, dtype=np.float64)
    filled = np.where(np.isnan(p), 1.0, p)
    ranked = np.argsort(filled, kind="stable")
    raised = filled[ranked] * factor(len(p), np.arange(len(p)))
    monotone = np.minimum.accumulate(raised[::-1])[::-1] if step_up else np.maximum.accumulate(raised)
    adjusted = np.empty(len(p))
    adjusted[ranked] = np.minimum(monotone, 1.0)
    return np.where(np.isnan(p), np.nan, adjusted)

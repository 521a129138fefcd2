"""Curves of deletion and insertion, averaged over clips with different numbers of parts.

Conventions: curves are along `GRID`; values are of the clip, in units of what is explained.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.experiments.clips.few_groups import told
from escucha.experiments.faithfulness.judging import JudgedClip
from escucha.models.resampling import mean_interval

WAYS = ("deletion", "insertion")
"""Parts are taken away, or put in; the strongest first."""
GRID = np.linspace(0, 1, 21)
"""Shares of the parts that were taken away or put in so far."""
DRAWS = 500
"""Of the bootstrap, at each point."""


@dataclass(frozen=True, eq=False)
class Curve:
    """`(point,)` each: a mean over clips, and how far its distance from chance may reach (95 % over groups)."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def mean_curve(clips: Sequence[JudgedClip], method: str, what: str, *, seed: int = 0) -> Curve:
    """One method's curve of one of `WAYS`; clips differ much in value, so the interval is of the distance to chance."""
    usual = _on_grid(clips, lambda clip: _usual(clip, what))
    away = _on_grid(clips, lambda clip: getattr(clip.trials[method].judged, what)) - usual
    groups, middle = [clip.group for clip in clips], usual.mean(axis=0)
    found = [told(mean_interval(column, groups, seed=seed, draws=DRAWS)) for column in away.T]
    return Curve(*(middle + np.array([getattr(one, bound) for one in found]) for bound in ("value", "low", "high")))


def limits(clips: Sequence[JudgedClip], what: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean over clips of chance, and of the best there is."""
    best = _on_grid(clips, lambda clip: clip.bounds.highest if what == "insertion" else clip.bounds.lowest[::-1])
    return _on_grid(clips, lambda clip: _usual(clip, what)).mean(axis=0), best.mean(axis=0)


def _usual(clip: JudgedClip, what: str) -> np.ndarray:
    return clip.bounds.usual if what == "insertion" else clip.bounds.usual[::-1]


def _on_grid(clips: Sequence[JudgedClip], of: Callable[[JudgedClip], np.ndarray]) -> np.ndarray:
    """`(clip, point)`."""
    return np.array([np.interp(GRID, np.linspace(0, 1, len(curve := of(clip))), curve) for clip in clips])

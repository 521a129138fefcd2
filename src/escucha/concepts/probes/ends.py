"""Does a probe of a number know what lies beyond what it has heard? Learned on the middle, asked about both ends.

Within the range a probe may only have learned neighbours; that more of the number is more along its direction shows
outside of it.
"""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.probes.probe import Layer, read
from escucha.concepts.probes.scores import interval, score
from escucha.concepts.probes.splits import Split
from escucha.errors import InputError
from escucha.models.resampling import mean_intervals

MIDDLE = (0.25, 0.75)
"""The quantiles of train between which a probe learns: half of its clips."""
LEAST = 8
"""Clips in each part, at least."""


@dataclass(frozen=True, eq=False)
class Ends:
    """What a probe that has learned the middle of the range says of its ends."""

    subject: str
    layer: str
    kind: str
    score: float
    """R^2 about the mean of the test clips themselves."""
    low: float
    high: float
    error: float
    """Mean absolute error, in the property's unit."""
    plain: float
    """That of always saying the mean of the clips it has learned from."""
    saved: float
    """How much smaller the error is than the plain one."""
    saved_low: float
    saved_high: float
    """95 % interval over test groups."""
    edge: float
    """The error of always saying the nearer edge of the span: what telling low from high gives by itself."""
    past: float
    """How much smaller the probe's error is than that; above 0 it goes on beyond what it has heard."""
    past_low: float
    past_high: float
    """95 % interval over test groups."""
    span: tuple[float, float]
    """It has learned from this to that."""
    clips: int
    """In test, beyond the span."""
    groups: int
    truth: np.ndarray
    """`(clip,)` of all test clips, within the span too."""
    said: np.ndarray
    """`(clip,)`."""


def ends_split(target: np.ndarray, split: Split) -> tuple[Split, tuple[float, float]]:
    """Train and valid of the middle of `target`, test of what lies beyond it, and where the middle is.

    InputError where one of them has too few clips.
    """
    low, high = (float(bound) for bound in np.quantile(target[split.train], MIDDLE))
    middle = (low <= target) & (target <= high)
    made = Split(split.train & middle, split.valid & middle, split.test & ~middle, split.groups)
    fewest = min(int(part.sum()) for part in (made.train, made.valid, made.test))
    if fewest < LEAST:
        raise InputError(f"only {fewest} clips are left to learn from the middle of the range, or to ask about its "
                         f"ends; {LEAST} are needed")
    return made, (low, high)


def read_ends(layer: str, rows: np.ndarray, target: np.ndarray, split: Split, *, subject: str, kind: str = "linear",
              seed: int = 0) -> Ends:
    """A probe of a number, learned on the middle of its range and asked about both ends; InputError for few clips."""
    made, span = ends_split(target, split)
    said = read(Layer(layer, rows, made), target, task="number", kind=kind, seed=seed).said
    test, groups = made.test, made.groups[made.test]
    truth, error = target[test], np.abs(target[test] - said[test])
    plain, edge = np.abs(truth - target[made.train].mean()), np.abs(truth - np.clip(truth, *span))
    saved, past = mean_intervals(np.stack([plain - error, edge - error], axis=1), groups, seed=seed)
    low, high = interval(said[test], truth, groups, task="number", seed=seed)
    return Ends(subject, layer, kind, score(said[test], truth, task="number"), low, high, float(error.mean()),
                float(plain.mean()), saved.value, saved.low, saved.high, float(edge.mean()), past.value, past.low,
                past.high, span, int(test.sum()), len(np.unique(groups)), target[split.test], said[split.test])

"""What a card turned out to be: its checks, and how far clips with the idea are from clips without it."""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept
from escucha.concepts.validation import Check
from escucha.models.resampling import ALONE, NOTHING, Interval, interval, members, redrawn


@dataclass(frozen=True)
class CardFound:
    """One concept."""

    card: str
    """Its place on the shelf."""
    name: str
    meaning: str
    kind: str
    """Of its examples."""
    having: int
    without: int
    groups: int
    level: Interval
    """dB by which clips with the idea are louder."""
    strokes: Interval
    """Annotated strokes that clips with the idea have more; NaN where they are not known."""
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if check.passed is False)


@dataclass(frozen=True)
class Unread:
    """A card that leads to no sound."""

    card: str
    reason: str


def difference(concept: Concept, values: np.ndarray, *, seed: int, draws: int = 2000) -> Interval:
    """Mean of `(example,)` values with the idea minus without it, groups being drawn anew for its interval.

    NaN values are left out; where a side has none there is nothing to measure. Pairs are of one group, so that both
    members are drawn together.
    """
    known = np.isfinite(values)
    present = np.array([example.present for example in concept.examples])[known]
    if not known.any() or present.all() or not present.any():
        return Interval(float("nan"), float("nan"), float("nan"), 0, NOTHING)
    groups = [example.group for example, there in zip(concept.examples, known) if there]
    count, member = members(groups)
    sums, sizes = (np.stack([np.bincount(member[side], weights=weights[side], minlength=count)
                             for side in (present, ~present)], axis=1)
                   for weights in (values[known], np.ones(int(known.sum()))))
    value = _apart(sums.sum(axis=0), sizes.sum(axis=0))
    if count == 1:
        return Interval(value, float("nan"), float("nan"), 1, ALONE)
    drawn = np.array([_apart(picked @ sums, picked @ sizes) for picked in redrawn(count, seed=seed, draws=draws)])
    return interval(value, drawn, count)


def _apart(sums: np.ndarray, sizes: np.ndarray) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw may hold one side alone: NaN, and left out
        means = sums / sizes
    return float(means[0] - means[1])

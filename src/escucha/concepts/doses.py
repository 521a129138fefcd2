"""More and more of a graded idea: the value at every level, and whether it keeps rising or turns.

Each score is heard at two levels; what the levels add to a score's own value is fitted to those differences, so scores
that are heard at other levels are not compared with each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept
from escucha.models.resampling import Interval, interval, members, redrawn

DRAWS = 2000
"""Of the bootstrap."""
RISES, FALLS, TURNS, UNCLEAR = "rises throughout", "falls throughout", "turns", "no turn shown"


@dataclass(frozen=True)
class Dose:
    """What one level of a graded idea adds to a label's value."""

    concept: str
    label: str
    level: float
    """In the idea's own unit."""
    value: float
    """Against the mean over all levels, in the units of the label's value."""
    low: float
    high: float
    """95 % interval, bootstrap over groups."""
    step: float
    """Against the level before it; NaN for the first."""
    step_low: float
    step_high: float


def doses(concept: Concept, differences: np.ndarray, *, labels: Sequence[str], seed: int) -> list[Dose]:
    """One a label and level, labels after each other, from value differences `(pair, label)`; none if not graded."""
    if not concept.graded:
        return []
    groups = [example.group for example in concept.examples[::2]]
    levels, design = _design(concept)
    count, member = members(groups)
    drawn = np.stack([_fitted(design, differences, times[member])
                      for times in redrawn(count, seed=seed, draws=DRAWS)])
    found = _fitted(design, differences, np.ones(len(member)))
    made = []
    for column, label in enumerate(labels):
        at = [interval(float(found[place, column]), drawn[:, place, column], count) for place in range(len(levels))]
        steps = [interval(float(step), drawn[:, place + 1, column] - drawn[:, place, column], count)
                 for place, step in enumerate(np.diff(found[:, column]))]
        made += [_dose(concept.name, label, float(level), one, before)
                 for level, one, before in zip(levels, at, (None, *steps))]
    return made


def course(curve: Sequence[Dose]) -> str:
    """`rises throughout`, `falls throughout`, `turns` or `no turn shown`, of one label's doses in order.

    It turns where the interval of one step lies above zero and that of another below.
    """
    ups, downs = any(dose.step_low > 0 for dose in curve), any(dose.step_high < 0 for dose in curve)
    if ups and downs:
        return TURNS
    steps = [dose.step for dose in curve[1:]]
    if ups and min(steps) > 0:
        return RISES
    return FALLS if downs and max(steps) < 0 else UNCLEAR


def _design(concept: Concept) -> tuple[np.ndarray, np.ndarray]:
    """Levels in order, and `(pair, level)`: +1 at the level of the member with more, -1 at that of the other."""
    pairs = np.array([[example.level for example in concept.examples[side::2]] for side in (0, 1)], dtype=float)
    levels = np.unique(pairs)
    more, less = (np.equal.outer(side, levels) for side in pairs)
    return levels, more.astype(float) - less.astype(float)


def _fitted(design: np.ndarray, differences: np.ndarray, times: np.ndarray) -> np.ndarray:
    """`(level, label)` of mean zero, by least squares; pair i counts `times[i]`."""
    weighed = design * times[:, None]
    return np.linalg.pinv(weighed.T @ design, hermitian=True) @ (weighed.T @ differences)


def _dose(concept: str, label: str, level: float, at: Interval, before: Interval | None) -> Dose:
    step = (before.value, before.low, before.high) if before else (float("nan"),) * 3
    return Dose(concept, label, level, at.value, at.low, at.high, *step)

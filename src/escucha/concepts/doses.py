"""More and more of a graded idea: the value at every level, and whether it keeps rising or turns.

Each score is heard at two levels; what the levels add to a score's own value is fitted to those differences, so scores
that are heard at other levels are not compared with each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept
from escucha.models.resampling import LEVEL, NOTHING, Interval, interval, members, redrawn

_NONE = Interval(float("nan"), float("nan"), float("nan"), 0, NOTHING)
DRAWS = 2000
"""Of the bootstrap."""
RISES, FALLS, TURNS, UNCLEAR = "rises", "falls", "turns", "no course shown"


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
    rise: float
    """Against the first level; 0 for the first."""
    rise_low: float
    rise_high: float
    sure_low: float
    sure_high: float
    """Of the step, wider: so that in 95 of 100 curves no step at all lies outside its own (Bonferroni)."""


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
        steps, sure = ([interval(float(step), drawn[:, place + 1, column] - drawn[:, place, column], count, level=level)
                        for place, step in enumerate(np.diff(found[:, column]))]
                       for level in (LEVEL, 1 - (1 - LEVEL) / (len(levels) - 1)))
        rises = [interval(float(rise), drawn[:, place, column] - drawn[:, 0, column], count)
                 for place, rise in enumerate(found[:, column] - found[0, column])]
        made += [_dose(concept.name, label, float(level), *spans)
                 for level, *spans in zip(levels, at, (_NONE, *steps), rises, (_NONE, *sure))]
    return made


def course(curve: Sequence[Dose]) -> str:
    """`rises`, `falls`, `turns` or `no course shown`, of one label's doses in order.

    It turns where the interval of one step, wide enough for so many steps, lies above zero and that of another below;
    it rises where that from the first level to the last does.
    """
    ups, downs = any(dose.sure_low > 0 for dose in curve), any(dose.sure_high < 0 for dose in curve)
    if ups and downs:
        return TURNS
    return RISES if curve[-1].rise_low > 0 else FALLS if curve[-1].rise_high < 0 else UNCLEAR


def steady(curve: Sequence[Dose]) -> bool:
    """Do all its steps go one way, as they are found?"""
    steps = [dose.step for dose in curve[1:]]
    return min(steps) > 0 or max(steps) < 0


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


def _dose(concept: str, label: str, level: float, *spans: Interval) -> Dose:
    """Spans are those of the value, of the step, of the rise and, wider, of the step."""
    *told, sure = spans
    return Dose(concept, label, level, *(bound for span in told for bound in (span.value, span.low, span.high)),
                *sure.bounds)

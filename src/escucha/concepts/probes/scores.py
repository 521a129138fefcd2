"""How well a probe reads: balanced accuracy of classes, R^2 of a number, and what either could have been.

Conventions: truth and answers are `(clip,)`, names of classes or numbers; intervals are of 95 %, over groups.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from escucha.models import resampling
from escucha.models.evaluation import balanced_accuracy, confusion
from escucha.models.resampling import Interval, members, redrawn, settled

Task = Literal["classes", "number"]

MEASURES: dict[Task, str] = {"classes": "balanced accuracy", "number": "R²"}
"""What a score is, in words."""
DRAWS = 1000
"""Bootstrap draws over groups."""


def score(said: np.ndarray, target: np.ndarray, *, task: Task) -> float:
    """Balanced accuracy, or R^2."""
    if task == "number":
        return float(_explained(said, target, np.zeros(len(said), dtype=int), np.ones((1, 1)))[0])
    return balanced_accuracy(confusion(*_coded(target, said)))


def interval(said: np.ndarray, target: np.ndarray, groups: np.ndarray, *, task: Task, seed: int) -> tuple[float, float]:
    """95 % interval of the score, a percentile bootstrap over groups (exact binomial where all is right, or wrong).

    Of one group there is none: NaN.
    """
    value, count = score(said, target, task=task), members(groups)[0]
    if task == "classes" and value in (0.0, 1.0) and count > 1:
        found = settled(value, value, count)
        return found.low, found.high
    return _bounds(value, _drawn([said], target, groups, task=task, seed=seed)[0], groups)


def gain(said: np.ndarray, other: np.ndarray, target: np.ndarray, groups: np.ndarray, *, task: Task,
         seed: int) -> Interval:
    """How much better `said` reads than `other` of the same clips: both scores from the same draws of groups."""
    value = score(said, target, task=task) - score(other, target, task=task)
    first, second = _drawn([said, other], target, groups, task=task, seed=seed)
    return Interval(value, *_bounds(value, first - second, groups), members(groups)[0], "bootstrap over groups, paired")


def chance(target: np.ndarray, task: Task) -> float:
    """What always saying the same scores: one in the number of classes there are in `target`; 0 of a number's R^2."""
    return 0.0 if task == "number" else 1 / len(np.unique(target))


def _bounds(value: float, drawn: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    count = members(groups)[0]
    if count < 2:
        return float("nan"), float("nan")
    found = resampling.interval(value, drawn, count)
    return found.low, found.high


def _drawn(answers: Sequence[np.ndarray], target: np.ndarray, groups: np.ndarray, *, task: Task,
           seed: int) -> list[np.ndarray]:
    """`(draw,)` scores of each of the answers, the same groups drawn for all."""
    count, which = members(groups)
    weights = np.stack(list(redrawn(count, seed=seed, draws=DRAWS))).astype(float)
    measure = _explained if task == "number" else _recalled
    return [measure(said, target, which, weights) for said in answers]


def _coded(target: np.ndarray, said: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Truth and answers as numbers of classes, and how many classes there are."""
    names, coded = np.unique(np.concatenate([target, said]), return_inverse=True)
    return coded[:len(target)], coded[len(target):], len(names)


def _recalled(said: np.ndarray, target: np.ndarray, which: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`(draw,)` balanced accuracies when group `which[clip]` counts `weights[draw, group]` times."""
    truth, answers, classes = _coded(target, said)
    there, right = (np.zeros((weights.shape[1], classes)) for _ in range(2))
    np.add.at(there, (which, truth), 1.0)
    np.add.at(right, (which, truth), truth == answers)
    with np.errstate(invalid="ignore"):  # a draw may lack a class: its mean is of the others
        return np.nanmean((weights @ right) / (weights @ there), axis=1)


def _explained(said: np.ndarray, target: np.ndarray, which: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`(draw,)` R^2 when group `which[clip]` counts `weights[draw, group]` times."""
    middle = target.mean()  # taken off, for the variance of large numbers is lost beside their squares
    truth, said = target - middle, said - middle
    size, total, square, missed = (
        weights @ np.bincount(which, weights=values, minlength=weights.shape[1])
        for values in (np.ones(len(truth)), truth, truth**2, (truth - said) ** 2))
    spread = square - total**2 / size
    return 1 - missed / np.where(spread > 1e-9 * square, spread, np.nan)

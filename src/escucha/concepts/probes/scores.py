"""How well a probe reads: balanced accuracy of classes, R^2 of a number, and what either could have been.

Conventions: truth and answers are `(clip,)`, names of classes or numbers; intervals are of 95 %, over groups.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from escucha.models import resampling
from escucha.models.evaluation import balanced_accuracy, confusion, group_interval
from escucha.models.resampling import Interval, members, redrawn

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
    """95 % interval of the score, a percentile bootstrap over groups (exact binomial where nothing is wrong).

    Of one group's R^2 there is none: NaN.
    """
    if task == "classes":
        found = group_interval(*_coded(target, said)[:2], list(groups), measure=balanced_accuracy, seed=seed,
                               draws=DRAWS)
        return found.low, found.high
    drawn = _drawn([said], target, groups, task=task, seed=seed)[0]
    return _bounds(score(said, target, task=task), drawn, groups)


def gain(said: np.ndarray, other: np.ndarray, target: np.ndarray, groups: np.ndarray, *, task: Task,
         seed: int) -> Interval:
    """How much better `said` reads than `other` of the same clips: both scores from the same draws of groups."""
    value = score(said, target, task=task) - score(other, target, task=task)
    first, second = _drawn([said, other], target, groups, task=task, seed=seed)
    return Interval(value, *_bounds(value, first - second, groups), members(groups)[0], "bootstrap over groups, paired")


def chance(target: np.ndarray, task: Task) -> float:
    """One in the number of classes; 0 of a number's R^2."""
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
    truth = target.astype(np.float64)
    size, total, square, missed = (
        weights @ np.bincount(which, weights=values, minlength=weights.shape[1])
        for values in (np.ones(len(truth)), truth, truth**2, (truth - said) ** 2))
    spread = square - total**2 / size
    return 1 - missed / np.where(spread > 0, spread, np.nan)

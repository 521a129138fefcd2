"""What numbers of tags could have been: one bootstrap over groups for every headline and every tag.

Conventions: those of `tag_evaluation`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.models.resampling import Interval, interval, members, redrawn, settled
from escucha.models.tag_evaluation import DRAWS, Given, Ranking


@dataclass(frozen=True, eq=False)
class TagIntervals:
    """Headlines and per-tag numbers with a bootstrap over groups, all of the same draws."""

    mean_average_precision: Interval
    """Macro: the mean over tags of both classes."""
    roc_auc: Interval
    micro_f1: Interval
    macro_f1: Interval
    tags: dict[str, tuple[Interval, ...]]
    """`average_precision`, `roc_auc` and `f1` to one interval a label."""


def tag_intervals(truth: np.ndarray, probability: np.ndarray, given: np.ndarray,
                  groups: Sequence[str] | np.ndarray, *, seed: int = 0, draws: int = DRAWS) -> TagIntervals:
    """Every headline of tags with its interval; where all or nothing is right, the exact binomial bound stands.

    A tag rests on the groups that have it; one that some draw left without a clip is left out of that draw.
    """
    ranking, (count, member) = Ranking.of(truth, probability), members(groups)
    weights = [picked[member] for picked in redrawn(count, seed=seed, draws=draws)]
    precision = _redone(ranking.average_precision, weights)
    area = _redone(ranking.roc_auc, weights)
    drawn = Given(*(np.stack(weights) @ table.astype(float) for table in (truth & given, given, truth)))
    whole = Given.of(truth, given)
    having = np.array([len(set(member[column])) for column in truth.T])
    tags = {name: tuple(_bounded(value, column, trials, biased=name == "average_precision")
                        for value, column, trials in zip(values, table.T, having))
            for name, values, table in (("average_precision", ranking.average_precision(), precision),
                                        ("roc_auc", ranking.roc_auc(), area), ("f1", whole.f1, drawn.f1))}
    return TagIntervals(
        _bounded(_mean(ranking.average_precision()[None])[0], _mean(precision), count, biased=True),
        _bounded(_mean(ranking.roc_auc()[None])[0], _mean(area), count),
        _bounded(whole.micro.f1[0], drawn.micro.f1[:, 0], count),
        _bounded(float(whole.macro(whole.f1)), drawn.macro(drawn.f1), count), tags)


def _redone(measure: Callable[[np.ndarray], np.ndarray], weights: Sequence[np.ndarray]) -> np.ndarray:
    """`(draw, label)`."""
    return np.stack([measure(weight) for weight in weights])


def _mean(table: np.ndarray) -> np.ndarray:
    """`(draw,)` means over the labels that were measured; NaN where none was."""
    there = np.isfinite(table)
    count = there.sum(axis=1)
    return np.where(count > 0, np.where(there, table, 0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _bounded(value: float, drawn: np.ndarray, groups: int, *, biased: bool = False) -> Interval:
    """A percentile interval; the exact bound where all is right, or nothing, for then every draw is the same."""
    if value in (0, 1) and groups > 1:
        return settled(float(value), float(value), groups)
    found = interval(float(value), drawn, groups, biased=biased)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0)) if found.low == found.low else found

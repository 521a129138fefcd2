"""Fitting probes: scaled by what train has heard, a penalty chosen on valid, and an answer for every clip.

A linear probe asks whether a property lies in a layer along a straight line (Alain and Bengio 2016, arXiv 1610.01644);
one with a hidden layer (`mlp`) whether it is there at all, in a form that a small network could use.

Conventions: rows are `(clip, unit)`; targets `(clip,)`, names of classes or numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.probes.mlp import DECAYS, HIDDEN, at_checkpoints
from escucha.concepts.probes.scores import Task, score
from escucha.concepts.probes.splits import Split
from escucha.errors import InputError

PENALTIES = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of the logistic fit; for ridge, the strengths a clip."""
COLUMNS = 4096
"""Of a layer wider than train has clips, so many are in memory at a time."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """A layer's rows as a probe takes them: each unit with mean 0 and spread 1 in train."""

    rows: np.ndarray
    """`(clip, column)`: the units, or where they are more than train's clips, their coordinates among train's rows."""
    units: int
    """Of the layer itself."""
    split: Split


@dataclass(frozen=True, eq=False)
class Reading:
    """What a fitted probe says."""

    said: np.ndarray
    """`(clip,)`, of every clip."""
    penalty: float
    """Chosen on valid; of the MLP its weight decay."""
    hidden: int = 0
    """Units between, chosen on valid; 0 of a linear probe."""


def scaled(rows: np.ndarray, split: Split) -> Scaled:
    """Rows standardised on train, and turned into the space that train's rows span where units are more than clips.

    A linear fit with a squared penalty has no other directions (its weights are sums of train's rows), so nothing is
    lost, and layers of any width cost the same.
    """
    train = split.train
    if rows.shape[1] <= train.sum():
        return Scaled(_standard(rows, train), rows.shape[1], split)
    across = sum(piece @ piece[train].T for piece in (_standard(rows[:, at:at + COLUMNS], train)
                                                      for at in range(0, rows.shape[1], COLUMNS)))
    values, turn = np.linalg.eigh(across[train])
    kept = values > 1e-9 * values.max()
    return Scaled(across @ (turn[:, kept] / np.sqrt(values[kept])), rows.shape[1], split)


def _standard(rows: np.ndarray, train: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.float64)
    mean, spread = rows[train].mean(axis=0), rows[train].std(axis=0)
    return (rows - mean) / np.where(spread > 0, spread, 1.0)


def linear(layer: Scaled, targets: Sequence[np.ndarray], *, task: Task, seed: int) -> list[Reading]:
    """Logistic regression for classes, ridge for a number; the penalty is the best on valid."""
    return [_linear(layer, target, task) for target in targets]


def _linear(layer: Scaled, target: np.ndarray, task: Task) -> Reading:
    valid = layer.split.valid
    said = [_fitted(layer, target, task=task, penalty=penalty) for penalty in PENALTIES]
    best = int(np.argmax([score(each[valid], target[valid], task=task) for each in said]))
    return Reading(said[best], PENALTIES[best])


def _fitted(layer: Scaled, target: np.ndarray, *, task: Task, penalty: float) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression, Ridge

    train = layer.split.train
    if task == "number":
        return Ridge(alpha=penalty * train.sum()).fit(layer.rows[train], target[train]).predict(layer.rows)
    fit = LogisticRegression(C=penalty / np.sqrt(layer.units), class_weight="balanced", max_iter=500, tol=1e-3)
    return fit.fit(layer.rows[train], target[train]).predict(layer.rows)


def mlp(layer: Scaled, targets: Sequence[np.ndarray], *, task: Task, seed: int) -> list[Reading]:
    """One hidden layer of rectified units; its size, its decay and when to stop are those of the least loss on valid.

    All targets and decays are learned at once: so many small networks in one.
    """
    split = layer.split
    names, wanted = _wanted(targets, split.train, task)
    many = np.repeat(wanted, len(DECAYS), axis=0)
    masks = [np.stack([_weights(target, mask, task) for target in targets]).repeat(len(DECAYS), axis=0)
             for mask in (split.train, split.valid)]
    best = np.full(len(many), np.inf)
    said, sizes = np.zeros(many.shape), np.zeros(len(many), dtype=int)
    for hidden in HIDDEN:
        for outputs in at_checkpoints(layer.rows, many, masks[0], hidden=hidden, classes=len(names), seed=seed,
                                      decays=np.tile(DECAYS, len(targets))):
            losses = (masks[1] * outputs.losses).sum(axis=1)
            better = losses < best
            best[better], said[better], sizes[better] = losses[better], outputs.said[better], hidden
    return [_best(target, at * len(DECAYS), best, said, sizes, names=names, train=split.train)
            for at, target in enumerate(targets)]


def _best(target: np.ndarray, first: int, losses: np.ndarray, said: np.ndarray, sizes: np.ndarray, *,
          names: np.ndarray, train: np.ndarray) -> Reading:
    """Of the networks of one target, from the `first` on, that of the least loss."""
    at = int(np.argmin(losses[first:first + len(DECAYS)]))
    answers = (names[said[first + at].astype(int)] if len(names)
               else said[first + at] * _spread(target, train) + target[train].mean())
    return Reading(answers, DECAYS[at], int(sizes[first + at]))


def _wanted(targets: Sequence[np.ndarray], train: np.ndarray, task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Names of classes, and `(target, clip)` their numbers; no names and standardised numbers for numbers."""
    if task == "number":
        return np.array([]), np.stack([(target - target[train].mean()) / _spread(target, train) for target in targets])
    names = np.unique(np.concatenate(targets))
    return names, np.searchsorted(names, np.stack(targets))


def _spread(target: np.ndarray, train: np.ndarray) -> float:
    return float(target[train].std()) or 1.0


def _weights(target: np.ndarray, mask: np.ndarray, task: Task) -> np.ndarray:
    """`(clip,)` summing to 1 over the mask: each class as heavy as each other, as balanced accuracy counts them."""
    which = np.zeros(len(mask), dtype=int) if task == "number" else np.unique(target, return_inverse=True)[1]
    weights = mask / np.maximum(np.bincount(which[mask], minlength=which.max() + 1), 1)[which]
    return weights / weights.sum()


Fit = Callable[..., list[Reading]]
"""From a layer and targets (with `task` and `seed`) to a reading of each."""

PROBES: dict[str, Fit] = {"linear": linear, "mlp": mlp}
"""Name to how it is fitted."""
SPOKEN = {"linear": "a straight line", "mlp": "a small network"}
"""Name to what it is to a musician."""


def check_kinds(target: np.ndarray, train: np.ndarray, task: Task) -> None:
    """Raise InputError where train has one class only."""
    if task == "classes" and len(np.unique(target[train])) < 2:
        raise InputError(f"every clip in train is {str(target[train][0])!r}; a probe needs two kinds to tell apart")


def fit_probe(rows: np.ndarray, target: np.ndarray, split: Split, *, task: Task,
              kind: str = "linear", seed: int = 0) -> tuple[np.ndarray, float]:
    """What the best probe says of every clip `(clip,)`, and its penalty; InputError where train has one class only."""
    check_kinds(target, split.train, task)
    found, = PROBES[kind](scaled(rows, split), [target], task=task, seed=seed)
    return found.said, found.penalty

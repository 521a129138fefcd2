"""Can a property be read off a layer by a straight line? Linear probes, and how well they do on groups never heard.

Conventions: rows are `(clip, unit)`; whole groups are train, valid or test; the scaler hears train only, the penalty is
chosen on valid, and every number is of test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from escucha.corpora.corpus import SPLITS
from escucha.errors import InputError
from escucha.models.evaluation import balanced_accuracy, confusion, group_interval

Task = Literal["classes", "number"]

PENALTIES = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of the logistic fit; for ridge, the strengths a clip."""
DRAWS = 1000
"""Bootstrap draws over groups."""


@dataclass(frozen=True, eq=False)
class Split:
    """Masks `(clip,)` of train, valid and test, and the groups they keep whole."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    groups: np.ndarray


def split_of(groups: Sequence[str], splits: Sequence[str], *, seed: int) -> Split:
    """The corpus' own splits where it has all three, else three in five groups train, one valid, one test, at random.

    InputError for fewer than five groups.
    """
    names, given = np.array(groups), np.array(splits)
    if set(given) != set(SPLITS):
        unique = np.random.default_rng(seed).permutation(np.unique(names))
        if len(unique) < 5:
            raise InputError(f"a probe needs five groups or more to train, choose and test on, got {len(unique)}")
        parts = dict(zip(unique, np.resize(["train", "valid", "train", "test", "train"], len(unique))))
        given = np.array([parts[name] for name in names])
    return Split(given == "train", given == "valid", given == "test", names)


def fit_probe(rows: np.ndarray, target: np.ndarray, split: Split, *, task: Task) -> tuple[np.ndarray, float]:
    """What the best linear probe says of every clip `(clip,)`, and its penalty.

    Logistic regression for classes, ridge for a number; the penalty is the best on valid. InputError where train has
    one class only.
    """
    if task == "classes" and len(np.unique(target[split.train])) < 2:
        raise InputError(f"every clip in train is {str(target[split.train][0])!r}; a probe needs two kinds to tell "
                         "apart")
    mean, spread = rows[split.train].mean(axis=0), rows[split.train].std(axis=0)
    scaled = (rows - mean) / np.where(spread > 0, spread, 1.0)
    said = [_fitted(scaled, target, split.train, task=task, penalty=penalty) for penalty in PENALTIES]
    best = int(np.argmax([score(each[split.valid], target[split.valid], task=task) for each in said]))
    return said[best], PENALTIES[best]


def _fitted(scaled: np.ndarray, target: np.ndarray, train: np.ndarray, *, task: Task, penalty: float) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression, Ridge

    if task == "number":
        return Ridge(alpha=penalty * train.sum()).fit(scaled[train], target[train]).predict(scaled)
    fit = LogisticRegression(C=penalty / np.sqrt(scaled.shape[1]), class_weight="balanced", max_iter=500, tol=1e-3)
    return fit.fit(scaled[train], target[train]).predict(scaled)


def score(said: np.ndarray, target: np.ndarray, *, task: Task) -> float:
    """Balanced accuracy, or R^2."""
    if task == "number":
        return float(_explained(said, target, np.zeros(len(said), dtype=int), np.ones((1, 1)))[0])
    return balanced_accuracy(confusion(*_coded(target, said)))


def interval(said: np.ndarray, target: np.ndarray, groups: np.ndarray, *, task: Task, seed: int) -> tuple[float, float]:
    """95 % interval of the score, a percentile bootstrap over groups (exact binomial where nothing is wrong)."""
    if task == "classes":
        found = group_interval(*_coded(target, said)[:2], list(groups), measure=balanced_accuracy, seed=seed,
                               draws=DRAWS)
        return found.low, found.high
    which = np.unique(groups, return_inverse=True)[1]
    count = int(which.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    low, high = np.nanquantile(_explained(said, target, which, drawn.astype(float)), (0.025, 0.975))
    return float(low), float(high)


def _coded(target: np.ndarray, said: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Truth and answers as numbers of classes, and how many classes there are."""
    names, coded = np.unique(np.concatenate([target, said]), return_inverse=True)
    return coded[:len(target)], coded[len(target):], len(names)


def _explained(said: np.ndarray, target: np.ndarray, which: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`(draw,)` R^2 when group `which[clip]` counts `weights[draw, group]` times."""
    truth = target.astype(np.float64)
    size, total, square, missed = (
        weights @ np.bincount(which, weights=values, minlength=weights.shape[1])
        for values in (np.ones(len(truth)), truth, truth**2, (truth - said) ** 2))
    spread = square - total**2 / size
    return 1 - missed / np.where(spread > 0, spread, np.nan)

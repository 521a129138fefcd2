"""Selectivity: what a probe reads, less what it could have learnt by heart.

A probe's score alone says little: a wide layer lets it learn nearly anything. Selectivity (Hewitt and Liang 2019, arXiv
1909.03368) is the score minus that on control tasks, where labels are drawn at random for types of clips that recur
across groups, such as guitar and key.
"""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.probes.probe import Split, Task, fit_probe, interval, score
from escucha.errors import InputError

CONTROLS = 5
"""Control tasks at least."""
KNOWN = 0.9
"""Types recur when train has heard those of at least so many test clips."""


@dataclass(frozen=True)
class Probe:
    """What a linear probe reads of one property at one layer."""

    subject: str
    """What is read: a mode, a tempo, whether a source sounds."""
    layer: str
    task: Task
    score: float
    """Balanced accuracy, or R^2 of a number, on groups the probe has not heard."""
    low: float
    high: float
    """95 % interval of the score, bootstrap over test groups."""
    chance: float
    """One in the number of classes; 0 for R^2."""
    control: float
    """Mean score on control tasks."""
    control_sd: float
    """Between control tasks."""
    control_kind: str
    """`types` that recur across groups, or `groups`, scored on held-out clips of the training groups."""
    penalty: float
    valid: float
    """Score on the groups that chose the penalty: what chooses among layers, so that no layer is chosen on test."""
    clips: int
    """In test."""
    groups: int
    """In test."""

    @property
    def selectivity(self) -> float:
        """Score minus control: near 0, the probe has learnt no more than it could of any labels.

        A control below chance (an R^2 below 0) is no memory at all: then chance is what is taken off, or selectivity
        would exceed the score itself.
        """
        return self.score - max(self.control, self.chance)


def probe(rows: np.ndarray, target: np.ndarray, split: Split, types: np.ndarray | None, *, subject: str, layer: str,
          task: Task, draws: int = CONTROLS, seed: int = 0) -> Probe:
    """Fit on train, score on test, and compare with control tasks; `types` `(clip,)`, None where none are known."""
    said, penalty = fit_probe(rows, target, split, task=task)
    heard, truth, groups = said[split.test], target[split.test], split.groups[split.test]
    low, high = interval(heard, truth, groups, task=task, seed=seed)
    controls, kind = control_scores(rows, target, split, types, task=task, draws=draws, seed=seed)
    chance = 0.0 if task == "number" else 1 / len(np.unique(target))
    valid = score(said[split.valid], target[split.valid], task=task)
    return Probe(subject, layer, task, score(heard, truth, task=task), low, high, chance, float(controls.mean()),
                 float(controls.std(ddof=1)), kind, penalty, valid, int(split.test.sum()), len(np.unique(groups)))


def check_controls(draws: int) -> None:
    """Raise InputError for too few control tasks."""
    if draws < CONTROLS:
        raise InputError(f"selectivity needs {CONTROLS} control tasks or more, got {draws}")


def control_labels(types: np.ndarray, target: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Random labels `(clip,)`, one a type, with (nearly) the marginals of `target`.

    Types in a random order are laid along the sorted labels; each takes the label at its middle.
    """
    names, which, counts = np.unique(types, return_inverse=True, return_counts=True)
    ordered = np.sort(target)
    shuffled = rng.permutation(len(names))
    ends = np.cumsum(counts[shuffled])
    taken = np.empty(len(names), dtype=target.dtype)
    taken[shuffled] = ordered[(ends - counts[shuffled] / 2).astype(int)]
    return taken[which]


def types_recur(types: np.ndarray, split: Split) -> bool:
    """Has train heard the types of nearly all test clips?"""
    return bool(np.isin(types[split.test], types[split.train]).mean() >= KNOWN) and len(np.unique(types)) > 1


def control_scores(rows: np.ndarray, target: np.ndarray, split: Split, types: np.ndarray | None, *, task: Task,
                   draws: int = CONTROLS, seed: int = 0) -> tuple[np.ndarray, str]:
    """`(draw,)` scores on control tasks, and their kind: `types`, or `groups` where no types recur across groups.

    A label a group would be at chance in groups never heard, whatever the probe; so it is scored on held-out clips of
    the training groups.
    """
    check_controls(draws)
    rng = np.random.default_rng(seed)
    by_types = types is not None and types_recur(types, split)
    chosen = types if by_types and types is not None else split.groups
    within = split if by_types else _within_groups(split, rng)
    found: list[float] = []
    while len(found) < draws:
        labels = control_labels(chosen, target, rng=rng)
        if task == "number" or all(len(np.unique(labels[part])) > 1 for part in (within.train, within.test)):
            said = fit_probe(rows, labels, within, task=task)[0]
            found.append(score(said[within.test], labels[within.test], task=task))
    return np.array(found), "types" if by_types else "groups"


def _within_groups(split: Split, rng: np.random.Generator) -> Split:
    """The clips of the training groups, three in five of each group train, one valid, one test."""
    part = np.full(len(split.groups), 3)
    for name in np.unique(split.groups[split.train]):
        clips = rng.permutation(np.flatnonzero((split.groups == name) & split.train))
        part[clips] = np.resize([0, 1, 2, 0, 0], len(clips)) if len(clips) > 2 else 0
    if not {0, 1, 2} <= set(part):
        raise InputError("no types recur across groups and the training groups have fewer than three clips each, so "
                         "there is no control task; give more clips a group, or annotations to make types of")
    return Split(part == 0, part == 1, part == 2, split.groups)

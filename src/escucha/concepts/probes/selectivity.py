"""Selectivity: what a probe reads, less what it could have learnt by heart.

A probe's score alone says little: a wide layer, or a probe with a hidden layer, lets it learn nearly anything.
Selectivity (Hewitt and Liang 2019, arXiv 1909.03368) is the score minus that on control tasks, where labels are drawn
at random for types of clips that recur across groups, such as guitar and key.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from escucha.concepts.probes.fits import PROBES, Scaled, scaled
from escucha.concepts.probes.scores import Task, score
from escucha.concepts.probes.splits import Split, within_groups
from escucha.errors import InputError

CONTROLS = 5
"""Control tasks at least."""
ATTEMPTS = 200
"""Draws a control task, at most, until one has two classes in train and in test."""
KNOWN = 0.9
"""Types recur when train has heard those of at least so many test clips."""


@dataclass(frozen=True, eq=False)
class Controls:
    """Control tasks of one property: the same for every layer and every kind of probe."""

    labels: tuple[np.ndarray, ...]
    """`(clip,)` each."""
    kind: str
    """`types` or `groups`."""
    within: Split | None
    """The split of `groups`; None where it is that of the property itself."""
    task: Task

    def scores(self, layer: Scaled, *, kind: str = "linear", seed: int = 0) -> np.ndarray:
        """`(task,)` scores on test; `layer` is scaled for the split of the control tasks."""
        test = layer.split.test
        found = PROBES[kind](layer, self.labels, task=self.task, seed=seed)
        return np.array([score(each.said[test], labels[test], task=self.task)
                         for each, labels in zip(found, self.labels)])


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


def controls_of(target: np.ndarray, split: Split, types: np.ndarray | None, *, task: Task, draws: int = CONTROLS,
                seed: int = 0) -> Controls:
    """So many control tasks: of `types` `(clip,)`, or a label a group where no types recur across groups.

    A label a group would be at chance in groups never heard, whatever the probe; so it is scored on held-out clips of
    the training groups. InputError where too few can be drawn.
    """
    check_controls(draws)
    rng = np.random.default_rng(seed)
    by_types = types is not None and types_recur(types, split)
    chosen = types if by_types and types is not None else split.groups
    within = split if by_types else within_groups(split, rng)
    drawn = (control_labels(chosen, target, rng=rng) for _ in range(ATTEMPTS * draws))
    fit = (labels for labels in drawn if task == "number"
           or all(len(np.unique(labels[part])) > 1 for part in (within.train, within.test)))
    found = tuple(islice(fit, draws))
    if len(found) < draws:
        raise InputError("no control task has two kinds of clips in train and in test: types or groups are too few, or "
                         "a class is too rare; give more clips, or other 'types'")
    return Controls(found, "types" if by_types else "groups", None if by_types else within, task)


def control_scores(rows: np.ndarray, target: np.ndarray, split: Split, types: np.ndarray | None, *, task: Task,
                   kind: str = "linear", draws: int = CONTROLS, seed: int = 0) -> tuple[np.ndarray, str]:
    """`(draw,)` scores on control tasks, and their kind."""
    controls = controls_of(target, split, types, task=task, draws=draws, seed=seed)
    layer = scaled(rows, split if controls.within is None else controls.within)
    return controls.scores(layer, kind=kind, seed=seed), controls.kind

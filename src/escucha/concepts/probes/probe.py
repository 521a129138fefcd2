"""What a probe reads of one property at one layer, on groups it has never heard.

Conventions: rows are `(clip, unit)`; whole groups are train, valid or test; the scaler hears train only, what can be
chosen is chosen on valid, and every number is of test.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escucha.concepts.probes.fits import PROBES, Reading, Scaled, check_kinds, scaled
from escucha.concepts.probes.scores import Task, chance, interval, score
from escucha.concepts.probes.selectivity import CONTROLS, Controls, controls_of
from escucha.concepts.probes.splits import Split
from escucha.errors import unknown


@dataclass(frozen=True)
class Probe:
    """What a probe reads of one property at one layer."""

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
    """One in the number of classes in test, which is what always saying the same scores; 0 for R^2."""
    control: float
    """Mean score on control tasks."""
    control_sd: float
    """Between control tasks."""
    control_kind: str
    """`types` that recur across groups, or `groups`, scored on held-out clips of the training groups."""
    penalty: float
    """Of the fit, chosen on valid; of the MLP its weight decay."""
    valid: float
    """Score on the groups that chose the penalty: what chooses among layers, so that no layer is chosen on test."""
    clips: int
    """In test."""
    groups: int
    """In test."""
    kind: str = "linear"
    """Of PROBES."""
    hidden: int = 0
    """Units in the hidden layer of the MLP, chosen on valid."""

    @property
    def selectivity(self) -> float:
        """Score minus control: near 0, the probe has learnt no more than it could of any labels.

        A control below chance (an R^2 below 0) is no memory at all: then chance is what is taken off, or selectivity
        would exceed the score itself.
        """
        return self.score - max(self.control, self.chance)

    @property
    def held(self) -> bool:
        """Above chance, and above what could be learnt by heart."""
        return self.low > self.chance and self.low > self.control


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer's rows, scaled once for every property that is asked of it."""

    name: str
    rows: np.ndarray
    """`(clip, unit)`."""
    split: Split
    within: Split | None = None
    """Where controls are a label a group: clips within the training groups."""

    @cached_property
    def scaled(self) -> Scaled:
        """On train."""
        return scaled(self.rows, self.split)

    @cached_property
    def for_controls(self) -> Scaled:
        """On the clips that control tasks are learned from."""
        return self.scaled if self.within is None else scaled(self.rows, self.within)

    @cached_property
    def whole(self) -> Scaled:
        """On all clips, which both ends of a code have."""
        every = np.ones(len(self.rows), dtype=bool)
        return scaled(self.rows, Split(every, every, every, self.split.groups))


def read(layer: Layer, target: np.ndarray, *, task: Task, kind: str = "linear", seed: int = 0) -> Reading:
    """What the best probe of this kind says of every clip; InputError for an unknown kind, or one class in train."""
    if kind not in PROBES:
        raise unknown("probe", kind, PROBES)
    check_kinds(target, layer.split.train, task)
    found, = PROBES[kind](layer.scaled, [target], task=task, seed=seed)
    return found


def measured(layer: Layer, target: np.ndarray, found: Reading, controls: Controls, *, subject: str, task: Task,
             kind: str = "linear", seed: int = 0) -> Probe:
    """The score of a reading on test, and on control tasks beside it."""
    test, valid = layer.split.test, layer.split.valid
    groups = layer.split.groups[test]
    low, high = interval(found.said[test], target[test], groups, task=task, seed=seed)
    scores = controls.scores(layer.for_controls, kind=kind, seed=seed)
    return Probe(subject, layer.name, task, score(found.said[test], target[test], task=task), low, high,
                 chance(target[test], task), float(scores.mean()), float(scores.std(ddof=1)), controls.kind,
                 found.penalty, score(found.said[valid], target[valid], task=task), int(test.sum()),
                 len(np.unique(groups)), kind, found.hidden)


def probe(rows: np.ndarray, target: np.ndarray, split: Split, types: np.ndarray | None, *, subject: str, layer: str,
          task: Task, kind: str = "linear", draws: int = CONTROLS, seed: int = 0) -> Probe:
    """Fit on train, score on test, and compare with control tasks; `types` `(clip,)`, None where none are known."""
    controls = controls_of(target, split, types, task=task, draws=draws, seed=seed)
    heard = Layer(layer, rows, split, controls.within)
    found = read(heard, target, task=task, kind=kind, seed=seed)
    return measured(heard, target, found, controls, subject=subject, task=task, kind=kind, seed=seed)

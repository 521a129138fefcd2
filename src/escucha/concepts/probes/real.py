"""A probe that has learned from rendered clips, asked about real ones."""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.probes.probe import Layer, read
from escucha.concepts.probes.scores import Task, chance, interval, score
from escucha.concepts.probes.splits import Split


@dataclass(frozen=True)
class Real:
    """What a probe learned from rendered clips reads of real ones."""

    subject: str
    layer: str
    kind: str
    task: Task
    score: float
    """On real clips: balanced accuracy over the classes that occur there, or R^2."""
    low: float
    high: float
    """95 % interval over real groups."""
    chance: float
    """One in the number of classes that occur there, which is what always saying the same scores; 0 for R^2."""
    rendered: float
    """The same probe's score on rendered test clips."""
    clips: int
    groups: int


def read_real(layer: Layer, target: np.ndarray, real_rows: np.ndarray, truth: np.ndarray, groups: np.ndarray, *,
              subject: str, task: Task, kind: str = "linear", seed: int = 0) -> Real:
    """Learned and chosen on the layer's train and valid, scaled by its train; scored on the real `(clip, unit)` rows.

    Nothing of the real clips is used to fit, choose or scale.
    """
    more = len(truth)
    none = np.zeros(more, dtype=bool)
    train, valid, test = (np.concatenate([part, none]) for part in
                          (layer.split.train, layer.split.valid, layer.split.test))
    split = Split(train, valid, test, np.concatenate([layer.split.groups, groups]))
    filled = np.concatenate([target, np.repeat(target[:1], more)])
    said = read(Layer(layer.name, np.concatenate([layer.rows, real_rows]), split), filled, task=task, kind=kind,
                seed=seed).said
    heard = said[-more:]
    low, high = interval(heard, truth, groups, task=task, seed=seed)
    return Real(subject, layer.name, kind, task, score(heard, truth, task=task), low, high, chance(truth, task),
                score(said[test], filled[test], task=task), more, len(np.unique(groups)))

"""Is it the training that put a property into a layer? A probe beside the same probe of something that learned nothing.

What random filters let through, or the loudness of mel bands tells, was in the sound: a probe that reads it shows
nothing about the network (Zhang and Bowman 2018, arXiv 1809.10040).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from escucha.audio.clip import Clip
from escucha.audio.spectrum import LogMel
from escucha.concepts.probes.scores import Task, gain, score
from escucha.concepts.probes.splits import Split

UNTRAINED = "untrained"
"""The same layer of the network before training (`escucha.models.untrained`)."""
ANYWHERE = "untrained-anywhere"
"""Whichever layer of the untrained network reads it best on valid: deep random layers lose what earlier ones tell, so
better than the same one may mean no more than that training carried it there."""
LOG_MEL = "log-mel"
"""Mean and spread of each mel band over the clip: what its sound colour and dynamics tell."""
MELS = 64


@dataclass(frozen=True)
class Beside:
    """A probe beside another on the same test clips."""

    subject: str
    layer: str
    kind: str
    """Of the probe."""
    baseline: str
    """UNTRAINED, ANYWHERE, LOG_MEL, or the kind of a simpler probe of the same layer."""
    score: float
    """Of the baseline."""
    gain: float
    """How much better the probe reads."""
    low: float
    high: float
    """95 % interval of the gain over test groups, both scored on the same draws of them."""

    @property
    def better(self) -> bool:
        """Beyond what the choice of test groups could make."""
        return self.low > 0


def beside(said: np.ndarray, other: np.ndarray, target: np.ndarray, split: Split, *, subject: str, layer: str,
           kind: str, baseline: str, task: Task, seed: int) -> Beside:
    """The answers of a probe `(clip,)` beside those of the baseline, on test."""
    test = split.test
    found = gain(said[test], other[test], target[test], split.groups[test], task=task, seed=seed)
    return Beside(subject, layer, kind, baseline, score(other[test], target[test], task=task), found.value, found.low,
                  found.high)


def with_statistics(clips: Iterable[Clip], rate: int, statistics: list[np.ndarray]) -> Iterator[Clip]:
    """The same clips; `statistics` gets a row of each, `(2 * MELS,)`: mean and standard deviation of each band in dB.
    """
    front = LogMel(rate, mels=MELS, top_db=80.0, exact=False)
    for clip in clips:
        with torch.no_grad():
            picture = front(torch.from_numpy(clip.wave.copy())[None])[0, 0].numpy()
        statistics.append(np.concatenate([picture.mean(axis=1), picture.std(axis=1)]))
        yield clip

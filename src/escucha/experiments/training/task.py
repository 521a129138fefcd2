"""What a training experiment hands to a learner, and what it gets back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus
from escucha.experiments.accuracy.scoring import tags_of, truth_of
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier, Link
from escucha.models.training_recipe import Recipe

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be learned, and how."""

    labels: tuple[str, ...]
    rate: int
    window: float
    """Seconds."""
    train: Corpus
    valid: Corpus
    front_end: Mapping[str, Any]
    network: Mapping[str, Any]
    recipe: Recipe
    features: Mapping[str, Any]
    head: Mapping[str, Any]
    folder: Path
    """Where a run that is killed leaves what it has."""
    link: Link = "softmax"
    """`sigmoid` where a clip may have several labels."""
    start: str = ""
    """The card of a network that is trained further; empty for a fresh one."""
    freeze: tuple[str, ...] = ()
    """Of that network: the layers that stay as they are."""

    @property
    def samples(self) -> int:
        """Of a window."""
        return round(self.window * self.rate)

    def targets(self, corpus: Corpus) -> np.ndarray:
        """`(clip,)` columns of `labels`, or where a clip may have several booleans `(clip, label)`."""
        return (truth_of if self.link == "softmax" else tags_of)(corpus.tracks, self.labels)

    def clips(self, corpus: Corpus, workbench: Workbench, doing: str) -> Iterator[Clip]:
        """The sounds of one part, at the task's rate."""
        return workbench.clips([track.source for track in corpus], rate=self.rate, doing=doing)


@dataclass(frozen=True, eq=False)
class Taught:
    """A classifier that has learned."""

    classifier: Classifier
    state: dict[str, Tensor]
    """What its card must keep."""
    layers: tuple[str, ...]
    size: str
    """How large it is, in words."""
    done: Callable[[], None]
    """To be called when card and weights are safe: removes what was kept for a resume."""
    history: "DataFrame | None" = None
    """One row an epoch, for what learns in epochs."""
    epoch: int = 0
    """The one that was kept."""
    features: Mapping[str, Any] = field(default_factory=dict)
    """Of a head: the card's `[features]`, with what was chosen in training."""

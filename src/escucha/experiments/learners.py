"""The kinds of learner a training experiment knows: from tracks to a classifier and what must be kept of it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import torch
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus
from escucha.experiments.scoring import truth_of
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.build import listener
from escucha.models.card import Card, Spectrum
from escucha.models.classifier import Classifier
from escucha.models.features import FEATURES
from escucha.models.sklearn_classifier import (
    SklearnClassifier,
    SvmSettings,
    decisions,
    feature_table,
    fit_scale,
    fit_svm,
)
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.training import Check, Examples, Recipe, fit
from escucha.models.weights.safe import prefixed

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
    spectrum: Spectrum
    network: Mapping[str, Any]
    recipe: Recipe
    svm: SvmSettings
    folder: Path
    """Where a run that is killed leaves what it has."""

    @property
    def samples(self) -> int:
        """Of a window."""
        return round(self.window * self.rate)

    def done(self) -> None:
        """Remove what was kept for a resume."""
        shutil.rmtree(self.folder, ignore_errors=True)


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
    """To be called when card and weights are safe."""
    history: "DataFrame | None" = None
    """One row an epoch, for what learns in epochs."""
    epoch: int = 0
    """The one that was kept."""


def teach_network(task: Task, workbench: Workbench) -> Taught:
    """A network on log-mels (`models/training.py`): the weights of the best validation epoch."""
    card = Card("", "network", task.labels, task.rate, task.window, "", "", spectrum=task.spectrum,
                network=dict(task.network))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.recipe.seed)
        module, layers = listener(card, "the experiment")
    whole = [_mels(module.front_end, _padded(clip, task.samples)[None])[0, 0]
             for clip in _clips(task.train, task, workbench, "log-mels")]
    train = Examples(whole, truth_of(task.train.tracks, task.labels))
    cut = [_mels(module.front_end, windows.cut(clip.wave, task.samples))
           for clip in _clips(task.valid, task, workbench, "log-mels")]
    check = Check(torch.cat(cut), np.repeat(np.arange(len(cut)), [len(clip) for clip in cut]),
                  truth_of(task.valid.tracks, task.labels))
    fitted = fit(module.network, train, check, recipe=task.recipe, folder=task.folder, progress=workbench.progress)
    module.eval().requires_grad_(False)
    classifier = TorchClassifier(module, task.labels, task.rate, task.samples, "softmax", layers)
    size = f"{sum(parameter.numel() for parameter in module.parameters()):,} parameters"
    return Taught(classifier, prefixed("network", fitted.state), layers, size, task.done, fitted.history, fitted.epoch)


def teach_svm(task: Task, workbench: Workbench) -> Taught:
    """A support vector machine on a table of window features; the table itself is what the card keeps."""
    table, owners = _features(task.train, task, workbench)
    targets = truth_of(task.train.tracks, task.labels)[owners]
    pipeline = fit_svm(table, targets, task.svm)
    checked, owned = _features(task.valid, task, workbench)
    decided = decisions(pipeline, checked)
    clips = np.stack([decided[owned == clip].mean(axis=0) for clip in range(len(task.valid))])
    scale = fit_scale(clips, truth_of(task.valid.tracks, task.labels))
    extract, names = FEATURES[task.svm.features]
    classifier = SklearnClassifier(pipeline, task.labels, task.rate, task.samples, extract, names, scale)
    state = {"features": torch.as_tensor(table), "targets": torch.as_tensor(targets), "scale": torch.tensor(scale)}
    size = f"{len(names)} features, {pipeline[-1].n_support_.sum()} support vectors of {len(table)} windows"
    return Taught(classifier, state, (), size, task.done)


LEARNERS: dict[str, Callable[[Task, Workbench], Taught]] = {"network": teach_network, "svm": teach_svm}
"""Card kind to the function that teaches one."""


def _clips(corpus: Corpus, task: Task, workbench: Workbench, doing: str) -> Iterator[Clip]:
    return workbench.clips([track.source for track in corpus], rate=task.rate, doing=doing)


def _padded(clip: Clip, samples: int) -> np.ndarray:
    """`(time,)`, at least a window long: training crops windows anywhere, so the clip stays whole."""
    return np.pad(clip.wave, (0, max(0, samples - len(clip.wave))))


@torch.no_grad()
def _mels(front_end: torch.nn.Module, waves: np.ndarray) -> Tensor:
    """`(wave, 1, mel, frame)` dB of `(wave, time)`."""
    return front_end(torch.tensor(waves))


def _features(corpus: Corpus, task: Task, workbench: Workbench) -> tuple[np.ndarray, np.ndarray]:
    """`(window, feature)` of every window, and the row of the track each belongs to."""
    waves = [windows.cut(clip.wave, task.samples) for clip in _clips(corpus, task, workbench, "cutting")]
    owners = np.repeat(np.arange(len(waves)), [len(piece) for piece in waves])
    table = feature_table([wave for piece in waves for wave in piece], task.rate, features=task.svm.features,
                          jobs=joblib.cpu_count())
    return table, owners

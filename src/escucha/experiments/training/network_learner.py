"""Teaching a network: from tracks to crops to the weights of the best validation epoch."""

import functools
import itertools
import shutil
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.training.task import Task, Taught
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.augmentation import fit_duration
from escucha.models.build import listener
from escucha.models.card import Card
from escucha.models.listener import Listener
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.training import fit
from escucha.models.training_crops import Examples, Waves
from escucha.models.training_freezing import frozen_layers
from escucha.models.training_hearing import whole_log_mel
from escucha.models.training_loss import Check
from escucha.models.training_recipe import Augment
from escucha.models.training_start import started
from escucha.models.weights.safe import prefixed


def teach_network(task: Task, workbench: Workbench) -> Taught:
    """A network (`models/training.py`): the weights of the best validation epoch.

    Crops are cut from whole-clip log-mels where that says the same as hearing the crop and nothing is changed in the
    wave; else from waves, heard through the front end each time.
    """
    module, layers = _module(task, workbench)
    freeze = frozen_layers(module.network, task.freeze)
    quickly = whole_log_mel(module.front_end) and not task.recipe.augment.chosen
    prepare = _spectrograms if quickly else _waves
    train, check = prepare(module.front_end, task, workbench)
    fitted = fit(module.network, train, check, recipe=task.recipe, folder=task.folder, freeze=freeze,
                 front_end=None if quickly else module.front_end, progress=workbench.progress)
    module.eval().requires_grad_(False)
    classifier = TorchClassifier(module, task.labels, task.rate, task.samples, task.link, layers)
    done = functools.partial(shutil.rmtree, task.folder, ignore_errors=True)
    size = f"{sum(parameter.numel() for parameter in module.parameters()):,} parameters"
    return Taught(classifier, prefixed("network", fitted.state), layers, size, done, fitted.history, fitted.epoch)


def _module(task: Task, workbench: Workbench) -> tuple[Listener, tuple[str, ...]]:
    """With fresh weights, or with those it starts from."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.recipe.seed)
        if task.start:
            return started(task.start, task.labels, workbench.home)
        return listener(Card("", "network", task.labels, task.rate, task.window, front_end=dict(task.front_end),
                             network=dict(task.network)), "the experiment")


def _spectrograms(front_end: torch.nn.Module, task: Task, workbench: Workbench) -> tuple[Examples, Check]:
    """Log-mels of whole training clips, and of every validation window."""
    whole = [_heard(front_end, wave[None])[0, 0] for wave in _training_waves(task, workbench)]
    cut = [_heard(front_end, piece) for piece in _validation_windows(task, workbench)]
    return Examples(whole, task.targets(task.train)), _check(cut, task)


def _waves(front_end: torch.nn.Module, task: Task, workbench: Workbench) -> tuple[Waves, Check]:
    """Whole training clips, which lie in a file and not in memory, and every validation window."""
    task.folder.mkdir(parents=True, exist_ok=True)
    kept, ends = task.folder / "waves.f32", [0]
    with kept.open("wb") as file:
        for wave in _training_waves(task, workbench):
            wave.astype(np.float32).tofile(file)
            ends.append(ends[-1] + len(wave))
    together = np.memmap(kept, dtype=np.float32, mode="r")
    waves = [together[first:last] for first, last in itertools.pairwise(ends)]
    cut = [torch.tensor(piece) for piece in _validation_windows(task, workbench)]
    return Waves(waves, task.targets(task.train), task.rate), _check(cut, task)


def _check(cut: list[Tensor], task: Task) -> Check:
    owners = np.repeat(np.arange(len(cut)), [len(piece) for piece in cut])
    return Check(torch.cat(cut), owners, task.targets(task.valid))


def _validation_windows(task: Task, workbench: Workbench) -> Iterator[np.ndarray]:
    """`(window, time)` of each validation clip, as the deployed classifier cuts it."""
    return (windows.cut(clip.wave, task.samples) for clip in task.clips(task.valid, workbench, "validation clips"))


def _training_waves(task: Task, workbench: Workbench) -> Iterator[np.ndarray]:
    """`(time,)` of each training clip, at least a window long: crops are cut anywhere, so the clip stays whole."""
    for track, clip in zip(task.train, task.clips(task.train, workbench, "training clips")):
        wave = _prepared(track, clip, task.recipe.augment)
        yield np.pad(wave, (0, max(0, task.samples - len(wave))))


def _prepared(track: Track, clip: Clip, augment: Augment) -> np.ndarray:
    """Without the seconds that are skipped, and fitted to a duration where one is asked for."""
    first, last = (round(seconds * clip.rate) for seconds in (augment.skip_start, augment.skip_end))
    wave = clip.wave[first : max(0, len(clip.wave) - last)]
    if not len(wave):
        raise InputError(f"nothing is left of {track.name!r}, {clip.duration:.2f} s long, without the first "
                         f"{augment.skip_start:g} and the last {augment.skip_end:g} s; skip less")
    return wave if augment.fit is None else fit_duration(wave, clip.rate, augment.fit)


@torch.no_grad()
def _heard(front_end: torch.nn.Module, waves: np.ndarray) -> Tensor:
    """What the front end makes of `(wave, time)`."""
    return front_end(torch.tensor(waves))

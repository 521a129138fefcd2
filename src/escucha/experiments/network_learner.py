"""Teaching a network: from tracks to log-mels to the weights of the best validation epoch."""

import functools
import shutil

import numpy as np
import torch
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.experiments.scoring import truth_of
from escucha.experiments.task import Task, Taught
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.build import classifier_of, listener
from escucha.models.card import Card
from escucha.models.training import Check, Examples, fit
from escucha.models.weights.safe import prefixed


def teach_network(task: Task, workbench: Workbench) -> Taught:
    """A network on log-mels (`models/training.py`): the weights of the best validation epoch."""
    card = Card("", "network", task.labels, task.rate, task.window, front_end=dict(task.front_end),
                network=dict(task.network))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.recipe.seed)
        module, layers = listener(card, "the experiment")
    whole = [_mels(module.front_end, _padded(clip, task.samples)[None])[0, 0]
             for clip in task.clips(task.train, workbench, "log-mels")]
    train = Examples(whole, truth_of(task.train.tracks, task.labels))
    cut = [_mels(module.front_end, windows.cut(clip.wave, task.samples))
           for clip in task.clips(task.valid, workbench, "log-mels")]
    check = Check(torch.cat(cut), np.repeat(np.arange(len(cut)), [len(clip) for clip in cut]),
                  truth_of(task.valid.tracks, task.labels))
    fitted = fit(module.network, train, check, recipe=task.recipe, folder=task.folder, progress=workbench.progress)
    module.eval().requires_grad_(False)
    classifier = classifier_of(module, layers, labels=task.labels, rate=task.rate, window=task.samples, link="softmax")
    done = functools.partial(shutil.rmtree, task.folder, ignore_errors=True)
    size = f"{sum(parameter.numel() for parameter in module.parameters()):,} parameters"
    return Taught(classifier, prefixed("network", fitted.state), layers, size, done, fitted.history, fitted.epoch)


def _padded(clip: Clip, samples: int) -> np.ndarray:
    """`(time,)`, at least a window long: training crops windows anywhere, so the clip stays whole."""
    return np.pad(clip.wave, (0, max(0, samples - len(clip.wave))))


@torch.no_grad()
def _mels(front_end: torch.nn.Module, waves: np.ndarray) -> Tensor:
    """`(wave, 1, mel, frame)` dB of `(wave, time)`."""
    return front_end(torch.tensor(waves))

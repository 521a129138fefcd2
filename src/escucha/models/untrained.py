"""The network before it learned anything: the same architecture, its weights drawn anew.

What can be read off its layers as well as off the trained one's was not learned: the sound tells it, and random filters
let it through (Conneau et al. 2018, arXiv 1805.01070; Pons and Serra 2019, arXiv 1805.00237).
"""

import copy
from dataclasses import replace
from inspect import signature

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from escucha.errors import InputError
from escucha.models.classifier import Classifier
from escucha.models.taps import listening
from escucha.models.torch_classifier import BATCH, TorchClassifier


def untrained(classifier: Classifier, waves: np.ndarray, *, seed: int = 0) -> TorchClassifier:
    """The classifier as if it had never been trained; the one given is left as it is.

    Every module begins as its `reset_parameters` says, or as `_init_weights(part)` of a whole does, as Hugging Face's
    have it. Batch norms then hear `waves` `(batch, window)` once, in training mode, and keep their statistics: those
    that a first step of training would use, so that random layers are not silenced by the sound's level. Other buffers
    are constants of the architecture and stay. InputError for what is no torch network with weights, and where some of
    them do not say how they begin.
    """
    module = copy.deepcopy(check(classifier).module)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        _forget(module)
    _settle(module, waves)
    return replace(check(classifier), module=module)


def check(classifier: Classifier) -> TorchClassifier:
    """The classifier, if it is a torch network with weights; InputError otherwise."""
    if not isinstance(classifier, TorchClassifier) or next(classifier.module.parameters(), None) is None:
        raise InputError("the model is no torch network with weights, so there is no untrained one to compare with")
    return classifier


def begin(module: nn.Module) -> bool:
    """Draw the module's weights as torch begins to train it; False where it does not say how."""
    draw = getattr(module, "reset_parameters", getattr(module, "_reset_parameters", None))
    if not callable(draw):
        return False
    drawn = getattr(module, "parametrizations", ())
    with parametrize.cached():  # a weight made of others is drawn whole, and then told to them
        draw()
        made = {name: getattr(module, name) for name in drawn}
    for name, weight in made.items():
        setattr(module, name, weight)
    return True


def _forget(module: nn.Module) -> None:
    """What is inside first, so that a whole may draw its parts otherwise; InputError where something is not drawn."""
    for weight in module.parameters():
        nn.init.constant_(weight, float("nan"))
        vars(weight).pop("_is_hf_initialized", None)  # Hugging Face would not draw again what it has loaded
    for part in reversed(list(module.modules())):
        begin(part)
        within = getattr(part, "_init_weights", None)
        if callable(within) and len(signature(within).parameters) == 1:
            part.apply(within)
    kept = [name for name, weight in module.named_parameters() if bool(weight.isnan().any())]
    if kept:
        raise InputError(f"the module of {kept[0]} does not say how its weights begin, so there is no untrained "
                         "network to compare with; give it a method reset_parameters")


def _settle(module: nn.Module, waves: np.ndarray) -> None:
    """Statistics of batch norms from these waves, each wave counting alike."""
    norms = [part for part in module.modules() if getattr(part, "running_mean", None) is not None]
    if not norms:
        return
    paces = [part.momentum for part in norms]
    device = next(module.parameters()).device
    with listening(module), torch.no_grad():
        for part in norms:
            part.reset_running_stats()  # type: ignore[operator]
            part.momentum = None  # type: ignore[assignment]
            part.train()
        for piece in np.array_split(waves, -(-len(waves) // BATCH)):
            module(torch.tensor(piece, device=device))
    for part, pace in zip(norms, paces):
        part.momentum = pace

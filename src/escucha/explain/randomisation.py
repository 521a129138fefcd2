"""Does an explanation depend on what the network learned? Reset the weights, layer by layer, and see.

An explanation that stays as it was when the network's weights are drawn anew tells of the sound, not of the network
(Adebayo et al. 2018, arXiv 1810.03292). Weights are reset cascading from the answer to the sound, on a copy.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from escucha.errors import InputError
from escucha.models.classifier import Classifier

if TYPE_CHECKING:
    from torch import nn

    from escucha.models.torch_classifier import TorchClassifier


@dataclass(frozen=True, eq=False)
class Reset:
    """A classifier that has forgotten a layer, and all layers above it."""

    layer: str
    """The one that was reset last."""
    classifier: "TorchClassifier"


def network(classifier: Classifier) -> "TorchClassifier":
    """The classifier, if it is a torch network whose weights can be reset; InputError otherwise."""
    from escucha.models.torch_classifier import TorchClassifier

    if not isinstance(classifier, TorchClassifier) or not _layers(classifier):
        raise InputError("the model is no torch network with weights: there is nothing that could be reset layer by "
                         "layer; leave the randomisation out")
    return classifier


def resets(classifier: Classifier, *, seed: int = 0) -> Iterator[Reset]:
    """The classifier with its last layer reset, then with the last two, ... , then with all.

    A layer is one that the classifier names, with all weights inside it, or else a module with weights of its own. Of
    a network with views the last layer of each view goes first, then the last but one of each. The classifier itself
    is left as it is.
    """
    from torch import random

    worn = replace(asked := network(classifier), module=copy.deepcopy(asked.module))
    for at, (layer, modules) in enumerate(_layers(worn)):
        with random.fork_rng(devices=[]):
            random.manual_seed(int(np.random.SeedSequence([seed, at]).generate_state(1)[0]))
            for module in modules:
                _reset(module)
        yield Reset(layer, replace(worn, module=copy.deepcopy(worn.module)))


def _layers(classifier: "TorchClassifier") -> list[tuple[str, list["nn.Module"]]]:
    """Names of layers and the modules in them that hold weights, from the answer to the sound."""
    holders = [(name, module) for name, module in classifier.module.named_modules()
               if any(True for _ in module.parameters(recurse=False))]

    def home(holder: tuple[str, "nn.Module"]) -> str:
        inside = [layer for layer in classifier.layers if f"{holder[0]}.".startswith(f"{layer}.")]
        return max(inside, key=len, default=holder[0])

    found = [(layer, [module for _, module in inside]) for layer, inside in groupby(reversed(holders), home)]
    return [found[at] for at in _by_depth([layer for layer, _ in found], getattr(classifier, "views", ()))]


def _by_depth(layers: Sequence[str], views: Sequence[str]) -> list[int]:
    """Places of the layers by their distance from the answer: views stand side by side, not one behind the other."""
    seen: Counter[str] = Counter()
    depth = {}
    for at, layer in enumerate(layers):
        for view in views:
            if f"{layer}.".startswith(f"network.{view}."):
                depth[at], seen[view] = seen[view], seen[view] + 1
    moved = dict(zip(depth, sorted(depth, key=depth.__getitem__)))
    return [moved.get(at, at) for at in range(len(layers))]


def _reset(module: "nn.Module") -> None:
    """As torch begins to train it; a module that does not say how gets noise of its own mean and spread."""
    import torch

    from escucha.models.untrained import begin

    if begin(module):
        return
    with torch.no_grad():
        for weight in module.parameters(recurse=False):
            weight.normal_(float(weight.mean()), float(weight.std(unbiased=False)))

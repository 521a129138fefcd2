"""The same network with a last layer that learned other labels: does an explanation notice?

A network that learned shuffled labels has learned nothing of music (Adebayo et al. 2018, "data randomisation"). To
train one anew is expensive; here its last linear layer alone learns again, on windows whose labels are given.
"""

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from escucha.errors import InputError
from escucha.explain.randomisation import network
from escucha.models.classifier import Classifier

if TYPE_CHECKING:
    from torch import nn

    from escucha.models.torch_classifier import TorchClassifier

STRENGTH = 1.0
"""Inverse of the penalty of the logistic regression (scikit-learn's C), on standardised inputs."""
UNHEARD = -10.0
"""The logit of a label that no window has."""


def refitted(classifier: Classifier, waves: np.ndarray, labels: np.ndarray) -> "TorchClassifier":
    """A copy whose last linear layer learned that waves `(batch, window)` have `labels` (batch,), columns.

    InputError for a model without such a layer, for one that gives each label by itself, and for one label only.
    """
    asked = network(classifier)
    if asked.link != "softmax":
        raise InputError("the model gives each label by itself; a last layer that learns one label a clip is for a "
                         "softmax model")
    if len(set(labels.tolist())) < 2:
        raise InputError(f"all windows have the label {asked.labels[int(labels[0])]!r}: nothing could be learned of it")
    fresh = replace(asked, module=copy.deepcopy(asked.module))
    last = _last(fresh)
    weight, bias = _fit(_heard(fresh, last, waves), labels, len(asked.labels))
    _set(last, weight, bias)
    return fresh


def _last(classifier: "TorchClassifier") -> "nn.Linear":
    from torch import nn

    found = [module for module in classifier.module.modules()
             if isinstance(module, nn.Linear) and module.out_features == len(classifier.labels)]
    if not found or found[-1].bias is None:
        raise InputError("the model's last layer is not a linear one with a bias; leave the shuffled labels out")
    return found[-1]


def _heard(classifier: "TorchClassifier", layer: "nn.Linear", waves: np.ndarray) -> np.ndarray:
    """`(batch, unit)`: what comes into the layer."""
    pieces: list[np.ndarray] = []
    hook = layer.register_forward_pre_hook(lambda _, given: pieces.append(given[0].detach().cpu().numpy()))
    try:
        classifier.scores(waves)
    finally:
        hook.remove()
    heard = np.concatenate(pieces)
    if heard.shape != (len(waves), layer.in_features):
        raise InputError(f"the model's last layer hears {heard.shape} for {len(waves)} windows, not one row a window; "
                         "leave the shuffled labels out")
    return heard


def _fit(heard: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights `(label, unit)` and biases `(label,)` of a logistic regression, for inputs as they are."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = heard.mean(axis=0), heard.std(axis=0) + 1e-6
    found = LogisticRegression(C=STRENGTH, max_iter=2000).fit((heard - mean) / spread, labels)
    slopes, starts = found.coef_, found.intercept_
    if len(slopes) == 1:  # of two labels scikit-learn keeps the second one's log-odds
        slopes, starts = np.concatenate([-slopes, slopes]) / 2, np.concatenate([-starts, starts]) / 2
    weight, bias = np.zeros((count, heard.shape[1])), np.full(count, UNHEARD)
    weight[found.classes_], bias[found.classes_] = slopes / spread, starts - slopes @ (mean / spread)
    return weight, bias


def _set(layer: "nn.Linear", weight: np.ndarray, bias: np.ndarray) -> None:
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(weight))
        layer.bias.copy_(torch.as_tensor(bias))

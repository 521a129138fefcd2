"""From weights as another library names them to a torch network's state.

Conventions: found weights are `{"layer/weight": array}` (weights/keras.py, weights/tensorflow.py); `names` says for
each part of the network that has weights what its layer may be called in such files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.models.networks.keras_layers import PreResetGru
from escucha.models.weights.kernels import Kernels, conv2d, dense, plain

ALIASES = {"kernel": ("kernel", "W"), "bias": ("bias", "b"), "gamma": ("gamma",), "beta": ("beta",),
           "mean": ("moving_mean", "running_mean"), "variance": ("moving_variance", "running_std")}
"""Keras 2's and Keras 1's names; what Keras 1 calls `running_std` is the variance."""


@dataclass(frozen=True)
class Layer:
    """The weights of one layer of a file."""

    name: str
    weights: Mapping[str, np.ndarray]
    kernels: Kernels
    where: str

    def get(self, *names: str) -> tuple[np.ndarray, str]:
        """The first weight with one of these names, and how to speak of it; InputError where there is none."""
        for name in names:
            if name in self.weights:
                return self.weights[name], f"{self.name}/{name} in {self.where}"
        raise InputError(f"layer {self.name!r} in {self.where} lacks the weight {names[0]!r} (it has: "
                         f"{', '.join(self.weights)}); are these the weights of this card?")


def adopt(network: nn.Module, names: Mapping[str, tuple[str, ...]], found: Mapping[str, np.ndarray], *,
          kernels: Kernels, where: str) -> dict[str, Tensor]:
    """The state of `network` that the weights found in the file `where` make.

    InputError, in one line, for a missing layer, a wrong shape, and for what is not finite, or no real numbers.
    """
    state = dict(network.state_dict())
    for part, called in names.items():
        layer, module = _layer(found, called, kernels, where), network.get_submodule(part)
        convert = next(made for kind, made in CONVERTERS.items() if isinstance(module, kind))
        for name, array in convert(module, layer).items():
            state[f"{part}.{name}"] = _tensor(array, f"the weights of layer {layer.name!r} in {where}")
    return state


def _tensor(array: np.ndarray, what: str) -> Tensor:
    if array.dtype.kind not in "fiu":
        raise InputError(f"{what} are no real numbers ({array.dtype}); download them again")
    with np.errstate(over="ignore"):
        # copied: a turned kernel has strides that torch does not know, a read file cannot be written to
        numbers = np.array(array, dtype=np.float32, order="C")
    if not np.isfinite(numbers).all():
        raise InputError(f"{what} are not finite; download them again")
    return torch.from_numpy(numbers)


def _layer(found: Mapping[str, np.ndarray], called: tuple[str, ...], kernels: Kernels, where: str) -> Layer:
    for name in called:
        weights = {key.removeprefix(f"{name}/"): array for key, array in found.items() if key.startswith(f"{name}/")}
        if weights:
            return Layer(name, weights, kernels, where)
    held = ", ".join(dict.fromkeys(key.split("/")[0] for key in found))
    raise InputError(f"{where} lacks the layer {called[0]!r} (it holds: {held}); are these the weights of this card?")


def _conv(module: nn.Conv2d, layer: Layer) -> dict[str, np.ndarray]:
    kernel, what = layer.get(*ALIASES["kernel"])
    return {"weight": conv2d(kernel, layer.kernels, tuple(module.weight.shape), what),
            "bias": _plain(layer, "bias", module.bias)}


def _linear(module: nn.Linear, layer: Layer) -> dict[str, np.ndarray]:
    kernel, what = layer.get(*ALIASES["kernel"])
    return {"weight": dense(kernel, tuple(module.weight.shape), what), "bias": _plain(layer, "bias", module.bias)}


def _norm(module: nn.BatchNorm2d, layer: Layer) -> dict[str, np.ndarray]:
    own = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "variance"}
    state = {ours: _plain(layer, theirs, module.running_mean) for ours, theirs in own.items()}
    if (state["running_var"] < 0).any():
        raise InputError(f"the variances of layer {layer.name!r} in {layer.where} are below 0; download it again")
    return state


def _gru(module: PreResetGru, layer: Layer) -> dict[str, np.ndarray]:
    """Three gates by name (Keras 1), or side by side in one array (Keras 2 with `reset_after=False`)."""
    letters = {"kernel": ("W", "kernel"), "recurrent": ("U", "recurrent_kernel"), "bias": ("b", "bias")}
    state = {}
    for ours, (letter, joined) in letters.items():
        shape = tuple(getattr(module, ours).shape)
        if joined in layer.weights:
            side_by_side = plain(layer.weights[joined], (*shape[1:-1], 3 * shape[-1]), f"{layer.name}/{joined}")
            state[ours] = np.stack(np.split(side_by_side, 3, axis=-1))
        else:
            gates = [layer.get(f"{letter}_{gate}") for gate in "zrh"]
            state[ours] = np.stack([plain(array, shape[1:], what) for array, what in gates])
    return state


def _plain(layer: Layer, name: str, like: Tensor | None) -> np.ndarray:
    array, what = layer.get(*ALIASES[name])
    return plain(array, () if like is None else tuple(like.shape), what)


CONVERTERS: dict[type[nn.Module], Callable[..., dict[str, np.ndarray]]] = {
    nn.Conv2d: _conv, nn.Linear: _linear, nn.BatchNorm2d: _norm, PreResetGru: _gru}
"""Kind of module to the function that makes its state of (module, layer)."""

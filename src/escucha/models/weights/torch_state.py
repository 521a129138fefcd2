"""Weights as `torch.save` leaves them: a state dict, read without running anything of it.

VGGish's public weights are such a file (`vggish-10086976.pth` of github.com/harritaylor/torchvggish; its layers are
`features.N` and `embeddings.N`). Conventions: weights are `{"layer/weight": array}`, as adopt.py takes them.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from escucha.errors import InputError
from escucha.models.weights.files import first_bytes


def read_torch(path: Path) -> dict[str, np.ndarray]:
    """`{"layer/kernel" | "layer/bias": array}` of the convolutions and dense layers of a state dict.

    InputError for a stand-in (a pointer, a web page), a file that is cut short, and one that holds anything but tensors
    by name: torch's `weights_only` refuses the rest before it could run.
    """
    first_bytes(path)
    state = _loaded(path)
    if not isinstance(state, Mapping) or not state or not all(map(_is_weight, state.items())):
        raise InputError(f"{path} does not hold tensors by name; save a state dict: torch.save(network.state_dict(), "
                         "FILE)")
    try:
        return dict(_named(name, tensor.detach().numpy()) for name, tensor in state.items())
    except (RuntimeError, TypeError) as error:  # bfloat16, sparse, quantized: numpy has no such arrays
        raise InputError(f"{path} holds tensors that are not plain numbers ({error}); save them as float32") from None


def _loaded(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "weights_only" not in str(error).lower():
            raise InputError(f"{path} is no file of torch weights, or a damaged one; download it again") from None
        raise InputError(f"{path} holds more than tensors, which could run when it is opened; save a state dict: "
                         "torch.save(network.state_dict(), FILE)") from None
    except Exception as error:  # what torch raises for a file that is cut or damaged depends on where it is
        raise InputError(f"{path} is no whole file of torch weights ({type(error).__name__}); download it "
                         "again") from None


def _is_weight(item: tuple[object, object]) -> bool:
    name, tensor = item
    return isinstance(name, str) and isinstance(tensor, Tensor) and "." in name


def _named(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    layer, weight = name.rsplit(".", 1)
    if weight != "weight":
        return f"{layer}/{weight}", array
    return f"{layer}/kernel", array.T if array.ndim == 2 else array  # dense kernels are (in, out) elsewhere

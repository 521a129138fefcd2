"""Weights saved by Keras 1 and 2 as HDF5, read without Keras.

Conventions: `{"layer/weight": array}` in the file's order, arrays as they were saved (kernels are not turned here; see
weights/kernels.py). A weight's name is freed of what Keras and TensorFlow hang on it: `conv1_W_1:0` in layer `conv1`
is `conv1/W`, `conv2d_1/kernel:0` in layer `conv2d_1` is `conv2d_1/kernel`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from escucha.errors import InputError
from escucha.models.weights.files import LARGEST, first_bytes


def read_keras(path: Path) -> dict[str, np.ndarray]:
    """The weights of a `save_weights` or a `save` file; layers without weights are left out.

    InputError for a missing file, a Git LFS pointer, a web page, a file that is not HDF5 or ends early, and one
    without Keras' layers.
    """
    first_bytes(path)
    if not h5py.is_hdf5(path):
        raise InputError(f"{path} is not HDF5, so not Keras' weights; check the file, or `format` in the card")
    try:
        with h5py.File(path, "r") as file:
            return dict(_weights(file.get("model_weights", file), path))
    except InputError:
        raise
    except (OSError, KeyError, RuntimeError, AttributeError, TypeError, ValueError) as error:
        # the last three: a group in the place of numbers, a list of names that is none
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is damaged or ends early ({reason}); download it again") from None


def _weights(root: Any, path: Path) -> Iterator[tuple[str, np.ndarray]]:
    layers, budget = _listed(root, "layer_names"), LARGEST
    if not layers:
        raise InputError(f"{path} holds no layers of Keras 1 or 2 (no 'layer_names'); save it with `save_weights` of "
                         "one of these")
    for layer in layers:
        names = _listed(root[layer], "weight_names")
        plain = [plain_name(layer, name) for name in names]
        for name, short in zip(names, plain if len(set(plain)) == len(plain) else names):
            array = root[layer][name]
            budget -= array.nbytes  # declared, not stored: a small file can claim to hold anything
            if array.file.filename != root.file.filename or array.external or array.is_virtual or budget < 0:
                raise InputError(f"{name!r} in {path} is kept outside the file or is too large; it will not be read")
            yield f"{layer}/{short}", np.asarray(array)


def plain_name(layer: str, weight: str) -> str:
    """A weight's name without its layer's, and without TensorFlow's number of the output and of the copy.

    >>> plain_name("conv1", "conv1_W_1:0"), plain_name("gru1", "gru1_U_z"), plain_name("dense", "dense/kernel:0")
    ('W', 'U_z', 'kernel')
    """
    short = weight.removeprefix(f"{layer}/").removeprefix(f"{layer}_")
    return re.sub(r"_\d+$", "", short.removesuffix(":0")) if short.endswith(":0") else short


def _listed(group: Any, attribute: str) -> list[str]:
    """A list of names; Keras splits one that is too long for HDF5 over `attribute0`, `attribute1`, ..."""
    if attribute in group.attrs:
        parts = [group.attrs[attribute]]
    else:
        count = next(at for at in range(len(group.attrs) + 1) if f"{attribute}{at}" not in group.attrs)
        parts = [group.attrs[f"{attribute}{at}"] for at in range(count)]
    return [name.decode() if isinstance(name, bytes) else str(name) for part in parts for name in part]

"""Whose kernels are these? The order and the direction in which a library keeps them, made explicit.

Theano computes true convolutions: it turns a kernel by 180 degrees before it slides it, where TensorFlow and torch
slide it as it is. Files of the two have the same names and shapes; a kernel taken for the other's is a mirrored ear
that still answers. Keras 1 could besides keep kernels channels first with either; which one shows in the shapes.
"""

from typing import Literal, get_args

import numpy as np

from escucha.errors import InputError, unknown

Kernels = Literal["theano", "tensorflow"]
"""Of which backend a file's kernels are."""


def other(kernels: Kernels) -> Kernels:
    """The order that these kernels are not in."""
    return "tensorflow" if kernels == "theano" else "theano"


def conv2d(kernel: np.ndarray, kernels: Kernels, shape: tuple[int, ...], what: str = "a kernel") -> np.ndarray:
    """A kernel as torch slides it, `shape` = `(out, in, height, width)`; InputError where it has no such shape.

    >>> conv2d(np.arange(6.0).reshape(1, 1, 2, 3), "theano", (1, 1, 2, 3))[0, 0].tolist()
    [[5.0, 4.0, 3.0], [2.0, 1.0, 0.0]]
    """
    if kernels not in get_args(Kernels):
        raise unknown("kernels", kernels, get_args(Kernels), what)
    last = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel
    fitting = {"theano": kernel, "tensorflow": last}  # each one's own order first, where both would fit
    found = next((array for array in (fitting[kernels], fitting[other(kernels)]) if array.shape == shape), None)
    if found is None:
        raise _misfit(what, kernel, shape)
    return found[:, :, ::-1, ::-1] if kernels == "theano" else found


def dense(kernel: np.ndarray, shape: tuple[int, ...], what: str = "a kernel") -> np.ndarray:
    """A dense layer's `(in, out)` as torch keeps it, `shape` = `(out, in)`."""
    if kernel.T.shape != shape:
        raise _misfit(what, kernel, shape[::-1])
    return kernel.T


def plain(array: np.ndarray, shape: tuple[int, ...], what: str = "a weight") -> np.ndarray:
    """A weight that all libraries keep alike."""
    if array.shape != shape:
        raise _misfit(what, array, shape)
    return array


def _misfit(what: str, array: np.ndarray, shape: tuple[int, ...]) -> InputError:
    return InputError(f"{what} has the shape {array.shape} where the network needs {shape}; are these the weights of "
                      "this card?")

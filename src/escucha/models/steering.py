"""A layer of a torch module gives something else than it would: what follows from that.

Conventions: `put` makes of a layer's output `(batch, ...)` its changed outputs one after the other, `(change * batch,
...)`; waves of a batch do not hear each other in evaluation mode, so all changes go on as one larger batch.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.models.classifier import Change

Put = Callable[[Tensor], Tensor]

AT_ONCE = 256
"""Waves, changed ones counted each, that go on together: bounds memory."""


def applied(changes: Sequence[Change], heard: Tensor, layer: str) -> Tensor:
    """`(change * batch, *unit)` of activations `(batch, *unit)`; InputError for another shape or what is not finite."""
    given = [np.asarray(change(heard.cpu().numpy())) for change in changes]
    for one in given:
        if one.shape != tuple(heard.shape) or not np.isfinite(one).all():
            raise InputError(f"a change of layer {layer!r} should give finite numbers of the shape "
                             f"{tuple(heard.shape)}, got {one.shape}")
    return torch.as_tensor(np.concatenate(given), dtype=heard.dtype, device=heard.device)


def scores_when(module: nn.Module, waves: Tensor, layer: str, put: Put, count: int) -> Tensor:
    """`(change, batch, label)` of waves `(batch, window)`, for the `count` changes that `put` makes.

    A module that joins the layer's output with something of the plain batch (a branch beside it) cannot take them
    all at once; it is then asked about one change after the other.
    """
    if count == 1:
        return _passed(module, waves, layer, put)[None]
    pieces = waves.split(max(1, AT_ONCE // count))
    try:
        found = [_passed(module, piece, layer, put).unflatten(0, (count, len(piece))) for piece in pieces]
    except RuntimeError:  # of the shapes: a branch beside the layer has heard the plain batch alone
        return torch.stack([_passed(module, waves, layer, _only(put, at, count)) for at in range(count)])
    return torch.cat(found, dim=1)


def _only(put: Put, at: int, count: int) -> Put:
    return lambda told: put(told).unflatten(0, (count, len(told)))[at]


def _passed(module: nn.Module, waves: Tensor, layer: str, put: Put) -> Tensor:
    with _changed(module, layer, put) as heard:
        scores = module(waves)
    if not heard:
        raise InputError(f"layer {layer!r} is not used when the module listens; name one that is")
    return scores


@contextmanager
def _changed(module: nn.Module, layer: str, put: Put) -> Iterator[list[int]]:
    """While the block runs the layer gives `put(output)`, of a tuple its first element; yields the sizes of batches."""
    heard: list[int] = []

    def hook(part: nn.Module, inputs: Any, output: Any) -> Any:
        first = output[0] if isinstance(output, tuple) else output
        heard.append(len(first))
        return (put(first), *output[1:]) if isinstance(output, tuple) else put(first)

    handle = module.get_submodule(layer).register_forward_hook(hook)
    try:
        yield heard
    finally:
        handle.remove()

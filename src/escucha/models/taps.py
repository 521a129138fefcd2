"""Listening in on a torch module: hooks that are gone when the block has ended.

Conventions: a layer is the dotted name of a submodule, as in `module.named_modules()`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from escucha.errors import InputError


@contextmanager
def listening(module: nn.Module) -> Iterator[None]:
    """Evaluation mode (no dropout, batch norm as trained), each submodule put back as it was."""
    was = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in was:
            part.training = training


@contextmanager
def tapped(module: nn.Module, layers: Sequence[str], *, differentiable: bool = False) -> Iterator[dict[str, Tensor]]:
    """What the layers give while the block runs, `{layer: (batch, *unit)}`; the hooks are gone after it.

    A layer that gives a tuple (a recurrent one) is tapped at its first element. With `differentiable` a gradient can
    be taken with respect to each tap, also where no parameter asks for one.
    """
    taps: dict[str, Tensor] = {}
    parts = dict(module.named_modules())
    handles = []
    try:
        for layer in dict.fromkeys(layers):
            handles.append(parts[layer].register_forward_hook(_tap(taps, layer, differentiable)))
        yield taps
    finally:
        for handle in handles:
            handle.remove()


def _tap(taps: dict[str, Tensor], layer: str, differentiable: bool) -> Callable[..., Any]:
    def hook(part: nn.Module, inputs: Any, output: Any) -> Any:
        if layer in taps:
            raise InputError(f"layer {layer!r} is used twice in one pass, so it has no one activation; name another")
        first = output[0] if isinstance(output, tuple) else output
        if not isinstance(first, Tensor):
            raise InputError(f"layer {layer!r} gives {type(first).__name__}, not a tensor; name a layer inside it")
        taps[layer] = first.requires_grad_() if differentiable and not first.requires_grad else first
        onward = taps[layer].clone()  # what comes next may work in place; the tap must stay as it was
        return (onward, *output[1:]) if isinstance(output, tuple) else onward

    return hook


def all_heard(taps: dict[str, Tensor], layers: Sequence[str]) -> dict[str, Tensor]:
    """The taps of these layers, in their order; InputError for one that the module did not use."""
    for layer in layers:
        if layer not in taps:
            raise InputError(f"layer {layer!r} is not used when the module listens; name one that is")
    return {layer: taps[layer] for layer in layers}

"""Parts of a network that training leaves as they are: no gradient, and batch norms keep their statistics."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase

from torch import nn

from escucha.errors import InputError, unknown


def frozen_layers(network: nn.Module, names: Sequence[str]) -> tuple[str, ...]:
    """The submodules that `names` mean: a layer with all it holds, or several by a pattern such as `block*`.

    A card's layers are called `network.<name>`; both ways of saying it are known. InputError, with the nearest layer,
    for a name of none, and where nothing is left that could learn.
    """
    known = [name for name, part in network.named_modules() if name and any(part.state_dict())]
    found: list[str] = []
    for name in names:
        bare = name.removeprefix("network.")
        matching = [layer for layer in known if fnmatchcase(layer, bare)]
        if not matching:
            raise unknown("layer", name, (f"network.{layer}" for layer in known), "'freeze'")
        found += matching
    left = [name for name, _ in network.named_parameters() if not any(_holds(layer, name) for layer in found)]
    if not left:
        raise InputError(f"'freeze' names every layer that could learn ({', '.join(names)}); leave one out")
    return tuple(dict.fromkeys(found))


def _holds(layer: str, name: str) -> bool:
    return name.startswith(f"{layer}.")


@contextmanager
def frozen(network: nn.Module, layers: Sequence[str]) -> Iterator[list[nn.Module]]:
    """The parts of these layers, without gradients while the block runs; they must be kept in evaluation mode."""
    parts = [network.get_submodule(layer) for layer in layers]
    was = {name: parameter.requires_grad for name, parameter in network.named_parameters()}
    try:
        for part in parts:
            part.requires_grad_(False)
        yield parts
    finally:
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(was[name])

"""Which layer Grad-CAM looks at, and how its maps lie over what the network hears.

Conventions: maps are `(batch, channel, height, width)`.
"""

from typing import Any

import torch
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.models.networks.vggish import Upright

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def last_maps(network: nn.Module, heard: Tensor) -> nn.Module:
    """The last convolutional layer with its norm, rectifier and pooling: the last module, from the last convolution on
    and in the order of listening, that gives maps of more than one point.

    A later one knows more and says less of where; of maps pooled to one point nothing is left to see. InputError where
    there are none, and for networks that look in several ways, which have no one last layer.
    """
    if hasattr(network, "views"):
        raise InputError("grad-cam looks at a network's last maps, and this network has several views with maps of "
                         "their own; use integrated-gradients or deep-lift")
    told: list[tuple[nn.Module, bool]] = []

    def listen(part: nn.Module, inputs: Any, given: Any) -> None:
        told.append((part, isinstance(given, Tensor) and given.ndim == 4 and given.shape[-2:].numel() > 1))

    handles = [part.register_forward_hook(listen) for part in network.modules()]
    try:
        with torch.no_grad():
            network(heard)
    finally:
        for handle in handles:
            handle.remove()
    convolutions = [at for at, (part, _) in enumerate(told) if isinstance(part, CONVOLUTIONS)]
    maps = [part for part, map_ in told[convolutions[-1] if convolutions else len(told) :] if map_]
    if not maps:
        raise InputError("grad-cam looks at a network's last convolutional maps, and this network has none of more "
                         "than one point; use integrated-gradients or deep-lift")
    return maps[-1]


def upright(network: nn.Module, maps: Tensor) -> Tensor:
    """The maps with frequency as their height, also of a network that turns its pictures by itself (VGGish)."""
    return maps.transpose(2, 3) if any(isinstance(part, Upright) for part in network.modules()) else maps


def padding(network: nn.Module) -> tuple[int, int, int, int]:
    """Zeros that a network adds (left, right, top, bottom) to its picture before its first convolution."""
    added = [0, 0, 0, 0]
    for part in network.modules():
        if isinstance(part, CONVOLUTIONS):
            break
        if isinstance(part, nn.ConstantPad2d):
            added = [before + more for before, more in zip(added, part.padding)]
    left, right, top, bottom = added
    return left, right, top, bottom

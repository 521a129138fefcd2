"""Networks by name: from a number of labels, the shape of what is heard and a settings table to a torch module.

A network takes what its front end gives, mostly log-mels `(batch, 1, mel, frame)` in decibels, and gives logits
`(batch, label)`; none of its modules is used twice and its pooling is made of modules, so that gradient explainers can
hook them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from escucha.config import build
from escucha.errors import InputError, unknown

if TYPE_CHECKING:
    from torch import nn

    Made = tuple[nn.Module, tuple[str, ...]]
    """The network, and the names of the layers worth asking, from sound to answer."""

Shape = tuple[int, ...]
"""Of what a network takes, without the batch: mostly (1, mels, frames)."""


@dataclass(frozen=True)
class Design:
    """One kind of network: how it is made, and what it hears where nothing else is said."""

    make: Callable[[int, Shape, Mapping[str, Any], str], "Made"]
    """From (labels, shape, settings table, where the table stands)."""
    front_end: Mapping[str, Any] = field(default_factory=lambda: {"name": "log-mel"})
    """A `[front_end]` table (`models/front_ends`)."""
    rate: int = 22050
    window: float = 6.0
    """Seconds."""


def _short_cnn(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.short_cnn import ShortCnn, ShortCnnSettings, short_layers

    chosen = build(ShortCnnSettings, settings, where)
    return ShortCnn(labels, picture(shape, where), chosen), short_layers(chosen)


NETWORKS: dict[str, Design] = {
    "short-cnn": Design(_short_cnn),
}
"""Name to design."""


def design(name: str, where: str) -> Design:
    """The design of this name; InputError with what there is."""
    if name not in NETWORKS:
        raise unknown("network", name, NETWORKS, where)
    return NETWORKS[name]


def make_network(name: str, labels: int, shape: Shape, *, settings: Mapping[str, Any],
                 where: str = "the network") -> "Made":
    """A network with fresh weights, drawn from torch's generator, and its layers; InputError for unknown settings."""
    return design(name, where).make(labels, shape, settings, where)


def picture(shape: Shape, where: str) -> tuple[int, int]:
    """(mels, frames) of a shape with one channel; InputError where the front end gives something else."""
    if len(shape) != 3 or shape[0] != 1:
        raise InputError(f"{where} takes one spectrogram (1, mels, frames), and its front end gives "
                         f"{tuple(shape)}; choose the front end log-mel")
    return shape[1], shape[2]

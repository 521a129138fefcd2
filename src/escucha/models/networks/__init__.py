"""Networks by name: from a number of labels, the spectrogram's shape and a settings table to a torch module.

A network takes log-mels `(batch, 1, mel, frame)` in decibels and gives logits `(batch, label)`; none of its modules is
used twice and its pooling is made of modules, so that gradient explainers can hook them.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from escucha.config import build
from escucha.errors import unknown

if TYPE_CHECKING:
    from torch import nn

    Made = tuple[nn.Module, tuple[str, ...]]
    """The network, and the names of the layers worth asking, from sound to answer."""


def _short_cnn(labels: int, shape: tuple[int, int], settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.short_cnn import ShortCnn, ShortCnnSettings, short_layers

    chosen = build(ShortCnnSettings, settings, where)
    return ShortCnn(labels, shape, chosen), short_layers(chosen)


NETWORKS: dict[str, Callable[[int, tuple[int, int], Mapping[str, Any], str], "Made"]] = {
    "short-cnn": _short_cnn,
}
"""Name to the function that makes it from (labels, (mels, frames), settings table, where the table stands)."""


def make_network(name: str, labels: int, shape: tuple[int, int], *, settings: Mapping[str, Any],
                 where: str = "the network") -> "Made":
    """A network with fresh weights, drawn from torch's generator, and its layers; InputError for unknown settings."""
    if name not in NETWORKS:
        raise unknown("network", name, NETWORKS, where)
    return NETWORKS[name](labels, shape, settings, where)

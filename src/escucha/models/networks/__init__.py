"""Networks by name: from a number of labels, the shape of what is heard and a settings table to a torch module.

A network takes what its front end gives, mostly log-mels `(batch, 1, mel, frame)` in decibels, and gives logits
`(batch, label)`; none of its modules is used twice and its pooling is made of modules, so that gradient explainers can
hook them.
"""

import pkgutil
from collections.abc import Mapping
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
    """One kind of network: where it stands, and what it hears where nothing else is said."""

    network: str
    """`file:Class`, of this folder. Beside the class stand `ClassSettings`, `layers(settings)` and, where others have
    published weights of it, `published_names(settings)`: each part's names in their files (weights/adopt.py)."""
    front_end: Mapping[str, Any] = field(default_factory=lambda: {"name": "log-mel"})
    """A `[front_end]` table (`models/front_ends`)."""
    rate: int = 22050
    window: float = 6.0
    """Seconds."""
    channels: bool = False
    """Does it take pictures of several channels? Others take one spectrogram."""

    def make(self, labels: int, shape: Shape, table: Mapping[str, Any], where: str) -> "Made":
        """The network with fresh weights, and its layers; InputError for unknown settings or another shape."""
        settings = self._settings(table, where)
        heard = shape if self.channels else picture(shape, where)
        return self._found("{}")(labels, heard, settings), self._found("layers")(settings)

    def published(self, table: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
        """Each part's names in published files; InputError where nobody has published such weights."""
        if not hasattr(self._module, "published_names"):
            raise InputError(f"nobody has published weights for the network of {where}; choose another")
        return self._module.published_names(self._settings(table, where))

    @property
    def _module(self) -> Any:
        return pkgutil.resolve_name(f"{__name__}.{self.network.split(':')[0]}")

    def _found(self, name: str) -> Any:
        return getattr(self._module, name.format(self.network.split(":")[1]))

    def _settings(self, table: Mapping[str, Any], where: str) -> Any:
        return build(self._found("{}Settings"), table, where)


NETWORKS: dict[str, Design] = {
    "choi-cnn": Design("choi_cnn:ChoiCnn", {"name": "choi-mel"}, 12_000, 29.12),
    "choi-crnn": Design("choi_crnn:ChoiCrnn", {"name": "choi-mel"}, 12_000, 29.12),
    "cnn-bilstm": Design("cnn_bilstm:CnnBiLstm"),
    "gtzan-cnn": Design("gtzan_cnn:GtzanCnn", {"name": "log-mel", "mels": 128}, window=29.1),
    "palo-images": Design("palo_images:PaloImages", {"name": "palo-image"}, window=12.0, channels=True),
    "palo-views": Design("palo_views:PaloViews"),
    "resnet": Design("resnet:ResNet"),
    "short-cnn": Design("short_cnn:ShortCnn"),
    "vgg16": Design("vgg16:Vgg16"),
    "vggish": Design("vggish:Vggish", {"name": "vggish-mel"}, 16_000, 0.975),
}
"""Name to design; named, not imported, so that `escucha --help` stays quick."""


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

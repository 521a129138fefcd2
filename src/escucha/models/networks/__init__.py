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
    published: "Callable[[Mapping[str, Any], str], Mapping[str, tuple[str, ...]]] | None" = None
    """From (settings table, where) to each part's names in published files (weights/adopt.py); None without such."""


def _short_cnn(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.short_cnn import ShortCnn, ShortCnnSettings, short_layers

    chosen = build(ShortCnnSettings, settings, where)
    return ShortCnn(labels, picture(shape, where), chosen), short_layers(chosen)


def _choi_crnn(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.choi_crnn import ChoiCrnn, ChoiCrnnSettings, choi_crnn_layers

    chosen = build(ChoiCrnnSettings, settings, where)
    return ChoiCrnn(labels, picture(shape, where), chosen), choi_crnn_layers(chosen)


def _choi_crnn_names(settings: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    from escucha.models.networks.choi_crnn import ChoiCrnnSettings, choi_crnn_names

    return choi_crnn_names(build(ChoiCrnnSettings, settings, where))


def _choi_cnn(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.choi_cnn import ChoiCnn, ChoiCnnSettings, choi_cnn_layers

    chosen = build(ChoiCnnSettings, settings, where)
    return ChoiCnn(labels, picture(shape, where), chosen), choi_cnn_layers(chosen)


def _choi_cnn_names(settings: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    from escucha.models.networks.choi_cnn import ChoiCnnSettings, choi_cnn_names

    return choi_cnn_names(build(ChoiCnnSettings, settings, where))


def _palo_images(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.palo_images import PaloImages, PaloImagesSettings, palo_images_layers

    chosen = build(PaloImagesSettings, settings, where)
    return PaloImages(labels, shape, chosen), palo_images_layers(chosen)


def _palo_images_names(settings: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    from escucha.models.networks.palo_images import PaloImagesSettings, palo_images_names

    return palo_images_names(build(PaloImagesSettings, settings, where))


def _gtzan_cnn(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.gtzan_cnn import GtzanCnn, GtzanCnnSettings, gtzan_layers

    chosen = build(GtzanCnnSettings, settings, where)
    return GtzanCnn(labels, picture(shape, where), chosen), gtzan_layers(chosen)


def _vgg16(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.vgg16 import Vgg16, Vgg16Settings, vgg16_layers

    chosen = build(Vgg16Settings, settings, where)
    return Vgg16(labels, picture(shape, where), chosen), vgg16_layers(chosen)


def _vggish(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.vggish import Vggish, VggishSettings, vggish_layers

    chosen = build(VggishSettings, settings, where)
    return Vggish(labels, picture(shape, where), chosen), vggish_layers(chosen)


def _vggish_names(settings: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    from escucha.models.networks.vggish import VggishSettings, vggish_names

    return vggish_names(build(VggishSettings, settings, where))


def _cnn_bilstm(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.cnn_bilstm import CnnBiLstm, CnnBiLstmSettings, bilstm_layers

    chosen = build(CnnBiLstmSettings, settings, where)
    return CnnBiLstm(labels, picture(shape, where), chosen), bilstm_layers(chosen)


def _resnet(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.resnet import ResNet, ResNetSettings, resnet_layers

    chosen = build(ResNetSettings, settings, where)
    return ResNet(labels, picture(shape, where), chosen), resnet_layers(chosen)


def _palo_views(labels: int, shape: Shape, settings: Mapping[str, Any], where: str) -> "Made":
    from escucha.models.networks.palo_views import PaloViews, PaloViewsSettings, palo_views_layers

    chosen = build(PaloViewsSettings, settings, where)
    return PaloViews(labels, picture(shape, where), chosen), palo_views_layers(chosen)


NETWORKS: dict[str, Design] = {
    "choi-cnn": Design(_choi_cnn, {"name": "choi-mel"}, 12_000, 29.12, _choi_cnn_names),
    "choi-crnn": Design(_choi_crnn, {"name": "choi-mel"}, 12_000, 29.12, _choi_crnn_names),
    "cnn-bilstm": Design(_cnn_bilstm),
    "gtzan-cnn": Design(_gtzan_cnn, {"name": "log-mel", "mels": 128}, window=29.1),
    "palo-images": Design(_palo_images, {"name": "palo-image"}, 22_050, 12.0, _palo_images_names),
    "palo-views": Design(_palo_views),
    "resnet": Design(_resnet),
    "short-cnn": Design(_short_cnn),
    "vgg16": Design(_vgg16),
    "vggish": Design(_vggish, {"name": "vggish-mel"}, 16_000, 0.975, _vggish_names),
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

"""A network that looks at pictures of spectrograms, as the palo classifier of Lola does.

Alejandro Sanchez Medina, "Lola", 2021, https://github.com/alesanmed/lola: five times a convolution and its halving over
an RGBA picture of 288 x 432 points from 0 to 255; layers as in its published checkpoint.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.keras_layers import EPSILON, ToRow
from escucha.models.networks.short_cnn import Apart


@dataclass(frozen=True)
class PaloImagesSettings:
    """What shapes the network; the published one by default."""

    widths: tuple[Annotated[int, Within(1, 4096)], ...] = (8, 16, 32, 64, 128)
    """Channels of each block; each takes a point off every edge and halves what is left."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.0
    """Before the head."""


class PaloImages(nn.Sequential):
    """Pictures `(batch, channel, height, width)` from 0 to 255 to logits `(batch, label)`; no module is used twice.

    Children in order: `block1` ... `blockN`, `flat` (channels last), `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, ...], settings: PaloImagesSettings):
        if len(shape) != 3:
            raise InputError(f"a picture has the shape (channel, height, width), and the front end gives {shape}; "
                             "choose the front end palo-image")
        channels, height, width = shape
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        for at, (before, after) in enumerate(zip((channels, *settings.widths), settings.widths), start=1):
            height, width = (height - 2) // 2, (width - 2) // 2
            parts[f"block{at}"] = nn.Sequential(OrderedDict(
                conv=nn.Conv2d(before, after, 3), norm=nn.BatchNorm2d(after, eps=EPSILON),
                relu=nn.ReLU(), apart=Apart(), pool=nn.MaxPool2d(2)))
        if not settings.widths or min(height, width) < 1:
            raise InputError(f"{len(settings.widths)} blocks do not fit a picture of {shape[1]} x {shape[2]} points; "
                             "give one or more, and fewer than would halve it away")
        parts["flat"] = ToRow()
        parts["dropout"] = nn.Dropout(settings.dropout)
        parts["head"] = nn.Linear(settings.widths[-1] * height * width, labels)
        super().__init__(parts)


def layers(settings: PaloImagesSettings) -> tuple[str, ...]:
    """The layers worth asking, from picture to answer: each block."""
    return tuple(f"block{at}" for at in range(1, len(settings.widths) + 1))


def published_names(settings: PaloImagesSettings) -> dict[str, tuple[str, ...]]:
    """Each part with weights to the names its layer has in published files (weights/adopt.py)."""
    count = len(settings.widths)
    kinds = {f"block{1 + at // 2}.{('conv', 'norm')[at % 2]}": at for at in range(2 * count)}
    return {part: (f"layer_with_weights-{at}",) for part, at in {**kinds, "head": 2 * count}.items()}

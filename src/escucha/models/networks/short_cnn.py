"""A compact network on log-mel spectrograms: stacked 3x3 convolutions, then the mean and the maximum of each channel.

Small VGG-like networks of this shape are the usual first choice for music tagging (Choi, Fazekas, Sandler 2016;
Won, Ferraro, Bogdanov, Serra 2020, "short-chunk CNN", arXiv 2006.00751).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from escucha.config import Within
from escucha.errors import InputError


@dataclass(frozen=True)
class ShortCnnSettings:
    """What shapes the network."""

    widths: tuple[Annotated[int, Within(1, 4096)], ...] = (16, 32, 48, 64, 96, 128)
    """Channels of each block; all blocks but the last halve frequency and time."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.3
    """Share of pooled channels hidden at each training step."""


class Level(nn.Module):
    """Decibels to numbers near one: `(x + 40) / 20`, the same for every clip.

    Fixed on purpose: a normalisation by the clip's own mean or spread would divide silence by nothing, and would let
    a remix without its loudest source change what is heard of the others.
    """

    def forward(self, decibels: Tensor) -> Tensor:
        """Any shape to the same shape."""
        return (decibels + 40.0) / 20.0


class Apart(nn.Module):
    """The same numbers in a tensor of their own.

    Between pooling and an activation that follow each other: captum hooks the tensor between them for both, and
    DeepLift then loses half of what passes.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Any shape to the same shape."""
        return maps.clone()


class MeanMax(nn.Module):
    """`(batch, channel, mel, frame)` to `(batch, 2 * channel)`: each channel's mean, then each one's maximum.

    Pooling modules of a fixed size, not functions: DeepLift and GradCAM hook modules and pass over functions.
    """

    def __init__(self, size: tuple[int, int]):
        super().__init__()
        self.mean = nn.AvgPool2d(size)
        self.most = nn.MaxPool2d(size)

    def forward(self, maps: Tensor) -> Tensor:
        """The pooled vector."""
        # a tensor of its own, for captum replaces the gradient of what a module hears, and the mean hears it too
        return torch.cat([self.mean(maps), self.most(maps.clone())], dim=1).flatten(1)


class ShortCnn(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`; no module is used twice.

    Children in order: `level`, `block1` ... `blockN`, `pool`, `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: ShortCnnSettings):
        widths = settings.widths
        if not widths:
            raise InputError("'widths' is empty; give the channels of one block or more")
        size = (shape[0] >> (len(widths) - 1), shape[1] >> (len(widths) - 1))
        if min(size) < 1:
            raise InputError(f"{len(widths)} blocks halve a spectrogram of {shape[0]} mels x {shape[1]} frames away; "
                             "give fewer widths, or a longer window")
        parts: OrderedDict[str, nn.Module] = OrderedDict(level=Level())
        for at, (before, width) in enumerate(zip((1, *widths), widths), start=1):
            parts[f"block{at}"] = block(before, width, pool=(2, 2) if at < len(widths) else None)
        parts["pool"] = MeanMax(size)
        parts["dropout"] = nn.Dropout(settings.dropout)
        parts["head"] = nn.Linear(2 * widths[-1], labels)
        super().__init__(parts)


def block(before: int, width: int, *, pool: tuple[int, int] | None) -> nn.Sequential:
    """3x3 convolution, max pooling by `pool` (mels, frames) where there is one, batch norm, ReLU.

    Pooling comes before ReLU because a maximum commutes with it: the same function on a quarter of the numbers, and
    DeepLift stays complete (pooling the zeros that a ReLU leaves has ties, where its rule loses contributions).
    """
    pooled = [nn.MaxPool2d(pool)] if pool else []
    return nn.Sequential(nn.Conv2d(before, width, 3, padding=1, bias=False), *pooled, nn.BatchNorm2d(width), nn.ReLU())


def layers(settings: ShortCnnSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block and the pooled vector."""
    return (*(f"block{at}" for at in range(1, len(settings.widths) + 1)), "pool")

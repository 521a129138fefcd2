"""The five-block network of the GTZAN tutorials: narrow 3x3 convolutions, wide pools, thirty seconds at once.

Channels, pools, 128 mels and 29.1 s as in the public projects that classify GTZAN; with them a single point is left,
which has heard everything.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import nn

from escucha.config import Within
from escucha.models.networks.stack import stacked

Size = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True)
class GtzanCnnSettings:
    """What shapes the network."""

    widths: tuple[Size, ...] = (16, 16, 32, 32, 64)
    """Channels of each block."""
    mel_pools: tuple[Size, ...] = (2, 3, 2, 3, 3)
    """By how much each block divides frequency."""
    time_pools: tuple[Size, ...] = (3, 4, 5, 3, 4)
    """By how much each block divides time."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.3
    """Share of the last numbers hidden at each training step."""


class GtzanCnn(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`; no module is used twice.

    Children in order: `level`, `block1` ... `block5`, `flat`, `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: GtzanCnnSettings):
        stack, mels, frames = stacked(shape, settings.widths, settings.mel_pools, settings.time_pools)
        parts = OrderedDict(stack)
        parts["flat"] = nn.Flatten()
        parts["dropout"] = nn.Dropout(settings.dropout)
        parts["head"] = nn.Linear(settings.widths[-1] * mels * frames, labels)
        super().__init__(parts)


def layers(settings: GtzanCnnSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block."""
    return tuple(f"block{at}" for at in range(1, len(settings.widths) + 1))

"""VGG-16's thirteen convolutions on a log-mel: two, two, three, three and three, each stage ending in a pooling.

Karen Simonyan, Andrew Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015, arXiv
1409.1556 (configuration D), with a batch norm after each convolution. Where the original lays its last maps out point
by point, here each channel's mean and maximum are taken, so that a window may have any length.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.short_cnn import Level, MeanMax, block
from escucha.models.networks.stack import draw

CONVOLUTIONS = (2, 2, 3, 3, 3)
"""Of each stage."""
Size = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True)
class Vgg16Settings:
    """What shapes the network."""

    widths: tuple[Size, ...] = (64, 128, 256, 512, 512)
    """Channels of each of the five stages; each stage halves frequency and time."""
    hidden: tuple[Size, ...] = (512, 512)
    """Units of each layer between the pooled channels and the answer."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.5
    """Share of units hidden at each training step, after each of these layers."""


class Vgg16(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`; no module is used twice.

    Children in order: `level`, `stage1` ... `stage5`, `pool`, `dense1` ... `denseN`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: Vgg16Settings):
        widths = settings.widths
        if len(widths) != len(CONVOLUTIONS):
            raise InputError(f"VGG-16 has {len(CONVOLUTIONS)} stages, so 'widths' has as many numbers; "
                             f"got {len(widths)}")
        size = (shape[0] >> len(widths), shape[1] >> len(widths))
        if min(size) < 1:
            raise InputError(f"{len(widths)} stages halve a spectrogram of {shape[0]} mels x {shape[1]} frames away; "
                             "give more mels, or a longer window")
        parts: OrderedDict[str, nn.Module] = OrderedDict(level=Level())
        for at, (before, width, count) in enumerate(zip((1, *widths), widths, CONVOLUTIONS), start=1):
            parts[f"stage{at}"] = nn.Sequential(
                *(block(width if number else before, width, pool=(2, 2) if number == count - 1 else None)
                  for number in range(count)))
        parts["pool"] = MeanMax(size)
        for at, (before, width) in enumerate(zip((2 * widths[-1], *settings.hidden), settings.hidden), start=1):
            parts[f"dense{at}"] = nn.Sequential(nn.Linear(before, width), nn.ReLU(), nn.Dropout(settings.dropout))
        parts["head"] = nn.Linear((2 * widths[-1], *settings.hidden)[-1], labels)
        super().__init__(parts)
        draw(self)

    def reset_parameters(self) -> None:
        """See `draw`; what stands inside has been reset before."""
        draw(self)


def layers(settings: Vgg16Settings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each stage, the pooled channels, and each dense layer."""
    return (*(f"stage{at}" for at in range(1, len(settings.widths) + 1)), "pool",
            *(f"dense{at}" for at in range(1, len(settings.hidden) + 1)))

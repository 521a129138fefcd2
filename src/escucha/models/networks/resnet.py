"""A residual network on a log-mel: each block adds to what it heard.

Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun, "Deep residual learning for image recognition", CVPR 2016, arXiv
1512.03385; basic blocks, ResNet-18 by default. Its first pooling is 2x2 here, not 3x3 with overlap: where windows
overlap, DeepLift's rule for a maximum counts points twice.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor, nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.short_cnn import Level
from escucha.models.networks.stack import draw

Size = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True)
class ResNetSettings:
    """What shapes the network."""

    widths: tuple[Size, ...] = (64, 128, 256, 512)
    """Channels of each stage; each stage but the first halves frequency and time."""
    blocks: tuple[Annotated[int, Within(1, 100)], ...] = (2, 2, 2, 2)
    """Of each stage."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.0
    """Share of pooled channels hidden at each training step."""


class ResNet(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`; no module is used twice.

    Children in order: `level`, `stem` (which divides frequency and time by 4), `stage1` ... `stageN`, `pool`, `flat`,
    `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: ResNetSettings):
        widths, blocks = settings.widths, settings.blocks
        if not widths or len(widths) != len(blocks):
            raise InputError(f"'widths' and 'blocks' are as many, and one or more; got {len(widths)} and {len(blocks)}")
        size = (_halved(shape[0], 1) // 2, _halved(shape[1], 1) // 2)
        if min(size) < 1:
            raise InputError(f"the stem quarters a spectrogram of {shape[0]} mels x {shape[1]} frames away; give a "
                             "longer window, or more mels")
        parts: OrderedDict[str, nn.Module] = OrderedDict(level=Level())
        parts["stem"] = nn.Sequential(nn.Conv2d(1, widths[0], 7, stride=2, padding=3, bias=False), nn.MaxPool2d(2),
                                      nn.BatchNorm2d(widths[0]), nn.ReLU())
        for at, (before, width, count) in enumerate(zip((widths[0], *widths), widths, blocks), start=1):
            parts[f"stage{at}"] = _stage(before, width, count, stride=1 if at == 1 else 2)
        parts["pool"] = nn.AvgPool2d((_halved(size[0], len(widths) - 1), _halved(size[1], len(widths) - 1)))
        parts["flat"] = nn.Flatten()
        parts["dropout"] = nn.Dropout(settings.dropout)
        parts["head"] = nn.Linear(widths[-1], labels)
        super().__init__(parts)
        draw(self)

    def reset_parameters(self) -> None:
        """See `draw`; what stands inside has been reset before."""
        draw(self)


class BasicBlock(nn.Module):
    """`(batch, before, mel, frame)` to `(batch, width, mel / stride, frame / stride)`: two convolutions, added to the
    input (a 1x1 convolution of it where the shape changes), then ReLU."""

    def __init__(self, before: int, width: int, stride: int):
        super().__init__()
        self.path = nn.Sequential(_convolution(before, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(),
                                  _convolution(width, width, 3, 1), nn.BatchNorm2d(width))
        same = before == width and stride == 1
        self.skip = nn.Identity() if same else nn.Sequential(_convolution(before, width, 1, stride),
                                                             nn.BatchNorm2d(width))
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        """The sum, without what is negative in it."""
        return self.relu(self.path(maps) + self.skip(maps))


def _stage(before: int, width: int, count: int, *, stride: int) -> nn.Sequential:
    return nn.Sequential(*(BasicBlock(width if number else before, width, 1 if number else stride)
                           for number in range(count)))


def _convolution(before: int, width: int, size: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(before, width, size, stride=stride, padding=size // 2, bias=False)


def _halved(count: int, times: int) -> int:
    """What is left of `count` rows after `times` convolutions of stride 2: half, rounded up."""
    return -(-count // 2**times)


def layers(settings: ResNetSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: the stem, each stage and the pooled channels."""
    return ("stem", *(f"stage{at}" for at in range(1, len(settings.widths) + 1)), "pool")

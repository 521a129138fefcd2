"""AudioSet's VGGish: six convolutions and three dense layers turn .96 s into 128 numbers.

Shawn Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017, arXiv 1609.09430; layers as
in its release. One window is one example: a longer clip is cut by models/windows.py, which also averages what is said
of its pieces. Other windows and mels fit too, where the network is trained here.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor, nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.keras_layers import ToRow
from escucha.models.networks.short_cnn import Apart
from escucha.models.networks.stack import draw

CONVOLUTIONS = (1, 1, 2, 2)
"""Of each block."""
Size = Annotated[int, Within(1, 16_384)]


@dataclass(frozen=True)
class VggishSettings:
    """What shapes the network; the published one by default."""

    widths: tuple[Size, ...] = (64, 128, 256, 512)
    """Channels of each of the four blocks, which have 1, 1, 2 and 2 convolutions and each halve time and frequency."""
    hidden: tuple[Size, ...] = (4096, 4096)
    """Units of each layer between the last block and the embedding."""
    embedding: Size = 128
    """Numbers that describe an example: the layer `embedding`, before any ReLU."""
    head: bool = True
    """Labels are read from the embedding; without it the embedding itself is the answer, one label a number."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.0
    """Share of the embedding hidden from the head at each training step."""


class Upright(nn.Module):
    """`(batch, 1, mel, frame)` to `(batch, 1, frame, mel)`: the release's pictures have time as their height."""

    def forward(self, mels: Tensor) -> Tensor:
        """The same numbers."""
        return mels.transpose(2, 3).contiguous()


class Vggish(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` of `vggish-mel` to logits `(batch, label)`; no module is used twice.

    Children in order: `upright`, `block1` ... `block4`, `flat` (channels last, as the release has them), `dense1`
    ... `denseN`, `embedding`, and with a head `relu`, `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: VggishSettings):
        widths = settings.widths
        if len(widths) != len(CONVOLUTIONS):
            raise InputError(f"VGGish has {len(CONVOLUTIONS)} blocks, so 'widths' has as many numbers; got "
                             f"{len(widths)}")
        if not settings.head and labels != settings.embedding:
            raise InputError(f"without a head VGGish answers with its {settings.embedding} numbers, one label each; "
                             f"got {labels} labels")
        size = shape[0] >> len(widths), shape[1] >> len(widths)
        if min(size) < 1:
            raise InputError(f"{len(widths)} blocks halve a spectrogram of {shape[0]} mels x {shape[1]} frames away; "
                             "give a longer window: .975 s are one example")
        parts: OrderedDict[str, nn.Module] = OrderedDict(upright=Upright())
        for at, (before, width, count) in enumerate(zip((1, *widths), widths, CONVOLUTIONS), start=1):
            parts[f"block{at}"] = _block(before, width, count)
        parts["flat"] = ToRow()
        sizes = (widths[-1] * size[0] * size[1], *settings.hidden)
        for at, (before, width) in enumerate(zip(sizes, settings.hidden), start=1):
            parts[f"dense{at}"] = nn.Sequential(nn.Linear(before, width), nn.ReLU())
        parts["embedding"] = nn.Linear(sizes[-1], settings.embedding)
        if settings.head:
            parts |= {"relu": nn.ReLU(), "dropout": nn.Dropout(settings.dropout),
                      "head": nn.Linear(settings.embedding, labels)}
        super().__init__(parts)
        draw(self)

    def reset_parameters(self) -> None:
        """See `draw`; what stands inside has been reset before."""
        draw(self)


def _block(before: int, width: int, count: int) -> nn.Sequential:
    """3x3 convolutions with ReLU, the last of them pooled 2x2 before it: the same function on fewer numbers."""
    parts: list[nn.Module] = []
    for number in range(count):
        parts.append(nn.Conv2d(width if number else before, width, 3, padding=1))
        parts += [nn.MaxPool2d(2), Apart()] if number == count - 1 else []
        parts.append(nn.ReLU())
    return nn.Sequential(*parts)


def layers(settings: VggishSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block, each dense layer and the embedding."""
    return (*(f"block{at}" for at in range(1, len(CONVOLUTIONS) + 1)),
            *(f"dense{at}" for at in range(1, len(settings.hidden) + 1)), "embedding")


def published_names(settings: VggishSettings) -> dict[str, tuple[str, ...]]:
    """Each part with weights, up to the embedding, to the name of its layer in the torch file of the release."""
    convolutions = {"block1.0": 0, "block2.0": 3, "block3.0": 6, "block3.2": 8, "block4.0": 11, "block4.2": 13}
    dense = [*(f"dense{at}.0" for at in range(1, len(settings.hidden) + 1)), "embedding"]
    return {**{part: (f"features.{at}",) for part, at in convolutions.items()},
            **{part: (f"embeddings.{2 * at}",) for at, part in enumerate(dense)}}

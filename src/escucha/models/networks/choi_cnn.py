"""Choi's fully convolutional tagger: five convolutions take a log-mel of 29 seconds down to one point.

Keunwoo Choi, Gyoergy Fazekas, Mark Sandler, "Automatic tagging using deep convolutional neural networks", ISMIR 2016,
arXiv 1606.00298; widths and pools as in its published Keras-1 weights.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Literal

from torch import nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.choi_crnn import Size, choi_block
from escucha.models.networks.keras_layers import TimeNorm, head


@dataclass(frozen=True)
class ChoiCnnSettings:
    """What shapes the network; the published one by default."""

    widths: tuple[Size, ...] = (32, 128, 128, 192, 256)
    """Channels of each block."""
    mel_pools: tuple[Size, ...] = (2, 2, 2, 3, 4)
    """By how much each block divides frequency."""
    time_pools: tuple[Size, ...] = (4, 4, 4, 5, 4)
    """By how much each block divides time."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.0
    """After each block."""
    outputs: Literal["logits", "sigmoid"] = "logits"
    """As of `choi-crnn`."""


class ChoiCnn(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` to logits `(batch, label)`; no module is used twice.

    Children in order: `norm` (of each frame), `block1` ... `block5`, `flat`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: ChoiCnnSettings):
        widths, pools = settings.widths, list(zip(settings.mel_pools, settings.time_pools))
        if not widths or not len(widths) == len(settings.mel_pools) == len(settings.time_pools):
            raise InputError("'widths', 'mel_pools' and 'time_pools' are as many, and one or more; got "
                             f"{len(widths)}, {len(settings.mel_pools)} and {len(settings.time_pools)}")
        mels, frames = shape
        parts: OrderedDict[str, nn.Module] = OrderedDict(norm=TimeNorm(frames))
        for at, (before, width, pool) in enumerate(zip((1, *widths), widths, pools), start=1):
            mels, frames = mels // pool[0], frames // pool[1]
            parts[f"block{at}"] = choi_block(before, width, pool, settings.dropout)
        if min(mels, frames) < 1:
            raise InputError(f"the pools take a spectrogram of {shape[0]} mels x {shape[1]} frames away; give smaller "
                             "ones, or a longer window")
        parts["flat"] = nn.Flatten()
        parts["head"] = head(widths[-1] * mels * frames, labels, outputs=settings.outputs)
        super().__init__(parts)


def layers(settings: ChoiCnnSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block."""
    return tuple(f"block{at}" for at in range(1, len(settings.widths) + 1))


def published_names(settings: ChoiCnnSettings) -> dict[str, tuple[str, ...]]:
    """Each part with weights to the names its layer has in published files (weights/adopt.py)."""
    blocks = range(1, len(settings.widths) + 1)
    return {"norm": ("bn_0_freq",), **{f"block{at}.conv": (f"conv{at}",) for at in blocks},
            **{f"block{at}.norm": (f"bn{at}",) for at in blocks}, "head": ("output", "preds")}

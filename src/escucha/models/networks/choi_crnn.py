"""Choi's convolutional recurrent tagger: four convolutions listen to a log-mel, two GRUs follow it through time.

Keunwoo Choi, Gyoergy Fazekas, Mark Sandler, Kyunghyun Cho, "Convolutional recurrent neural networks for music
classification", 2017, arXiv 1609.04243; layers as in its published Keras-1 weights.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Literal

from torch import nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.keras_layers import EPSILON, PreResetGru, TimeNorm, ToSteps, head
from escucha.models.networks.short_cnn import Apart

Size = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True)
class ChoiCrnnSettings:
    """What shapes the network; the published one by default."""

    widths: tuple[Size, ...] = (64, 128, 128, 128)
    """Channels of each block."""
    pools: tuple[Size, ...] = (2, 3, 4, 4)
    """By how much each block divides frequency and time."""
    units: Size = 32
    """Of each GRU."""
    pad: Annotated[int, Within(0, 65_536)] = 37
    """Frames of zeros before the first and after the last."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.1
    """After each block."""
    last_dropout: Annotated[float, Within(0, 0.99)] = 0.3
    """Before the head."""
    outputs: Literal["logits", "sigmoid"] = "logits"
    """`sigmoid` with the link softmax: sigmoid outputs divided by their sum, as a published genre model is served."""


class ChoiCrnn(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` to logits `(batch, label)`; no module is used twice.

    Children in order: `pad`, `norm` (of each frame), `block1` ... `block4`, `steps`, `gru1`, `gru2`, `dropout`, `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: ChoiCrnnSettings):
        widths, pools = settings.widths, settings.pools
        if not widths or len(widths) != len(pools):
            raise InputError(f"'widths' and 'pools' are as many, and one or more; got {len(widths)} and {len(pools)}")
        mels, frames = shape[0], shape[1] + 2 * settings.pad
        parts: OrderedDict[str, nn.Module] = OrderedDict(pad=nn.ZeroPad2d((settings.pad, settings.pad, 0, 0)),
                                                         norm=TimeNorm(frames))
        for at, (before, width, pool) in enumerate(zip((1, *widths), widths, pools), start=1):
            mels, frames = mels // pool, frames // pool
            parts[f"block{at}"] = choi_block(before, width, (pool, pool), settings.dropout)
        if min(mels, frames) < 1:
            raise InputError(f"pools of {pools} take a spectrogram of {shape[0]} mels x {shape[1]} frames away; give "
                             "smaller pools, or a longer window")
        parts["steps"] = ToSteps()
        parts["gru1"] = PreResetGru(widths[-1] * mels, settings.units)
        parts["gru2"] = PreResetGru(settings.units, settings.units, last=True)
        parts["dropout"] = nn.Dropout(settings.last_dropout)
        parts["head"] = head(settings.units, labels, outputs=settings.outputs)
        super().__init__(parts)


def choi_block(before: int, width: int, pool: tuple[int, int], dropout: float = 0.0) -> nn.Sequential:
    """3x3 convolution, batch norm, ELU, max pooling, dropout where there is some."""
    parts: OrderedDict[str, nn.Module] = OrderedDict(
        conv=nn.Conv2d(before, width, 3, padding=1), norm=nn.BatchNorm2d(width, eps=EPSILON),
        elu=nn.ELU(), apart=Apart(), pool=nn.MaxPool2d(pool))
    if dropout:
        parts["dropout"] = nn.Dropout(dropout)
    return nn.Sequential(parts)


def layers(settings: ChoiCrnnSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block and each GRU."""
    return (*(f"block{at}" for at in range(1, len(settings.widths) + 1)), "gru1", "gru2")


def published_names(settings: ChoiCrnnSettings) -> dict[str, tuple[str, ...]]:
    """Each part with weights to the names its layer has in published files (weights/adopt.py)."""
    blocks = range(1, len(settings.widths) + 1)
    return {"norm": ("bn_0_freq",), **{f"block{at}.conv": (f"conv{at}",) for at in blocks},
            **{f"block{at}.norm": (f"bn{at}",) for at in blocks}, "gru1": ("gru1",), "gru2": ("gru2",),
            "head": ("output", "preds")}

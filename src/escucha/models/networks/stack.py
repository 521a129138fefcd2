"""Convolution blocks one after another, each pooling by its own measure, until little is left."""

from collections.abc import Sequence

from torch import nn

from escucha.errors import InputError
from escucha.models.networks.short_cnn import Level, block


def stacked(shape: tuple[int, int], widths: Sequence[int], mel_pools: Sequence[int],
            time_pools: Sequence[int]) -> tuple[dict[str, nn.Module], int, int]:
    """`level`, `block1` ... `blockN` for spectrograms of `shape` (mels, frames), and the mels and frames they leave.

    InputError where the lists differ in length, or the pools leave nothing.
    """
    if not widths or not len(widths) == len(mel_pools) == len(time_pools):
        raise InputError("'widths', 'mel_pools' and 'time_pools' are as many, and one or more; got "
                         f"{len(widths)}, {len(mel_pools)} and {len(time_pools)}")
    mels, frames = shape
    parts: dict[str, nn.Module] = {"level": Level()}
    for at, (before, width, pool) in enumerate(zip((1, *widths), widths, zip(mel_pools, time_pools)), start=1):
        mels, frames = mels // pool[0], frames // pool[1]
        parts[f"block{at}"] = block(before, width, pool=pool)
    if min(mels, frames) < 1:
        raise InputError(f"the pools take a spectrogram of {shape[0]} mels x {shape[1]} frames away; give smaller "
                         "ones, a shorter hop, or a longer window")
    return parts, mels, frames


def draw(network: nn.Sequential) -> None:
    """Weights as He, Zhang, Ren, Sun draw them for ReLU (ICCV 2015), but for the `head`: no layer dims what it hears.

    torch's own draw lets a third through: ten layers on, nothing is left to learn from, or batch norms that have heard
    little yet divide by far too much. A head drawn so large would begin with opinions.
    """
    for name, child in network.named_children():
        for part in child.modules() if name != "head" else ():
            if isinstance(part, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                if part.bias is not None:
                    nn.init.zeros_(part.bias)

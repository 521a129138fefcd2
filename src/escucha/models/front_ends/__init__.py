"""Front ends by name: from waves to what a network looks at. None has weights.

A front end is a torch module from `(batch, time)` waves to `(batch, *shape)`, mostly `(batch, channel, height, width)`;
a Listener puts it before its network as `front_end`, so that gradients can be taken at the tensor between the two.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from escucha.config import build
from escucha.errors import unknown

if TYPE_CHECKING:
    from torch import nn


def _log_mel(rate: int, settings: Mapping[str, Any], where: str) -> "nn.Module":
    from escucha.audio.spectrum import LogMel
    from escucha.models.front_ends.log_mel import LogMelSettings

    told = build(LogMelSettings, settings, where)
    return LogMel(rate, n_fft=told.n_fft, hop=told.hop, mels=told.mels, fmin=told.fmin, fmax=told.fmax)


def _wave(rate: int, settings: Mapping[str, Any], where: str) -> "nn.Module":
    from escucha.models.front_ends.wave import Wave, WaveSettings

    build(WaveSettings, settings, where)
    return Wave()


def _choi_mel(rate: int, settings: Mapping[str, Any], where: str) -> "nn.Module":
    from escucha.models.front_ends.choi_mel import ChoiMel, ChoiMelSettings

    return ChoiMel(rate, build(ChoiMelSettings, settings, where))


def _palo_image(rate: int, settings: Mapping[str, Any], where: str) -> "nn.Module":
    from escucha.models.front_ends.palo_image import PaloImage, PaloImageSettings

    return PaloImage(rate, build(PaloImageSettings, settings, where))


def _vggish_mel(rate: int, settings: Mapping[str, Any], where: str) -> "nn.Module":
    from escucha.models.front_ends.vggish_mel import VggishMel, VggishMelSettings

    return VggishMel(rate, build(VggishMelSettings, settings, where))


FRONT_ENDS: dict[str, Callable[[int, Mapping[str, Any], str], "nn.Module"]] = {
    "choi-mel": _choi_mel,
    "log-mel": _log_mel,
    "palo-image": _palo_image,
    "vggish-mel": _vggish_mel,
    "wave": _wave,
}
"""Name to the function that makes it from (rate, settings, where the settings stand)."""


def make_front_end(table: Mapping[str, Any], rate: int, where: str) -> "nn.Module":
    """The front end of a `[front_end]` table: its `name`, and that one's settings; InputError for what is unknown."""
    settings = dict(table)
    name = str(settings.pop("name", "log-mel"))
    if name not in FRONT_ENDS:
        raise unknown("front end", name, FRONT_ENDS, where)
    return FRONT_ENDS[name](rate, settings, f"[front_end] in {where}")


def shape_of(front_end: "nn.Module", samples: int) -> tuple[int, ...]:
    """What a network gets for one window of `samples`: the shape without the batch, such as (1, mel, frame)."""
    import torch

    with torch.no_grad():
        return tuple(front_end(torch.zeros(1, samples)).shape[1:])

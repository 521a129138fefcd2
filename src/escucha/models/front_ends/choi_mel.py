"""The log-mel of Choi's taggers: 12 kHz, 96 bands, and the mel powers squared once more before the logarithm.

Source: audio_processor.py of https://github.com/keunwoochoi/music-auto_tagging-keras, whose weights heard nothing else.
"""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from escucha.audio.spectrum import LogMel
from escucha.config import Within

RATE, WINDOW = 12_000, 29.12
"""Hz and seconds, for which it gives 1366 frames."""
LOUDNESS = 2.0
"""The square of a power has twice its decibels."""
LOWEST = -100.0
"""dB: librosa's `amin` of 1e-10, which here limits the squared power."""


@dataclass(frozen=True)
class ChoiMelSettings:
    """The published recipe by default; other settings are for networks trained here."""

    n_fft: Annotated[int, Within(16, 65_536)] = 512
    hop: Annotated[int, Within(1, 65_536)] = 256
    mels: Annotated[int, Within(1, 1024)] = 96
    top_db: Annotated[float, Within(1, 1000)] = 80.0
    """What lies further below the maximum of its own window is lifted to it."""


class ChoiMel(nn.Module):
    """`(batch, time)` at `rate` -> `(batch, 1, mel, frame)` dB: librosa's `power_to_db(melspectrogram(y) ** 2, ref=1)`.

    >>> ChoiMel(12000, ChoiMelSettings())(torch.zeros(1, 349440)).shape
    torch.Size([1, 1, 96, 1366])
    """

    def __init__(self, rate: int, settings: ChoiMelSettings):
        super().__init__()
        self.mel = LogMel(rate, n_fft=settings.n_fft, hop=settings.hop, mels=settings.mels)
        self.top_db = settings.top_db

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, 1, mel, frame)` dB."""
        decibels = (LOUDNESS * self.mel(waves)).clamp(min=LOWEST)
        return torch.maximum(decibels, decibels.amax(dim=(1, 2, 3), keepdim=True) - self.top_db)

"""Settings of the log-mel spectrogram (`escucha.audio.spectrum.LogMel`) as cards write them."""

from dataclasses import dataclass
from typing import Annotated

from escucha.config import Within


@dataclass(frozen=True)
class LogMelSettings:
    """The log-mel a network hears."""

    n_fft: Annotated[int, Within(16, 65_536)] = 2048
    hop: Annotated[int, Within(1, 65_536)] = 512
    mels: Annotated[int, Within(1, 1024)] = 64
    fmin: float = 0.0
    """Hz; the lower limit of the mel bands."""
    fmax: float | None = None
    """Hz; the upper limit, half the rate when left out."""

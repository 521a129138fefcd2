"""The log-mel of AudioSet's VGGish: 16 kHz, 64 bands from 125 to 7500 Hz, a hundred frames a second.

Shawn Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017, arXiv 1609.09430; figures
as in its release (tensorflow/models, research/audioset/vggish). Its bands are triangles on HTK's mel scale, where
librosa's are triangles in Hz; its frames begin with the first sample and end with the last whole one.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn

from escucha.audio.spectrum import band_middles
from escucha.config import Within
from escucha.errors import InputError

RATE, WINDOW = 16_000, 0.975
"""Hz and seconds: 95 hops of 10 ms and a frame of 25 ms are one example of 96 frames."""


@dataclass(frozen=True)
class VggishMelSettings:
    """The published recipe by default; other settings are for networks trained here."""

    frame: Annotated[float, Within(0.001, 1)] = 0.025
    """Seconds under the Hann window."""
    hop: Annotated[float, Within(0.0005, 1)] = 0.010
    """Seconds from frame to frame."""
    mels: Annotated[int, Within(1, 1024)] = 64
    fmin: float = 125.0
    """Hz; the lower limit of the mel bands."""
    fmax: float = 7500.0
    """Hz; the upper limit."""
    offset: Annotated[float, Within(1e-9, 1)] = 0.01
    """Added to a band's magnitude before its logarithm: silence is log(.01)."""


class VggishMel(nn.Module):
    """`(batch, time)` at `rate` -> `(batch, 1, mel, frame)`, natural logarithms of mel magnitudes.

    >>> VggishMel(16000, VggishMelSettings())(torch.zeros(2, 15600)).shape
    torch.Size([2, 1, 64, 96])

    Frames are not centred. Holds no weights and no buffers; the answer has the precision of the input, the spectrum is
    taken in float64.
    """

    def __init__(self, rate: int, settings: VggishMelSettings):
        super().__init__()
        self.rate = rate
        self.frame, self.hop = round(settings.frame * rate), round(settings.hop * rate)
        if self.frame < 2 or self.hop < 1:
            raise InputError(f"a frame of {settings.frame:g} s and a hop of {settings.hop:g} s are no samples at "
                             f"{rate} Hz; give longer ones")
        self.n_fft = 1 << (self.frame - 1).bit_length()
        self.offset = settings.offset
        self._window = torch.hann_window(self.frame, dtype=torch.float64)
        bank = htk_bank(rate, n_fft=self.n_fft, mels=settings.mels, fmin=settings.fmin, fmax=settings.fmax)
        self._bank = torch.from_numpy(bank)

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, 1, mel, frame)`; InputError where there is not one frame."""
        mel = self._banded(magnitude(self._spectrum(waves)))
        return torch.log(mel + self.offset).unsqueeze(1).to(waves.dtype)

    def powers(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, mel, frame)`: each band's power, where the picture has magnitudes."""
        spectrum = self._spectrum(waves)
        return self._banded(spectrum.real.square() + spectrum.imag.square()).to(waves.dtype)

    @property
    def first(self) -> int:
        """The sample in the middle of the first frame."""
        return self.frame // 2

    @property
    def hertz(self) -> np.ndarray:
        """`(mel,)`: the middle of each band."""
        return band_middles(self._bank.numpy(), self.rate)

    def _spectrum(self, waves: Tensor) -> Tensor:
        """`(batch, frame, 1 + n_fft // 2)` complex."""
        if waves.shape[-1] < self.frame:
            raise InputError(f"a frame has {self.frame} samples and the window {waves.shape[-1]}; give a longer window")
        inner = waves if waves.device.type == "mps" else waves.double()
        frames = inner.unfold(-1, self.frame, self.hop) * self._window.to(inner.dtype).to(inner.device)
        return torch.fft.rfft(frames, n=self.n_fft)

    def _banded(self, bins: Tensor) -> Tensor:
        """`(batch, frame, bin)` to `(batch, mel, frame)`."""
        return (bins @ self._bank.to(bins.dtype).to(bins.device).T).transpose(1, 2)


def magnitude(spectrum: Tensor) -> Tensor:
    """Absolute values, whose gradient at 0 is 0: silence would otherwise be divided by."""
    power = spectrum.real.square() + spectrum.imag.square()
    heard = power > 0
    return torch.where(heard, power.where(heard, torch.ones_like(power)).sqrt(), torch.zeros_like(power))


def htk_mel(hertz: np.ndarray) -> np.ndarray:
    """HTK's mel scale: 1127 ln(1 + f / 700).

    >>> htk_mel(np.array([0.0, 1000.0])).round(1).tolist()
    [0.0, 1000.0]
    """
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


def htk_bank(rate: int, *, n_fft: int, mels: int, fmin: float, fmax: float) -> np.ndarray:
    """`(mel, 1 + n_fft // 2)` float64: triangles of height 1, straight on the mel scale, none over the bin at 0 Hz."""
    if not 0 <= fmin < fmax <= rate / 2:
        raise InputError(f"mel bands from {fmin:g} to {fmax:g} Hz do not fit a rate of {rate} Hz (at most "
                         f"{rate / 2:g})")
    low_end, high_end = htk_mel(np.array([fmin, fmax]))
    edges = np.linspace(low_end, high_end, mels + 2)
    low, middle, high = (edges[at : at + mels, None] for at in range(3))
    bins = htk_mel(np.linspace(0, rate / 2, 1 + n_fft // 2))
    bank = np.maximum(0.0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    bank[:, 0] = 0
    return bank

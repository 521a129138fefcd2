"""The log-mel spectrogram, as a torch module that gives librosa's numbers.

Conventions: `(batch, time)` waveforms in, `(batch, 1, mel, frame)` decibels out; frames are centred, zeros stand before
the first sample and after the last (librosa 0.11), so there are `1 + time // hop` of them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from escucha.audio.clip import Clip
from escucha.errors import InputError

AMIN = 1e-10
"""The least power told from silence: -100 dB."""

LARGEST = 2**16
"""Samples in a frame, at most: beyond it no music changes as slowly, and memory ends."""


class LogMel(nn.Module):
    """`(batch, time)` at `rate` -> `(batch, 1, mel, frame)` in dB re 1: librosa's
    `power_to_db(melspectrogram(y), ref=1.0, amin=1e-10, top_db=top_db)`.

    >>> LogMel(22050, n_fft=512, hop=256, mels=40)(torch.zeros(2, 1024)).shape
    torch.Size([2, 1, 40, 5])

    Hann window (periodic) of `n_fft` samples, Slaney's mel scale and normalisation between `fmin` and `fmax` Hz (half
    the rate when None). `top_db` lifts what lies further below the maximum of *its own* example; None leaves it. Holds
    no weights and no buffers: nothing of it is saved, and the answer has the precision of the input. `exact` is within
    1e-3 dB of librosa in float64, and in float32 for what lies within 80 dB of the maximum. Without it float32 is
    transformed as such, in half the time, for training on the fly: the quiet bands of a pure tone are then up to
    3e-3 dB off.
    """

    first = 0
    """The sample in the middle of the first frame."""

    def __init__(self, rate: int, *, n_fft: int = 2048, hop: int = 512, mels: int = 128, fmin: float = 0.0,
                 fmax: float | None = None, top_db: float | None = None, exact: bool = True):
        super().__init__()
        if top_db is not None and top_db <= 0:
            raise InputError(f"top_db is a range in dB above 0, or None, got {top_db:g}")
        if hop < 1 or not 0 < n_fft <= LARGEST:
            raise InputError(f"a spectrum hops by a sample or more, over frames of 1 to {LARGEST}; got hop = {hop} and "
                             f"n_fft = {n_fft}")
        self.rate, self.n_fft, self.hop, self.mels, self.top_db, self.exact = rate, n_fft, hop, mels, top_db, exact
        # kept in float64 outside the buffers: a module turned to float32 and back would otherwise lose their digits
        self._window = torch.hann_window(n_fft, dtype=torch.float64)
        self._bank = torch.from_numpy(mel_bank(rate, n_fft=n_fft, mels=mels, fmin=fmin, fmax=fmax))

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, 1, mel, frame)` dB."""
        decibels = 10 * torch.log10(self.powers(waves).clamp(min=AMIN))
        if self.top_db is not None:
            decibels = torch.maximum(decibels, decibels.amax(dim=(1, 2), keepdim=True) - self.top_db)
        return decibels.unsqueeze(1)

    def powers(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, mel, frame)`: the power in each band, before the logarithm."""
        spectrum = self._spectrum(waves)
        # not abs() ** 2: its gradient divides by the magnitude, which may be 0
        power = spectrum.real.square() + spectrum.imag.square()
        return self._bank.to(waves.dtype).to(waves.device) @ power

    @property
    def hertz(self) -> np.ndarray:
        """`(mel,)`: the middle of each band."""
        return band_middles(self._bank.numpy(), self.rate)

    def _spectrum(self, waves: Tensor) -> Tensor:
        """`(batch, 1 + n_fft // 2, frame)` complex, of the precision of `waves`."""
        # like librosa, transform in float64 and round afterwards; Apple's GPUs have none
        inner = waves.double() if self.exact and waves.device.type != "mps" else waves
        spectrum = torch.stft(inner, self.n_fft, self.hop, window=self._window.to(inner.dtype).to(inner.device),
                              center=True, pad_mode="constant", return_complex=True)
        return spectrum.to(waves.dtype.to_complex())

    def frames(self, time: int) -> int:
        """How many frames `time` samples give."""
        return 1 + time // self.hop

    def extra_repr(self) -> str:
        """The settings, for `print(network)`."""
        return f"rate={self.rate}, n_fft={self.n_fft}, hop={self.hop}, mels={self.mels}, top_db={self.top_db}"


def mel_bank(rate: int, *, n_fft: int, mels: int, fmin: float = 0.0, fmax: float | None = None) -> np.ndarray:
    """`(mel, 1 + n_fft // 2)` float64: librosa's triangular filters; InputError where a filter holds no bin at all."""
    import librosa

    top = rate / 2 if fmax is None else fmax
    if not 0 <= fmin < top <= rate / 2:
        raise InputError(f"mel bands from {fmin:g} to {top:g} Hz do not fit a rate of {rate} Hz (at most {rate / 2:g})")
    if not 0 < mels <= n_fft // 2:
        raise InputError(f"{mels} mel bands cannot be told apart with n_fft {n_fft}; use fewer bands or a longer n_fft")
    # librosa's float32 filters, so that the two agree; empty ones are quiet here as they are in published models
    return librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=mels, fmin=fmin, fmax=top).astype(np.float64)


def band_middles(bank: np.ndarray, rate: int) -> np.ndarray:
    """`(band,)` Hz: where each filter of `(band, bin)` has its weight; an empty one lies between its neighbours.

    >>> band_middles(np.array([[0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]), 8000).tolist()
    [1500.0, 4000.0]
    """
    weight = bank.sum(axis=1)
    full = np.flatnonzero(weight)
    return np.interp(np.arange(len(bank)), full, bank[full] @ np.linspace(0, rate / 2, bank.shape[1]) / weight[full])


def log_mel(clip: Clip, *, n_fft: int = 2048, hop: int = 512, mels: int = 128,
            top_db: float | None = 80.0) -> np.ndarray:
    """`(mel, 1 + time // hop)` in dB re 1, for figures."""
    front = LogMel(clip.rate, n_fft=n_fft, hop=hop, mels=mels, top_db=top_db)
    with torch.no_grad():
        return front(torch.from_numpy(clip.wave.copy())[None])[0, 0].numpy()

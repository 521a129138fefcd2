"""Pictures of a window's pulse, made from its log-mel: how much rises when, and how soon it comes back.

Peter Grosche, Meinard Müller, Frank Kurth, "Cyclic tempogram: a mid-level tempo representation for music signals",
ICASSP 2010; with the conventions of `librosa.feature.tempogram`.

Conventions: log-mels are `(batch, 1, mel, frame)` in decibels; pictures are `(batch, 1, lag, frame)`, lags in frames.
"""

import torch
from torch import Tensor, nn

LEAST = 1e-3
"""The least energy that a frame is divided by: a thousandth of a square decibel is silence."""


class Tempogram(nn.Module):
    """Local autocorrelation of the onset strength, under a Hann window of `lags` frames around each frame.

    The onset strength is the mean over mels of what rises from frame to frame, so the level of a window does not show.
    Ramps down to nothing stand before the first frame and after the last.
    """

    def __init__(self, lags: int):
        super().__init__()
        self.lags = lags
        self.rise = nn.ReLU()
        self._window = torch.hann_window(lags, dtype=torch.float64)

    def forward(self, mels: Tensor) -> Tensor:
        """`(batch, 1, mel, frame)` to `(batch, 1, lag, frame)`, in square decibels."""
        onset = nn.functional.pad(self.rise(mels.diff(dim=-1)).mean(dim=(1, 2)), (1, 0))
        around = ramped(onset, self.lags // 2).unfold(-1, self.lags, 1)[:, : onset.shape[-1]]
        spectrum = torch.fft.rfft(around * self._window.to(mels.dtype).to(mels.device), n=2 * self.lags)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.fft.irfft(power, n=2 * self.lags)[..., : self.lags].transpose(1, 2).unsqueeze(1)


class Strength(nn.Module):
    """A tempogram's square decibels to numbers near one: `log10(1 + x)`, the same for every clip."""

    def forward(self, picture: Tensor) -> Tensor:
        """Any shape to the same shape."""
        return torch.log10(1 + picture.clamp(min=0))


class Normalised(nn.Module):
    """Each frame of a tempogram divided by its largest number, which is that at lag 0: only the shape is left.

    The one picture here that is normalised by what it shows, as in the published ensemble; a remix without its loudest
    source changes it all.
    """

    def forward(self, picture: Tensor) -> Tensor:
        """From -1 to 1; 0 where there is no pulse at all."""
        return picture / picture[:, :, :1].clamp(min=LEAST)


def ramped(onset: Tensor, count: int) -> Tensor:
    """`(batch, count + frame + count)`: a straight line from 0 before the first number, and one to 0 after the last.

    >>> ramped(torch.tensor([[4.0, 2.0]]), 2).tolist()
    [[0.0, 2.0, 4.0, 2.0, 1.0, 0.0]]
    """
    ramp = torch.arange(count, dtype=onset.dtype, device=onset.device) / max(count, 1)
    return torch.cat([onset[:, :1] * ramp, onset, onset[:, -1:] * ramp.flip(0)], dim=1)

"""Where in time and frequency an attribution lies, over a whole clip, and how that sounds.

Conventions: a map is `(row, frame)`; rows have a frequency in Hz, frames a time in s, both rising. Frames of
neighbouring windows stand one after the other; those of the last may lie beyond the end of the clip, in what pads it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from escucha.audio.bands import frame_length
from escucha.audio.clip import Clip

FULL = 99.0
"""Percentile of the strengths above zero from which on a cell is heard in full: a few cells would drown all others."""


@dataclass(frozen=True, eq=False)
class AttributionMap:
    """What each cell of time and frequency did for one label; the parts' weights are its sums inside parts."""

    values: np.ndarray
    """`(row, frame)`; above zero speaks for the label."""
    times: np.ndarray
    """`(frame,)` seconds: the middle of each frame."""
    hertz: np.ndarray
    """`(row,)` Hz: the middle of each band."""
    unit: str
    """What values are, in words: `logit minus mean logit`, or that for each unit of the spectrogram."""
    signed: bool = True
    """Do values tell for from against? A size (Saliency) or what is rectified (Grad-CAM) does not."""
    complete: bool = True
    """Do values add up to the value of everything minus that of nothing, by the method's own theorem?"""

    @property
    def time_edges(self) -> np.ndarray:
        """`(frame + 1,)` seconds: where frames end and begin, for `pcolormesh`."""
        return _edges(self.times, low=0.0)

    @property
    def hertz_edges(self) -> np.ndarray:
        """`(row + 1,)` Hz."""
        return _edges(self.hertz, low=0.0)


def heard(found: AttributionMap, clip: Clip, side: Literal["for", "against"] = "for") -> Clip:
    """The clip through a soft mask made of the map: what spoke for the label, or against it.

    Each bin of the clip's short-time spectrum keeps its phase and is multiplied by its cell's strength from 0 to 1.
    `for` and `against` have one scale, and together never more than the clip. As long as the clip; silent where nothing
    speaks on that side.
    """
    import librosa

    spectrum, times, hertz = spectrum_of(clip)
    frame = 2 * (len(hertz) - 1)
    wave = librosa.istft(spectrum * mask(found, times, hertz, side), n_fft=frame, length=max(frame, len(clip.wave)))
    return Clip(wave[: len(clip.wave)], clip.rate)


def spectrum_of(clip: Clip) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What masks are laid over: the complex short-time spectrum `(bin, frame)`, its frames in s, its bins in Hz."""
    import librosa

    frame = frame_length(clip.rate)
    spectrum = librosa.stft(np.pad(clip.wave, (0, max(0, frame - len(clip.wave)))), n_fft=frame)
    times = np.arange(spectrum.shape[1]) * (frame // 4) / clip.rate
    return spectrum, times, np.arange(spectrum.shape[0]) * clip.rate / frame


def mask(found: AttributionMap, times: np.ndarray, hertz: np.ndarray,
         side: Literal["for", "against"] = "for") -> np.ndarray:
    """`(hertz, time)` from 0 to 1: each frame's own strengths, in a straight line from band to band; 0 outside them."""
    sizes = np.abs(found.values[found.values != 0])
    if not sizes.size:
        return np.zeros((len(hertz), len(times)))
    strength = np.clip(found.values * (1 if side == "for" else -1) / np.percentile(sizes, FULL), 0, 1)
    at = np.clip(np.searchsorted(found.time_edges, times, side="right") - 1, 0, len(found.times) - 1)
    edges = found.hertz_edges
    middles = np.concatenate([edges[:1], found.hertz, edges[-1:]])
    outer = np.concatenate([strength[:1], strength, strength[-1:]])
    return np.stack([np.interp(hertz, middles, column, left=0, right=0) for column in outer.T], axis=1)[:, at]


def _edges(middles: np.ndarray, *, low: float) -> np.ndarray:
    """Half way between neighbours, the first and last cell as wide outside as inside; never below `low`."""
    if len(middles) == 1:
        return np.array([max(low, middles[0] - 0.5), middles[0] + 0.5])
    inner = (middles[1:] + middles[:-1]) / 2
    ends = 2 * middles[[0, -1]] - inner[[0, -1]]
    return np.maximum(np.concatenate([ends[:1], inner, ends[1:]]), low)

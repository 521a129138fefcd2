"""What the figures of an explanation have in common: colours, numbers in cells, titles, the mel axis.

Conventions: blue speaks against, red for; time in seconds, weights in units of the value. The map (`coolwarm`) is
symmetric about zero and told apart by every kind of colour vision. Sizes alone, which speak against nothing, go from
zero up in one hue (`Reds`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.image import AxesImage

from escucha.audio.clip import Clip
from escucha.audio.spectrum import log_mel
from escucha.explain.meanings import meaning_of

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

COLOURS = colormaps["coolwarm"]
SIZES = colormaps["Reds"]
WIDTH = 9.0
"""Inches."""
MELS = 96
HERTZ = (100, 300, 1000, 3000, 10000)
SPARSE = (300, 1000, 3000, 8000)
"""Ticks of an axis an inch high."""


def spectrogram(axes: Axes, clip: Clip) -> AxesImage:
    """The clip's log-mel spectrogram, over seconds and Hz."""
    n_fft = 2048 if clip.rate >= 16000 else 512
    levels = log_mel(clip, n_fft=n_fft, hop=max(n_fft // 4, len(clip.wave) // 1500), mels=MELS)
    picture = axes.imshow(levels, origin="lower", aspect="auto", cmap="magma", interpolation="nearest",
                          extent=(0, clip.duration, 0, MELS))
    mel_axis(axes, clip.rate)
    axes.set_ylabel("frequency (Hz, mel scale)")
    return picture


def mel_axis(axes: Axes, rate: int, ticks: Sequence[int] = HERTZ) -> None:
    """Ticks in Hz on an axis from 0 to MELS."""
    shown = [hertz for hertz in ticks if hertz < rate / 2]
    axes.set_yticks(mel_place(np.array(shown), rate), [f"{hertz:,}".replace(",", " ") for hertz in shown])
    axes.set_ylim(0, MELS)


def mel_place(hertz: np.ndarray, rate: int) -> np.ndarray:
    """Where frequencies lie on the mel axis, from 0 (0 Hz) to MELS (half the rate)."""
    import librosa

    middles = librosa.mel_frequencies(n_mels=MELS, fmax=rate / 2)
    return np.interp(hertz, [0.0, *middles[1:-1], rate / 2], [0.0, *(np.arange(1, MELS - 1) + 0.5), MELS])


def norm(among: Sequence[float] | np.ndarray, *, signed: bool = True) -> Normalize:
    """From the largest size below zero, or from zero where there are only sizes, to as much above it."""
    top = float(np.abs(among).max()) or 1.0
    return Normalize(-top if signed else 0, top)


def hues(*, signed: bool = True) -> Colormap:
    """Two where weights are for and against, one where they are sizes."""
    return COLOURS if signed else SIZES


def colours(weights: np.ndarray, among: Sequence[float] | np.ndarray, *, signed: bool = True) -> np.ndarray:
    """`(weight, 4)`, on the scale of all weights they stand `among`."""
    return hues(signed=signed)(norm(among, signed=signed)(weights))


def scale(among: Sequence[float] | np.ndarray, *, signed: bool = True) -> ScalarMappable:
    """For a colour bar."""
    return ScalarMappable(norm(among, signed=signed), hues(signed=signed))


def sided(explained: "Explanation") -> bool:
    """Do weights below zero speak against the label?"""
    return meaning_of(explained.method).signed


def readable(weight: float, among: Sequence[float] | np.ndarray) -> str:
    """The colour of a number on the colour of its weight."""
    return "white" if abs(weight) > 0.6 * np.abs(among).max() else "black"


def title(explained: "Explanation") -> str:
    """What the colours say."""
    if sided(explained):
        return f"What spoke for {explained.label} (red) and against it (blue)"
    return f"What counted for {explained.label}: the redder, the more"


def unit(explained: "Explanation", of: str = "weight") -> str:
    """An axis of weights, or of values; weights of an attribution map have the map's unit."""
    found = explained.weights.map
    told = found.unit if found is not None and of == "weight" else explained.unit
    return f"{of} ({told} of {explained.label})"

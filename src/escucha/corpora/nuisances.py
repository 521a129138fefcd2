"""Changes to a sound that mean nothing: another room, a noise floor, a tilt of the spectrum. The gain stays as it is.

Conventions: any rate; the filters and noises are those of the renderer (`rendering.room`), known by number.
"""

from collections.abc import Callable

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.corpora.rendering.room import NOISES, ROOMS, impulse, noise, shelf
from escucha.corpora.rendering.synth import RATE

REVISION = 1
"""Raised when a nuisance sounds different; part of every key."""
WET = 0.3
"""Energy of a room's tail relative to the sound, as an amplitude."""
USUAL = -25.0
"""dB: the level of music for which the renderer's noise floors are written; they follow the level of a clip."""
TILTS = (-6.0, -3.0, 3.0, 6.0)
"""dB of high shelves."""


def in_room(clip: Clip, number: int, _seed: int) -> Clip:
    """With the reflections and the tail of room `number` added."""
    return through(clip, impulse(number, WET), top=1.0)


def with_noise(clip: Clip, number: int, seed: int) -> Clip:
    """With noise floor `number` added, 21 to 37 dB below the clip's own level."""
    level = np.sqrt(np.mean(np.square(clip.wave, dtype=np.float64))) / 10 ** (USUAL / 20)
    return Clip(clip.wave + level * noise(number, seed, len(clip.wave)), clip.rate)


def tilted(clip: Clip, number: int, _seed: int) -> Clip:
    """Brighter or darker by `TILTS[number]`."""
    return through(clip, shelf(TILTS[number]), top=10 ** (TILTS[number] / 20))


def through(clip: Clip, response: np.ndarray, *, top: float) -> Clip:
    """The clip through a filter that was written at the renderer's rate; `top` is its gain at the highest frequencies.

    What differs from a plain gain of `top` has no highs, so it alone is brought to the clip's rate: nothing is lost
    above what the renderer knows.
    """
    from scipy.signal import fftconvolve

    rest = np.array(response, dtype=np.float64)
    rest[0] -= top
    at_rate = resample(Clip(np.pad(rest, (0, RATE // 100)), RATE), clip.rate).wave * (RATE / clip.rate)
    return Clip(top * clip.wave + fftconvolve(clip.wave, at_rate)[:len(clip.wave)], clip.rate)


NUISANCES: dict[str, tuple[Callable[[Clip, int, int], Clip], int]] = {
    "room": (in_room, ROOMS), "noise": (with_noise, NOISES), "tilt": (tilted, len(TILTS))}
"""Name to what it does with a clip, a number and a seed, and how many numbers there are."""

"""Notes become sound: every note added to its stem, every stem through its tone and its room.

A mix *is* the float32 sum of its stems in their order (`add`), so they are the oracle separation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from escucha.corpora.rendering.calibration import decibels
from escucha.corpora.rendering.castanets import click
from escucha.corpora.rendering.note import CASTANETS, Note
from escucha.corpora.rendering.room import impulse, noise, shelf, vowel
from escucha.corpora.rendering.synth import LAYERS, LENGTHS, LONG, RATE, TAIL, player

REST = "rest"
"""The stem of noise, which comes last."""
GAIN = 10 ** (-6 / 20)
RELEASE = np.linspace(1, 0, round(.05 * RATE), dtype=np.float32)


def add(stems: Iterable[np.ndarray]) -> np.ndarray:
    """The float32 sum in the given order: `(time,)`; ValueError for no stems."""
    total = None
    for stem in stems:
        total = stem.copy() if total is None else total + stem
    if total is None:
        raise ValueError("there is nothing to add")
    return total


def played(notes: Iterable[Note], samples: int, *, sustained: bool = False) -> np.ndarray:
    """All notes together, `(samples,)` float32 at `RATE`, dry; of those from before the start, what still rings.

    A note is held for 3 s at most, or for 24 s where notes may be `sustained`.
    """
    out = np.zeros(samples, dtype=np.float32)
    for note in notes:
        start = round(note.time * RATE)
        wave = sound(note, sustained=sustained)[max(0, -start):samples - start]
        start = max(0, start)
        out[start:start + len(wave)] += wave
    return out


def sound(note: Note, *, sustained: bool = False) -> np.ndarray:
    """One note alone, `(time,)` float32, calibrated, at its velocity and length."""
    level = 10 ** (decibels(note.program, note.pitch, kit=note.kit) / 20)
    if note.program == CASTANETS:
        return click(note.pitch) * np.float32(level * note.velocity / 112)
    layer = min(LAYERS, key=lambda value: abs(value - note.velocity))
    lengths = (*LENGTHS, *LONG) if sustained else LENGTHS
    length = next((length for length in lengths if length >= note.length), lengths[-1])
    wave = player().note(note.program, note.pitch, layer, length, shape=note.shape, kit=note.kit, shift=note.shift)
    cut = len(wave) if note.kit or note.shape else min(len(wave), round((note.length + TAIL / 2) * RATE))
    wave = wave[:cut] * np.float32(level * note.velocity / layer)
    ramp = RELEASE[-min(len(RELEASE), len(wave)):]
    wave[-len(ramp):] *= ramp
    return wave


def placed(dry: np.ndarray, *, brightness: float, room: int, wet: float, decay: float | None = None,
           sung: int | None = None) -> np.ndarray:
    """A stem with its tone and its room, one convolution: `(time,)`.

    Brightness is a high shelf in dB, `room` a number below `ROOMS`, `wet` its gain and `decay` another decay than its
    own, seconds; `sung` is the number of a vowel.
    """
    from scipy.signal import fftconvolve

    tone = shelf(brightness)
    if sung is not None:
        tone = np.convolve(tone, vowel(sung))
    response = np.convolve(tone, impulse(room, wet, decay))
    return fftconvolve(dry, response.astype(np.float32))[:len(dry)]


class Voice(NamedTuple):
    """What becomes one stem."""

    name: str
    notes: Sequence[Note]
    level: float
    """dB."""
    sung: int | None = None
    """The number of a vowel that shapes it."""
    sustained: bool = False
    """May its notes last longer than 3 s?"""


@dataclass(frozen=True)
class Place:
    """Where a clip is played: the nuisances that all its stems share."""

    seed: int
    duration: float
    """Seconds."""
    loudness: float
    """dB."""
    brightness: float
    """High shelf, dB."""
    room: int
    wet: float
    noise: int
    noise_level: float | None = None
    """dB before the gain; None for the noise floor's own."""
    decay: float | None = None
    """Seconds; None for the room's own."""


def render(voices: Iterable[Voice], place: Place) -> dict[str, np.ndarray]:
    """Every stem, `(time,)` float32 at `RATE`, in order: the voices that have notes, then `rest`."""
    samples = round(place.duration * RATE)
    gain = GAIN * 10 ** (place.loudness / 20)
    out = {}
    for voice in voices:
        if voice.notes:
            dry = played(voice.notes, samples, sustained=voice.sustained)
            heard = placed(dry, brightness=place.brightness, room=place.room, wet=place.wet, decay=place.decay,
                           sung=voice.sung)
            out[voice.name] = (heard * gain * 10 ** (voice.level / 20)).astype(np.float32)
    out[REST] = (noise(place.noise, place.seed, samples, level=place.noise_level) * gain).astype(np.float32)
    return out

"""The same sound, a little otherwise: moved, softer or louder, with noise, through an mp3. To people it is the same.

Conventions: every function takes a clip and a random generator, and returns a clip of the same rate and length; the
input is left as it is, and what is made is not bounded to [-1, 1].
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import soundfile

from escucha.audio.clip import Clip
from escucha.audio.io import MP3_RATES, bound, resample
from escucha.audio.loudness import louder
from escucha.errors import InputError

Perturbation = Callable[[Clip, np.random.Generator], Clip]

LAME_DELAY = 1105
"""Samples of silence that the encoder (576) and the decoder (529) put first, where the file has no room to say so."""

_KBPS = {12000: (8, 64), 24000: (8, 160), 48000: (32, 320)}  # highest rate to lowest and highest kb/s (ISO 13818-3)


def everyday(*, shifts_ms: Sequence[float] = (5, 12, 25, 50), gains_db: Sequence[float] = (-6, 6),
             noise_db: Sequence[float] = (30, 20, 10), mp3_kbps: Sequence[float] = (64,)) -> dict[str, Perturbation]:
    """Name to what happens to recordings on their way.

    >>> list(everyday(shifts_ms=[12], gains_db=[-6, 6], noise_db=[20], mp3_kbps=[64]))
    ['shift-12ms', 'gain-6dB', 'gain+6dB', 'noise-20dB', 'mp3-64kbps']
    """
    return {**{f"shift-{size:g}ms": partial(shift, seconds=size / 1000) for size in shifts_ms},
            **{f"gain{size:+g}dB": partial(gain, decibels=size) for size in gains_db},
            **{f"noise-{size:g}dB": partial(noise, decibels=size) for size in noise_db},
            **{f"mp3-{size:g}kbps": partial(mp3, kbps=size) for size in mp3_kbps}}


def shift(clip: Clip, rng: np.random.Generator, *, seconds: float) -> Clip:
    """As if recording had begun `seconds` later: so much is lost at the start and silent at the end."""
    lost = min(round(seconds * clip.rate), len(clip.wave) - 1)
    if lost < 0:
        raise InputError(f"a shift is of 0 s or more, got {seconds:g} s")
    return Clip(np.pad(clip.wave[lost:], (0, lost)), clip.rate)


def gain(clip: Clip, rng: np.random.Generator, *, decibels: float) -> Clip:
    """Louder by `decibels`, or softer."""
    return louder(clip, decibels)


def noise(clip: Clip, rng: np.random.Generator, *, decibels: float) -> Clip:
    """With white noise, its power `decibels` below the mean power of the clip; silence stays silent."""
    power = np.square(clip.wave, dtype=np.float64).mean()
    hiss = rng.normal(0, np.sqrt(power * 10 ** (-decibels / 10)), len(clip.wave))
    return Clip(clip.wave + hiss.astype(np.float32), clip.rate)


def mp3(clip: Clip, rng: np.random.Generator, *, kbps: float) -> Clip:
    """Encoded as mono mp3 of a constant `kbps` (1000 bits a second) at the clip's rate, and decoded again.

    The codec's delay is taken off. A rate that the format does not know becomes the next one up on the way; so does
    a bit rate that it does not know at that rate become the nearest. What is beyond full scale is scaled down before,
    and up again afterwards.
    """
    rate = next((one for one in MP3_RATES if one >= clip.rate), MP3_RATES[-1])
    bounded, less = bound(resample(clip, rate))
    with tempfile.TemporaryFile() as file:
        encode(file.fileno(), bounded, kbps)
        file.seek(0)
        coded, _ = soundfile.read(file.fileno(), dtype="float32", closefd=False)
    # libsndfile takes the delay off where the first frame is large enough to tell of it, and the length is then right
    late = LAME_DELAY if len(coded) > len(bounded.wave) else 0
    wave = resample(Clip(coded[late:] * np.float32(10 ** (-less / 20)), rate), clip.rate).wave[:len(clip.wave)]
    return Clip(np.pad(wave, (0, len(clip.wave) - len(wave))), clip.rate)


def encode(target: int, clip: Clip, kbps: float) -> None:
    """Write an mp3 of a bounded clip of one of `MP3_RATES` to an open file, at the nearest constant bit rate."""
    low, high = next(span for most, span in _KBPS.items() if clip.rate <= most)
    level = np.clip((high - kbps) / (high - low), 0, 0.999)  # libsndfile refuses 1
    with soundfile.SoundFile(target, "w", clip.rate, 1, "MPEG_LAYER_III", format="MP3", bitrate_mode="CONSTANT",
                             compression_level=float(level), closefd=False) as sound:
        sound.write(clip.wave)

"""Where the beats and bars of a clip fall, by ear of the machine: what is annotated is better.

Conventions: seconds from the clip's start, rising. A machine's beat may be half or twice the one that a dancer feels,
and its bar may begin on another beat; of a compás of twelve it knows nothing.
"""

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.errors import InputError

RATE = 22050
"""Clips are heard at this rate, whatever theirs: the same sound has the same beats."""
HOP = 512
"""Samples from one onset strength to the next: moments are 23 ms apart."""

_PULSE = 1.0  # dB: of music 5 and more, of noise and vibrato under a half


def beats(clip: Clip) -> tuple[float, ...]:
    """The beats: moments of strong onsets at a steady tempo, by dynamic programming (Ellis 2007, with librosa).

    InputError where there are none: silence, a steady tone or noise, a single stroke, a clip of a second or so.
    """
    strength = onset_strength(clip)
    return tuple(float(time) for time in _tracked(clip, strength) * HOP / RATE)


def bars(clip: Clip, every: int = 4, given: tuple[float, ...] = ()) -> tuple[float, ...]:
    """Every so many beats, counted from the beat whose onsets are strongest on average.

    The beats are found, or `given`. InputError as `beats`, and where there are fewer beats than a bar has.
    """
    strength = onset_strength(clip)
    frames = np.round(np.array(given) * RATE / HOP).astype(int) if given else _tracked(clip, strength)
    if len(frames) < every:
        raise InputError(f"this clip has {len(frames)} beats and a bar has {every}; cut it at its beats, or at windows")
    # an onset is felt where it begins, and its strength peaks a frame around that
    around = np.stack([strength[np.clip(frames + shift, 0, len(strength) - 1)] for shift in (-1, 0, 1)]).max(axis=0)
    first = max(range(every), key=lambda phase: float(around[phase::every].mean()))
    return given[first::every] if given else tuple(float(time) for time in frames[first::every] * HOP / RATE)


def onset_strength(clip: Clip) -> np.ndarray:
    """`(frame,)`: by how many dB the mel bands rise, on average; nothing where the clip begins."""
    import librosa

    wave = resample(clip, RATE).wave
    strength = librosa.onset.onset_strength(y=np.pad(wave, (0, max(0, 2048 - len(wave)))), sr=RATE, hop_length=HOP)
    strength[:4] = 0.0  # the frames that reach over the edge: any sound begins there
    return strength


def _tracked(clip: Clip, strength: np.ndarray) -> np.ndarray:
    """`(beat,)` frames."""
    import librosa

    _, frames = librosa.beat.beat_track(onset_envelope=strength, sr=RATE, hop_length=HOP)
    if len(frames) < 2 or strength[frames].mean() - np.median(strength) < _PULSE:
        raise InputError(f"no beats are heard in this clip of {clip.duration:.3g} s: it is silent, steady or too "
                         "short; cut it at windows, or at times of your own")
    return np.asarray(frames, dtype=int)

"""Numbers of a clip's sound that a musician would recognise: how percussive, how bright, how busy, how tonal it is.

Conventions: clips are heard at RATE; frames are of 2048 samples, 512 apart; a measure of silence is NaN.
"""

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.loudness import level
from escucha.corpora.cache import CacheError, remembered
from escucha.corpora.corpus import Source
from escucha.corpora.reading import each, read_cached
from escucha.errors import InputError, unknown

RATE = 22050
REVISION = 1
"""Raised when a measure's numbers change; part of every key in the cache."""
N_FFT, HOP = 2048, 512
QUIETEST = -120.0
"""dB of full scale below which a clip is silent."""
RISE = 0.7
"""dB, mean over mel bands, by which a frame rises where something begins."""
RANGE = 60.0
"""dB below a clip's loudest frame; what is quieter counts as that."""
LOW = 200.0
"""Hz; what lies below is low."""


@dataclass(frozen=True)
class Measure:
    """One number of a clip."""

    of: Callable[[Clip], float]
    """A clip at RATE that is not silent."""
    meaning: str
    """More of it is more of this."""
    unit: str


def measured(sources: Sequence[Source], name: str, *, cache: Path | None = None) -> list[float | str]:
    """A measure of FEATURES_OF_CLIPS of each source, or, of what cannot be read or is silent, why it has none.

    On all cores where there are many; kept in `cache` by content. InputError for an unknown name.
    """
    if name not in FEATURES_OF_CLIPS:
        raise unknown("feature", name, FEATURES_OF_CLIPS)
    return list(each(partial(_measured, name=name, cache=cache), sources, slow=len(sources)))


def measure(clip: Clip, name: str) -> float:
    """A measure of FEATURES_OF_CLIPS of a clip of any rate; NaN for silence. InputError for an unknown name."""
    from escucha.audio.io import resample

    if name not in FEATURES_OF_CLIPS:
        raise unknown("feature", name, FEATURES_OF_CLIPS)
    heard = resample(clip, RATE)
    return float("nan") if level(heard) < QUIETEST else float(FEATURES_OF_CLIPS[name].of(heard))


def _measured(source: Source, name: str, cache: Path | None) -> float | str:
    try:
        value = _known(source, name, cache)
    except CacheError:
        raise
    except (InputError, OSError) as error:
        return str(error) or type(error).__name__
    return value if np.isfinite(value) else f"a clip is silent, so nothing says how much {name} it has"


def _known(source: Source, name: str, cache: Path | None) -> float:
    """From the cache where it is there."""
    if cache is None:
        return measure(source.clip(), name)
    made = (source.key(), name, REVISION, importlib.metadata.version("librosa"))
    return remembered(cache / "measures", made, lambda: [measure(read_cached(source, RATE, cache), name)])[0]


def _sizes(clip: Clip) -> np.ndarray:
    """`(bin, frame)` magnitudes."""
    import librosa

    wave = np.pad(clip.wave, (0, max(0, N_FFT - len(clip.wave))))
    return np.abs(librosa.stft(wave, n_fft=N_FFT, hop_length=HOP))


def _percussive_share(clip: Clip) -> float:
    """Energy of what strikes, of all energy (median filtering, Fitzgerald 2010)."""
    import librosa

    harmonic, percussive = (float(np.square(part).sum()) for part in librosa.decompose.hpss(_sizes(clip)))
    return percussive / (harmonic + percussive)


def _centroid(clip: Clip) -> float:
    """Mean frequency of each frame's spectrum, loud frames counting more."""
    import librosa

    sizes = _sizes(clip)
    return float(np.average(librosa.feature.spectral_centroid(S=sizes, sr=RATE)[0], weights=_loud(sizes)))


def _onset_rate(clip: Clip) -> float:
    """Peaks a second of the spectral flux (librosa's onset strength, dB a frame) that stand RISE above what is around.

    Not normalised by its largest, as librosa's detection is by itself: it finds fourteen onsets a second in a chord
    that is held.
    """
    import librosa

    wave = np.pad(clip.wave, (0, max(0, N_FFT - len(clip.wave))))
    flux = librosa.onset.onset_strength(y=wave, sr=RATE, hop_length=HOP)
    found = librosa.onset.onset_detect(onset_envelope=flux, sr=RATE, hop_length=HOP, normalize=False, delta=RISE)
    return len(found) / clip.duration


def _tonal_clarity(clip: Clip) -> float:
    """1 minus the entropy of the twelve pitch classes in a frame (1: one pitch class; 0: all alike), loud ones more."""
    import librosa

    sizes = _sizes(clip)
    chroma = librosa.feature.chroma_stft(S=sizes**2, sr=RATE, norm=None, tuning=0.0)
    shares = chroma / np.maximum(chroma.sum(axis=0), 1e-20)
    entropy = -(shares * np.log(np.maximum(shares, 1e-20))).sum(axis=0) / np.log(12)
    return float(np.average(1 - entropy, weights=_loud(sizes)))


def _flatness(clip: Clip) -> float:
    """Geometric by arithmetic mean of the power spectrum (librosa's spectral flatness), loud frames counting more."""
    import librosa

    sizes = _sizes(clip)
    return float(np.average(librosa.feature.spectral_flatness(S=sizes)[0], weights=_loud(sizes)))


def _low_share(clip: Clip) -> float:
    power = np.square(_sizes(clip)).sum(axis=1)
    return float(power[np.linspace(0, RATE / 2, len(power)) < LOW].sum() / power.sum())


def _dynamics(clip: Clip) -> float:
    """Between the quietest and the loudest tenth of the frames."""
    levels = 10 * np.log10(_loud(_sizes(clip)))
    low, high = np.quantile(np.maximum(levels, levels.max() - RANGE), (0.1, 0.9))
    return float(high - low)


def _loud(sizes: np.ndarray) -> np.ndarray:
    """`(frame,)` energy, never 0 everywhere."""
    return np.square(sizes, dtype=np.float64).sum(axis=0) + 1e-20


FEATURES_OF_CLIPS: dict[str, Measure] = {
    "percussive-share": Measure(_percussive_share, "strokes rather than tones that ring", "share of the energy"),
    "centroid": Measure(_centroid, "brightness", "Hz"),
    "onset-rate": Measure(_onset_rate, "attacks of notes and strokes, one after the other", "a second"),
    "tonal-clarity": Measure(_tonal_clarity, "few pitches at a time, clearly heard", "from 0 to 1"),
    "flatness": Measure(_flatness, "noise rather than tones", "from 0 to 1"),
    "low-share": Measure(_low_share, "bass, below 200 Hz", "share of the energy"),
    "level": Measure(level, "strength of the sound, its pauses included", "dB of full scale"),
    "dynamics": Measure(_dynamics, "contrast between soft and loud moments", "dB"),
}
"""Name to what is measured."""

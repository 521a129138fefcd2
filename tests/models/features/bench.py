"""Hand-made features of thirty seconds: one spectrogram for all of them, beside librosa asked for each by itself."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import librosa
import numpy as np

from escucha.models.features import FEATURES
from tests.models.features.test_gtzan import RATE, plainly

SECONDS, TIMES = 30, 3


def song() -> np.ndarray:
    """Thirty seconds of a chord and clicks."""
    at = np.arange(SECONDS * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (220.0, 277.2, 329.6))
    clicks = np.exp(-40 * (at % 0.5)) * np.random.default_rng(0).normal(size=len(at))
    return (0.1 * chord + 0.2 * clicks).astype(np.float32)


def asked_one_by_one(wave: np.ndarray) -> list[Any]:
    """What the set `librosa` holds, each by its own call from the wave."""
    onset = librosa.onset.onset_strength(y=wave, sr=RATE)
    shapes = (librosa.feature.mfcc, librosa.feature.chroma_stft, librosa.feature.spectral_contrast,
              librosa.feature.spectral_centroid, librosa.feature.spectral_bandwidth, librosa.feature.spectral_rolloff)
    return [*(shape(y=wave, sr=RATE) for shape in shapes), librosa.feature.zero_crossing_rate(wave),
            librosa.feature.rms(y=wave), librosa.feature.tempo(onset_envelope=onset, sr=RATE)]


PLAIN: dict[str, Callable[[np.ndarray], Any]] = {"gtzan": plainly, "librosa": asked_one_by_one}


def rows() -> Iterator[tuple[str, float, str]]:
    """What is compared, how many times less time it takes, and both costs in words: one row a set of features."""
    wave = song()
    for name, plain in PLAIN.items():
        extract, names = FEATURES[name]
        own, theirs = _seconds(partial(extract, wave, RATE)), _seconds(partial(plain, wave))
        yield (f"{len(names)} features {name!r} of {SECONDS} s", theirs / own,
               f"{len(names) / own:.0f} features a second; librosa asked for each {len(names) / theirs:.0f}")


def _seconds(ask: Callable[[], Any]) -> float:
    """The least of a few times, after one that compiles what librosa compiles."""
    ask()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return min(took)

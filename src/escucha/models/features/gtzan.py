"""The 58 features of the public GTZAN table (`features_30_sec.csv`), of a wave.

Conventions: `(time,)` float32 waves at RATE; one number a column, in the table's order and by its names: the mean and
the variance over frames of 2048 samples, 512 apart. How the table was computed is not documented; it is taken to be
librosa of early 2020 with its defaults, which mirrored the wave at its ends. `harmony` and `perceptr` are the samples
of the harmonic and the percussive wave (librosa's `effects.hpss`), `length` is in samples, `tempo` in beats a minute on
librosa's grid of whole frames (the table's values lie on it), from the mean onset strength.
"""

from typing import Final

import numpy as np

from escucha.errors import InputError
from escucha.models.features.medians import harmonic_share

RATE = 22050
N_FFT, HOP = 2048, 512
MFCCS = 20
PAD: Final = "reflect"


def _both(name: str) -> tuple[str, str]:
    return f"{name}_mean", f"{name}_var"


COLUMNS: tuple[str, ...] = (
    "length",
    *(name for what in ("chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff",
                        "zero_crossing_rate", "harmony", "perceptr") for name in _both(what)),
    "tempo",
    *(name for at in range(1, MFCCS + 1) for name in _both(f"mfcc{at}")),
)
"""The table's columns between `filename` and `label`."""


def gtzan_features(wave: np.ndarray, rate: int) -> np.ndarray:
    """`(58,)` float32 of a wave `(time,)`, named by COLUMNS: one spectrogram for all of them.

    InputError at another rate than RATE, and for a wave too short to be mirrored.
    """
    import librosa

    if rate != RATE:
        raise InputError(f"the features of 'gtzan' are of sound at {RATE} Hz, got {rate} Hz; give rate = {RATE}")
    if len(wave) <= N_FFT // 2:
        raise InputError(f"the features of 'gtzan' need more than {N_FFT // 2} samples, got {len(wave)}; "
                         "hear a longer window")
    spectrum = librosa.stft(wave, n_fft=N_FFT, hop_length=HOP, pad_mode=PAD)
    size = np.abs(spectrum)
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=size**2, sr=rate))
    harmonic = librosa.istft(spectrum * harmonic_share(size), n_fft=N_FFT, hop_length=HOP, length=len(wave))
    described = [
        _chroma(size**2, rate),
        librosa.feature.rms(y=wave, frame_length=N_FFT, hop_length=HOP, pad_mode=PAD),
        *_shapes(size, rate),
        librosa.feature.zero_crossing_rate(wave, frame_length=N_FFT, hop_length=HOP),
        harmonic, wave - harmonic,  # the two shares of each bin sum to one
    ]
    onset = librosa.onset.onset_strength(S=mel, sr=rate, hop_length=HOP)
    tempo = librosa.feature.tempo(onset_envelope=onset, sr=rate, hop_length=HOP)[0] if onset.any() else 0.0
    rows = [*described, *librosa.feature.mfcc(S=mel, n_mfcc=MFCCS)]
    pairs = np.array([(row.mean(dtype=np.float64), row.var(dtype=np.float64)) for row in rows])
    before, after = np.split(pairs, [len(described)])
    return np.concatenate([[len(wave)], before.ravel(), [tempo], after.ravel()]).astype(np.float32)


def _chroma(power: np.ndarray, rate: int) -> np.ndarray:
    import librosa

    # how far the music is from 440 Hz is estimated, as in the table; of silence there is nothing to estimate
    tuning = librosa.estimate_tuning(S=power, sr=rate, bins_per_octave=12) if power.any() else 0.0
    return librosa.feature.chroma_stft(S=power, sr=rate, n_fft=N_FFT, tuning=tuning)


def _shapes(size: np.ndarray, rate: int) -> list[np.ndarray]:
    import librosa

    centroid = librosa.feature.spectral_centroid(S=size, sr=rate)
    return [centroid, librosa.feature.spectral_bandwidth(S=size, sr=rate, centroid=centroid),
            librosa.feature.spectral_rolloff(S=size, sr=rate)]

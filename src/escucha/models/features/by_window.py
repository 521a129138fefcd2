"""Hand-made features of a window: what librosa says of timbre, harmony, level and pulse.

Conventions: `(time,)` float32 waves; one number a name, in the order of NAMES. Means and standard deviations are over
frames of 2048 samples, 512 apart. All are finite for silence.
"""

import numpy as np

from escucha.errors import InputError

N_FFT, HOP = 2048, 512
MFCCS = 20
PITCHES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SHAPES = ("centroid", "bandwidth", "rolloff", "zero-crossings", "rms")
BANDS = 6
"""Octave bands of the spectral contrast, from 200 Hz, and what lies below."""
LOWEST_RATE = 2 * 200 * 2 ** (BANDS - 1)


def _both(name: str) -> tuple[str, str]:
    return f"{name} mean", f"{name} std"


NAMES: tuple[str, ...] = (
    *(name for at in range(MFCCS) for name in _both(f"mfcc {at}")),
    *(name for pitch in PITCHES for name in _both(f"chroma {pitch}")),
    *(name for at in range(BANDS + 1) for name in _both(f"contrast {at}")),
    *(name for shape in SHAPES for name in _both(shape)),
    "onset strength mean", "onset strength std", "tempo",
)
"""Names of `librosa_features`, in its order; tempo is in beats a minute, rolloff and the like in Hz."""


def librosa_features(wave: np.ndarray, rate: int) -> np.ndarray:
    """`(feature,)` float32 of a window `(time,)`, named by NAMES.

    >>> librosa_features(np.zeros(22050, np.float32), 22050).shape == (len(NAMES),)
    True
    """
    import librosa

    if rate <= LOWEST_RATE:
        raise InputError(f"librosa's features with {BANDS} octave bands need more than {LOWEST_RATE} Hz, got {rate}")
    spectrum = np.abs(librosa.stft(wave, n_fft=N_FFT, hop_length=HOP))
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=spectrum**2, sr=rate), top_db=None)
    onset = librosa.onset.onset_strength(S=mel, sr=rate, hop_length=HOP)
    rows = np.concatenate([
        librosa.feature.mfcc(S=mel, n_mfcc=MFCCS),
        # tuning is given: estimating it is slow, and undefined for silence
        librosa.feature.chroma_stft(S=spectrum**2, sr=rate, tuning=0.0),
        librosa.feature.spectral_contrast(S=spectrum, sr=rate, n_bands=BANDS),
        librosa.feature.spectral_centroid(S=spectrum, sr=rate),
        librosa.feature.spectral_bandwidth(S=spectrum, sr=rate),
        librosa.feature.spectral_rolloff(S=spectrum, sr=rate),
        librosa.feature.zero_crossing_rate(wave, frame_length=N_FFT, hop_length=HOP),
        librosa.feature.rms(y=wave, frame_length=N_FFT, hop_length=HOP),
    ])
    pulse = [onset.mean(), onset.std(), _tempo(onset, rate)]
    return np.concatenate([np.stack([rows.mean(axis=1), rows.std(axis=1)], axis=1).ravel(), pulse]).astype(np.float32)


def _tempo(onset: np.ndarray, rate: int) -> float:
    import librosa

    return float(librosa.feature.tempo(onset_envelope=onset, sr=rate, hop_length=HOP)[0]) if onset.any() else 0.0


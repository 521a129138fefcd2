"""What a musician would call a sound that a machine found: its note, or where its noise lies."""

import numpy as np

from escucha.audio.clip import Clip

_HARMONICS = 10
_FALL = 0.8  # a partial counts this much of the one below it
_NEAR = 0.03  # half a semitone, about: how far a partial may lie from its place
_STANDS_OUT = 4.0  # a peak is so many times the median of what is around it (12 dB)
_AROUND = 15  # bins on either side
_LOWEST = 27.5  # Hz, the piano's lowest string
_TONAL = 0.5  # of a pitched spectrum, this share of the energy lies in peaks


def heard_as(spectrum: np.ndarray, hertz: np.ndarray) -> str:
    """`A3, 220 Hz` for a magnitude spectrum `(bin,)` with a pitch, else `around 3400 Hz` (its centroid).

    The pitch is the peak with the most partials above it, each counting 0.8 of the one below. A chord is called by its
    strongest note. It is a name and not a measurement.
    """
    peaks = [peak for peak in _peaks(spectrum) if hertz[peak] > _LOWEST]
    energy = sum(float(np.square(spectrum[max(0, peak - 1):peak + 2]).sum()) for peak in peaks)
    if not peaks or energy < _TONAL * float(np.square(spectrum).sum()):
        return f"around {centroid(spectrum, hertz)}"
    import librosa

    places = np.array([_between(spectrum, peak) for peak in peaks]) * hertz[1]
    heights = spectrum[peaks]
    pitch = max(places, key=lambda place: _salience(place, places, heights))
    return f"{librosa.hz_to_note(pitch, unicode=False)}, {pitch:.0f} Hz"


def centroid(spectrum: np.ndarray, hertz: np.ndarray) -> str:
    """Its power's centre of gravity, in Hz to two digits: `3400 Hz`."""
    power = np.square(spectrum, dtype=np.float64)
    middle = float(power @ hertz / max(float(power.sum()), 1e-30))
    return f"{round(middle, 1 - int(np.floor(np.log10(max(middle, 1.0))))):.0f} Hz"


def brightness(clip: Clip) -> str:
    """The centroid of a whole clip's mean spectrum."""
    import librosa

    spectrum = np.abs(librosa.stft(np.pad(clip.wave, (0, max(0, 2048 - len(clip.wave)))))).mean(axis=1)
    return centroid(spectrum, librosa.fft_frequencies(sr=clip.rate, n_fft=2048))


def _peaks(spectrum: np.ndarray) -> list[int]:
    """Bins higher than both neighbours and well above what is around."""
    inner = spectrum[1:-1]
    higher = np.flatnonzero((inner > spectrum[:-2]) & (inner >= spectrum[2:])) + 1
    return [int(at) for at in higher
            if spectrum[at] > _STANDS_OUT * np.median(spectrum[max(0, at - _AROUND):at + _AROUND + 1])]


def _between(spectrum: np.ndarray, peak: int) -> float:
    """Where the top of the parabola through a peak and its neighbours (in dB) lies, in bins."""
    left, top, right = np.log(np.maximum(spectrum[peak - 1:peak + 2], 1e-12))
    bend = left - 2 * top + right
    return peak + (0.5 * (left - right) / bend if bend else 0.0)


def _salience(place: float, places: np.ndarray, heights: np.ndarray) -> float:
    total = 0.0
    for number in range(1, _HARMONICS + 1):
        near = np.abs(places / (number * place) - 1) < _NEAR
        total += _FALL ** (number - 1) * float(heights[near].max(initial=0.0))
    return total

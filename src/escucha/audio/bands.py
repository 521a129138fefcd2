"""A sound split into bands of frequency that sum back to it.

Conventions: a band is its lowest and highest frequency in Hz; waves are `(time,)` float32.
"""

from itertools import pairwise

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError

Band = tuple[float, float]

FRAME = 2048
"""Samples of a spectrum at 22 050 Hz."""


def band_edges(rate: int, bands: int | tuple[float, ...]) -> list[Band]:
    """So many bands of equal width on Slaney's mel scale from 0 Hz to half the rate; or those between given edges (Hz).

    >>> band_edges(8000, (500.0, 2000.0))
    [(0.0, 500.0), (500.0, 2000.0), (2000.0, 4000.0)]
    """
    if isinstance(bands, int):
        if not 1 <= bands <= 64:
            raise InputError(f"ask for 1 to 64 bands, or for edges in Hz; got {bands}")
        if bands == 1:
            return [(0.0, rate / 2)]
        import librosa

        edges = [round(float(edge), 1) for edge in librosa.mel_frequencies(bands + 1, fmin=0.0, fmax=rate / 2)]
    else:
        edges = [0.0, *map(float, bands), rate / 2]
    low = rate / frame_length(rate)
    if any(last - first < low for first, last in pairwise(edges)):
        raise InputError(f"bands between {', '.join(f'{edge:g}' for edge in edges)} Hz cannot be told apart at {rate} "
                         f"Hz; edges rise from above 0 to below {rate / 2:g} Hz, {low:.0f} Hz or more apart")
    return list(pairwise(edges))


def split_bands(clip: Clip, bands: int | tuple[float, ...]) -> dict[Band, np.ndarray]:
    """`{band: (time,)}` float32: each bin of a short-time spectrum belongs to one band; they sum to the clip's wave.

    What the spectrum's way there and back rounds off (about 1e-7) joins the lowest band.
    """
    edges = band_edges(clip.rate, bands)
    if len(edges) == 1:
        return {edges[0]: clip.wave}
    import librosa

    frame = frame_length(clip.rate)
    wave = np.pad(clip.wave, (0, max(0, frame - len(clip.wave))))
    spectrum = librosa.stft(wave, n_fft=frame)
    hertz = np.arange(len(spectrum)) * clip.rate / frame
    owner = np.clip(np.searchsorted([last for _, last in edges], hertz, side="right"), 0, len(edges) - 1)
    # told its length: left to itself the inverse drops what follows the last whole hop
    waves = {band: librosa.istft(spectrum * (owner == at)[:, None], n_fft=frame, length=len(wave))[: len(clip.wave)]
             for at, band in enumerate(edges)}
    waves[edges[0]] = (waves[edges[0]] + (clip.wave - sum(wave.astype(np.float64) for wave in waves.values()))
                       ).astype(np.float32)
    return waves


def frame_length(rate: int) -> int:
    """Samples of a spectrum whose parts are heard or left out: about as many seconds at every rate, in a power of two.

    >>> frame_length(22050), frame_length(44100), frame_length(16000)
    (2048, 4096, 2048)
    """
    return int(2 ** np.clip(round(np.log2(FRAME * rate / 22050)), 6, 16))

"""What repeats and what does not: the accompaniment behind a voice, more often than not. All with nussl.

Conventions: `background` repeats, `foreground` does not; everything under 100 Hz is background. InputError under three
seconds, for silence, and where ffmpeg, which nussl wants, is missing.
"""

from escucha.audio.clip import Clip
from escucha.audio.separators.nussl_door import estimates
from escucha.audio.separators.separator import Sources
from escucha.errors import InputError

SECONDS = 3.0
"""What repeats is found in this much at least."""


def repet(clip: Clip) -> Sources:
    """REPET: repetition at one period, as of a loop (Rafii & Pardo 2013)."""
    return _layers(clip, "Repet", "REPET")


def repet_sim(clip: Clip) -> Sources:
    """REPET-SIM: repetition at any moment, by a similarity matrix (Rafii & Pardo 2012)."""
    return _layers(clip, "RepetSim", "REPET-SIM")


def two_dft(clip: Clip) -> Sources:
    """2DFT: repetition as peaks in the Fourier transform of the spectrogram (Seetharaman, Pishdadian & Pardo 2017)."""
    return _layers(clip, "FT2D", "2DFT")


def _layers(clip: Clip, algorithm: str, called: str) -> Sources:
    if clip.duration < SECONDS:
        raise InputError(f"{called} needs at least {SECONDS:g} s to find what repeats, this clip lasts "
                         f"{clip.duration:.3f} s; separate it with hpss")
    background, foreground = estimates(clip, algorithm)
    return {"background": background, "foreground": foreground}

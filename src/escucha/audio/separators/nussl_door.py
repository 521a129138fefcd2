"""The only door to nussl, which is made to import today and to say nothing."""

import logging
import warnings
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from escucha.audio import ffmpeg
from escucha.audio.clip import Clip
from escucha.audio.quiet import quiet
from escucha.errors import InputError


def estimates(clip: Clip, algorithm: str, *settings: Any, **named: Any) -> list[Clip]:
    """The sources that one of `nussl.separation.primitive` finds in a mono clip, in its order.

    `settings` follow the signal in the algorithm's call. InputError where nussl cannot be imported, and for silence.
    """
    if not clip.wave.any():
        raise InputError("there are no sources to find in silence: this clip has no sample other than 0")
    nussl = load()
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # of medians over the padding of the last period, of NMF at its last step
        signal = nussl.AudioSignal(audio_data_array=clip.wave[None].astype(np.float64), sample_rate=clip.rate)
        found = getattr(nussl.separation.primitive, algorithm)(signal, *settings, **named)()
    return [Clip(source.audio_data[0], clip.rate) for source in found]


@lru_cache(maxsize=1)
def load() -> ModuleType:
    """nussl 1.1.9, its last release. InputError where ffmpeg, which it looks for at import, is missing."""
    if not ffmpeg.installed():
        raise InputError("REPET, 2DFT and timbre clustering come with nussl, which needs ffmpeg and ffprobe on the "
                         f"path; {ffmpeg.INSTALL}, or separate with hpss or nmf")
    import scipy.signal

    for name in ("hamming", "hann", "blackman"):  # moved in SciPy 1.1, gone in 1.13; nussl reads them at import
        if not hasattr(scipy.signal, name):
            setattr(scipy.signal, name, getattr(scipy.signal.windows, name))
    logging.getLogger("sox").setLevel(logging.ERROR)  # SoX is not used; its absence is not news
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nussl
    return nussl

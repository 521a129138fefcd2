"""Sounds alike in timbre, whatever they play."""

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.separators.component_names import brightness
from escucha.audio.separators.nussl_door import estimates
from escucha.audio.separators.separator import Sources
from escucha.errors import InputError

MOST = 6
"""Sources, at most: timbres nearer to each other are not told apart."""

_COMPONENTS = 20  # spectral templates whose timbre is compared
_SECONDS = 1.0
_BYTES = 2 * 2**30  # nussl holds every template at every bin at once


def timbre(clip: Clip, argument: str) -> Sources:
    """`timbre 1 (around 850 Hz)`, ...: the loudest first, each with its spectrum's centroid.

    NMF of the spectrogram whose templates are clustered by their MFCCs (after Spiertz & Gnann 2009; nussl's
    TimbreClustering), seeded. InputError under a second, for silence, for a clip too long for the memory, and where
    ffmpeg, which nussl wants, is missing.
    """
    if clip.duration < _SECONDS:
        raise InputError(f"timbre clustering needs at least {_SECONDS:g} s, this clip lasts {clip.duration:.3f} s; "
                         "separate it with hpss")
    needed = len(clip.wave) * 2 * _COMPONENTS * 8
    if needed > _BYTES:
        raise InputError(f"timbre clustering of {clip.duration:.0f} s takes {needed / 2**30:.0f} GiB of memory; give a "
                         f"part of up to {_BYTES / needed * clip.duration:.0f} s (duration), or use nmf")
    found = estimates(clip, "TimbreClustering", int(argument), _COMPONENTS, nmf_kwargs={"random_state": 0},
                      random_state=0)
    loudest = sorted(found, key=lambda source: -float(np.square(source.wave).sum()))
    return {f"timbre {number} (around {brightness(source)})": source for number, source in enumerate(loudest, 1)}

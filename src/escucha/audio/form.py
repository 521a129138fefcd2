"""How a file holds its sound: what may tell of its origin and is no music."""

from dataclasses import dataclass
from pathlib import Path

import soundfile

from escucha.audio.quiet import quiet


@dataclass(frozen=True)
class Form:
    """Of a file that libsndfile opens."""

    rate: int
    """Samples a second."""
    bits: int
    """Of a sample; 0 where a codec keeps none (mp3, vorbis)."""
    channels: int


_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}


def form(file: Path) -> Form | None:
    """The form of a file; None where libsndfile does not open it."""
    try:
        with quiet():
            told = soundfile.info(file)
    except (OSError, soundfile.LibsndfileError):
        return None
    return Form(told.samplerate, _BITS.get(told.subtype, 0), told.channels)

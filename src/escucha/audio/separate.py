"""One sound taken apart into several: the only door to nussl (and, later, demucs).

Conventions: sources are linear waveforms exactly as long as the clip. They need not sum to it; `explain`'s
Factorization adds what is left over as a part called `rest`.
"""

import logging
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np

from escucha.audio import ffmpeg
from escucha.audio.clip import Clip
from escucha.audio.io import SUFFIXES, read
from escucha.audio.quiet import quiet
from escucha.errors import InputError, unknown

REVISION = 1
"""Raised when a separator's answer changes; part of every cache key."""

REPET_SECONDS = 3.0
"""REPET looks for something that repeats, and needs this much to find it."""


def separate(clip: Clip, how: str) -> dict[str, Clip]:
    """The clip's sources by one of SEPARATORS, by name, each as long as the clip.

    Raises InputError for an unknown separator, and for what the separator cannot do with this clip.
    """
    if how not in SEPARATORS:
        raise unknown("separator", how, SEPARATORS)
    return {name: _fit(source, clip) for name, source in SEPARATORS[how](clip).items()}


def hpss(clip: Clip) -> dict[str, Clip]:
    """`harmonic` and `percussive` by median filtering (Fitzgerald 2010; librosa's soft masks, which sum to 1)."""
    import librosa

    # zeros for clips shorter than one spectrum: librosa would warn, and its filters see a single frame
    wave = np.pad(clip.wave, (0, max(0, 2048 - len(clip.wave))))
    harmonic, percussive = librosa.effects.hpss(wave)
    return {"harmonic": Clip(harmonic, clip.rate), "percussive": Clip(percussive, clip.rate)}


def repet(clip: Clip) -> dict[str, Clip]:
    """`background` (what repeats) and `foreground` (what does not) by REPET (Rafii & Pardo 2013), with nussl.

    Raises InputError under three seconds and where ffmpeg, which nussl wants, is missing.
    """
    if clip.duration < REPET_SECONDS:
        raise InputError(f"REPET needs at least {REPET_SECONDS:g} s to find what repeats, this clip lasts "
                         f"{clip.duration:.3f} s; separate it with hpss")
    nussl = _nussl()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of medians over the padding of the last period
        signal = nussl.AudioSignal(audio_data_array=clip.wave[None].astype(np.float64), sample_rate=clip.rate)
        background, foreground = nussl.separation.primitive.Repet(signal)()
    return {"background": Clip(background.audio_data[0], clip.rate),
            "foreground": Clip(foreground.audio_data[0], clip.rate)}


SEPARATORS: dict[str, Callable[[Clip], dict[str, Clip]]] = {"hpss": hpss, "repet": repet}
"""What can be done to a clip alone; `stems`, a track's own sources, are the caller's (`read_stems`)."""


def read_stems(folder: str | Path, *, rate: int | None = None, start: float = 0.0,
               duration: float | None = None) -> dict[str, Clip]:
    """One source for each audio file in a folder, named by the file and sorted by name: all of one rate and length.

    `rate`, `start` and `duration` as in `io.read`. The mix itself does not belong into the folder. Raises InputError
    naming the file that differs, and where a folder holds no audio.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"there is no folder {place} to read stems from; it holds one audio file a source")
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in SUFFIXES and file.name[0] != ".")
    if not files:
        raise InputError(f"no audio files in {place}; a folder of stems holds one audio file a source")
    stems: dict[str, Clip] = {}
    for file in files:
        if file.stem in stems:
            raise InputError(f"{file} is a second stem called {file.stem!r} in its folder; rename or remove one")
        stems[file.stem] = read(file, rate=rate, start=start, duration=duration)
        _check_alike(file, stems[file.stem], files[0], stems[files[0].stem])
    return stems


def _check_alike(file: Path, stem: Clip, first: Path, model: Clip) -> None:
    if stem.rate != model.rate:
        raise InputError(f"{file} has {stem.rate} Hz and {first.name} has {model.rate}; ask for one rate, or resample")
    if len(stem.wave) != len(model.wave):
        raise InputError(f"{file} has {len(stem.wave)} samples and {first.name} has {len(model.wave)} at {model.rate} "
                         "Hz; stems start and end together: export them again")


def _fit(source: Clip, clip: Clip) -> Clip:
    """Cut or padded with zeros to the clip's length: inverse spectra end on a frame."""
    wave = source.wave[: len(clip.wave)]
    return Clip(np.pad(wave, (0, len(clip.wave) - len(wave))), clip.rate)


@lru_cache(maxsize=1)
def _nussl() -> ModuleType:
    """nussl 1.1.9, its last release, made to import today."""
    if not ffmpeg.installed():
        raise InputError(f"REPET comes with nussl, which needs ffmpeg and ffprobe on the path; {ffmpeg.INSTALL}, "
                         "or separate with hpss")
    import scipy.signal

    for name in ("hamming", "hann", "blackman"):  # moved in SciPy 1.1, gone in 1.13; nussl reads them at import
        if not hasattr(scipy.signal, name):
            setattr(scipy.signal, name, getattr(scipy.signal.windows, name))
    logging.getLogger("sox").setLevel(logging.ERROR)  # SoX is not used; its absence is not news
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nussl
    return nussl

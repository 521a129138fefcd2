"""One sound taken apart into several, by any of SEPARATORS or from files.

Conventions: sources are linear waveforms exactly as long as the clip. They need not sum to it; `explain`'s
Factorization adds what is left over as a part called `rest`.
"""

import re
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import SUFFIXES, read
from escucha.audio.separators import demucs_files, demucs_model, nmf, timbre
from escucha.audio.separators.hpss import hpss
from escucha.audio.separators.repeating import repet, repet_sim, two_dft
from escucha.audio.separators.separator import Argument, Separator, between
from escucha.errors import InputError, unknown

REVISION = 1
"""Raised when a separator's answer changes; part of every cache key."""

SEPARATORS: dict[str, Separator] = {
    "hpss": Separator("what rings (harmonic) and what strikes (percussive)", hpss),
    "repet": Separator("what repeats as a loop does (background) and what does not (foreground)", repet),
    "repet-sim": Separator("what comes again at any time (background) and what does not (foreground)", repet_sim),
    "2dft": Separator("repeating patterns of the spectrogram (background) and the others (foreground)", two_dft),
    "timbre": Separator("sounds alike in timbre", timbre.timbre, Argument("/", "2", between(2, timbre.MOST))),
    "nmf": Separator("components that come and go as a whole: notes and strokes at best", nmf.nmf,
                     Argument("/", "8", between(2, nmf.MOST))),
    "demucs": Separator("what a network trained on songs takes for drums, bass, vocals and other", demucs_model.demucs,
                        Argument(":", demucs_model.USUAL, demucs_files.check,
                                 lambda argument: demucs_files.find(argument).digest())),
}
"""What can be done to a clip alone; `stems`, a track's own sources, are the caller's (`read_stems`)."""


def separate(clip: Clip, how: str) -> dict[str, Clip]:
    """The clip's sources by one of SEPARATORS, by name, each as long as the clip.

    `nmf/8` and `demucs:FILE` say more than the name. Raises InputError for an unknown separator, for an argument that
    it does not take, and for what it cannot do with this clip.
    """
    separator, argument = asked(how)
    sources = separator.run(clip) if separator.argument is None else separator.run(clip, argument)
    return {name: _fit(source, clip) for name, source in sources.items()}


def asked(how: str) -> tuple[Separator, str]:
    """The separator that is meant and its argument, the usual one where none is given; InputError as `separate`.

    >>> asked("nmf")[1], asked("nmf/3")[1], asked("demucs")[1], asked("demucs:someone/htdemucs")[1]
    ('8', '3', 'htdemucs', 'someone/htdemucs')
    """
    name, mark, argument = re.fullmatch(r"([^/:]*)([/:]?)(.*)", how, re.DOTALL).groups()  # type: ignore[union-attr]
    if name not in SEPARATORS:
        raise unknown("separator", name, SEPARATORS)
    separator = SEPARATORS[name]
    takes = separator.argument
    if not mark:
        return separator, "" if takes is None else takes.usual
    if takes is None:
        raise InputError(f"separator {how!r}: {name} takes no argument; ask for {name!r}")
    if mark != takes.mark or not argument:
        raise InputError(f"separator {how!r}: ask for {name!r}, or for more as in {name + takes.mark + takes.usual!r}")
    try:
        takes.check(argument)
    except InputError as error:
        raise InputError(f"separator {how!r}: {error}") from None
    return separator, argument


def content(how: str) -> str:
    """What a separator's answer depends on beside the clip: its name, its argument (of files their bytes), REVISION.

    For keys of caches and for fingerprints. InputError as `separate`; weights of demucs are fetched for it.
    """
    separator, argument = asked(how)
    told = "" if separator.argument is None else separator.argument.content(argument)
    return f"{re.split('[/:]', how)[0]} {told} {REVISION}"


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

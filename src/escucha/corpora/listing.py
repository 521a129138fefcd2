"""The audio files that words name: files, folders, and patterns that the shell did not expand."""

from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from escucha.audio.io import SUFFIXES
from escucha.corpora.folder import list_audio
from escucha.errors import InputError


def find_audio(words: Iterable[str | Path]) -> list[Path]:
    """The files that `words` name, in their order, each once.

    A file stands for itself, whatever its suffix, and so does what is not there: reading it will say so. A folder
    stands for all audio in it and in its folders. A pattern (`songs/*.mp3`, `songs/**/*.wav`; `**` is any depth) stands
    for the audio files that it fits, or where it fits none for the folders. InputError for a folder or a pattern
    without audio.
    """
    return list(dict.fromkeys(file for word in words for file in _named(str(word))))


def _named(word: str) -> Iterator[Path]:
    path = Path(word)
    if path.is_dir():
        yield from list_audio(path)
    elif path.exists() or not has_magic(word):  # a name may hold brackets: what is there comes before what it may mean
        yield path
    else:
        yield from _fitting(word)


def _fitting(pattern: str) -> list[Path]:
    found = [Path(name) for name in sorted(glob(pattern, recursive=True))]
    files = [path for path in found if path.is_file() and path.suffix.lower() in SUFFIXES]
    inside = [] if files else [file for path in found if path.is_dir() for file in _audio_of(path)]
    if not files and not inside:
        raise InputError(f"no audio fits the pattern {pattern!r}; check where it begins and how it ends")
    return files or inside


def _audio_of(folder: Path) -> list[Path]:
    try:
        return list_audio(folder)
    except InputError:  # of many folders some may hold none
        return []

"""Long recordings into clips of one length, which overlap and stay together by recording."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from escucha.audio import io
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import FileSource, list_audio, place_name
from escucha.corpora.reading import each
from escucha.errors import InputError

_PIECE = 600.0  # seconds decoded at once: a concert is longer than what is read as one clip


@dataclass(frozen=True)
class Cutting:
    """How recordings are cut; all in seconds."""

    seconds: float = 12.0
    """Every clip is as long as this."""
    hop: float = 6.0
    """From the start of a clip to the start of the next; below `seconds` they overlap, above it something is left."""
    skip_start: float = 0.0
    """Left out of each recording before the first clip: applause, speech, count-ins."""
    skip_end: float = 0.0

    def __post_init__(self):
        for name, least in (("seconds", 0.1), ("hop", 0.1), ("skip_start", 0.0), ("skip_end", 0.0)):
            value = getattr(self, name)
            if not least <= value <= io.MAX_SECONDS:
                raise InputError(f"{name} is a number of seconds from {least:g} to {io.MAX_SECONDS:g}, got {value:g}")

    def starts(self, length: float) -> list[float]:
        """Where the clips of a recording of `length` seconds begin; none where it is too short for one.

        >>> Cutting(seconds=12, hop=6, skip_start=1).starts(31.0)
        [1.0, 7.0, 13.0, 19.0]
        """
        # a millisecond of mercy: lengths are whole samples, and seconds are not
        room = length - self.skip_start - self.skip_end - self.seconds + 1e-3
        return [round(self.skip_start + number * self.hop, 6) for number in range(int(room // self.hop) + 1)]


def recordings(path: str | Path, label: str = "") -> Corpus:
    """An audio file, or all in a folder, as one corpus with one label (none when empty); each is its own group."""
    root = Path(path)
    files = list_audio(root)
    labels = (label,) if label else ()
    home = root.parent if root.is_file() else root
    return Corpus(tuple(Track(name, labels, name, FileSource(file)) for file in files
                        for name in [place_name(file, home)]), f"recordings {root}")


def cut(corpus: Corpus, how: Cutting, *, progress: str = "") -> Corpus:
    """The clips of every recording, called `<recording>@<start>`: parts of its file, nothing is copied.

    Each keeps its recording's labels, group and split, and the annotations that hold for all of it (numbers, texts,
    yes and no); those with times (lists, tables) and its duration are dropped. `recording` is added, its name. All are
    decoded once to know how long they are. What cannot be read, and what is too short for one clip, is left out with a
    warning. Raises InputError where nothing is left, and for a track that is no file.
    """
    files = [_file(track) for track in corpus]
    lengths = list(each(_length, files, slow=len(files), progress=progress))
    known = [(track, file, length) for track, file, length in zip(corpus, files, lengths) if isinstance(length, float)]
    _say([length for length in lengths if isinstance(length, str)], "cannot be read", corpus)
    _say([track.name for track, _, length in known if not how.starts(length)], f"are too short for {how.seconds:g} s",
         corpus)
    clips = tuple(clip for row in known for clip in _clips(*row, how))
    if not clips:
        raise InputError(f"no recording of {corpus.origin} gives a clip of {how.seconds:g} s; ask for shorter ones")
    return Corpus(clips, f"{corpus.origin}, {how.seconds:g} s every {how.hop:g} s")


def _file(track: Track) -> FileSource:
    if not isinstance(track.source, FileSource):
        raise InputError(f"track {track.name!r} is rendered and not a file; export the corpus, then cut that")
    return track.source


def _clips(track: Track, file: FileSource, length: float, how: Cutting) -> Iterator[Track]:
    notes = {**_lasting(file.notes), "recording": track.name}
    for start in how.starts(length):
        part = FileSource(file.path, round(file.start + start, 6), how.seconds, notes)
        yield replace(track, name=f"{track.name}@{start:g}", source=part)


def _lasting(notes: Mapping[str, Any]) -> dict[str, Any]:
    """What is true of every part."""
    return {name: value for name, value in notes.items()
            if isinstance(value, str | int | float | bool) and name != "duration"}


def _length(file: FileSource) -> float | str:
    """Seconds, or why there are none."""
    total, wanted = 0.0, io.MAX_START if file.duration is None else file.duration
    while total < wanted:
        try:
            piece = io.read(file.path, start=file.start + total, duration=min(_PIECE, wanted - total)).duration
        except (InputError, OSError) as error:
            return total or str(error)  # at the very end there is nothing to read, and that is how long it was
        total += piece
        if piece < _PIECE - 1e-3:
            break
    return total


def _say(names: list[str], what: str, corpus: Corpus) -> None:
    if names:
        warnings.warn(f"{len(names)} of {len(corpus)} recordings of {corpus.origin} {what} and are left out: {names[0]}"
                      + (" (and others)" if names[1:] else ""), stacklevel=3)

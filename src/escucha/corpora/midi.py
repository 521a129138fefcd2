"""MIDI files as sounds: notes read with pretty_midi and played with the soundfont.

Conventions: seconds from the file's first note, which begins the clip. Channel 10 is drums. Neither the sustain pedal,
nor pitch bends, nor changes of loudness within a track are followed: a note is its pitch, velocity, start and end.
Files come from outside and are not trusted: their size, their notes and the length that is played are limited.
"""

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio import io
from escucha.corpora.naming import slug
from escucha.corpora.rendering.note import Note, strokes
from escucha.corpora.rendering.sound import Place, Voice, render
from escucha.corpora.rendering.source import Played
from escucha.corpora.rendering.synth import TAIL, soundfont_hash
from escucha.errors import InputError, check_name

if TYPE_CHECKING:
    from pretty_midi import Instrument, PrettyMIDI

REVISION = 1
"""Raised when the same file sounds different; part of every key."""
SUFFIXES = (".mid", ".midi")
MAX_BYTES = 2**20
"""The largest file that is opened; a symphony takes a tenth of it."""
MAX_NOTES = 20_000
"""Notes within what is played, at most."""
MAX_SECONDS = 600.0
"""The longest part that is played."""
KITS = (8, 16, 24, 25, 40)
"""Kits of the soundfont beside the standard one, which plays what is written for others."""
DRUMS = "drums"
WET = 0.2


@dataclass(frozen=True)
class MidiSource(Played):
    """The first `duration` seconds of a MIDI file from its first note on, played in a room."""

    path: Path
    duration: float = 6.0
    """Seconds, to the file's last note at most."""
    program: int = -1
    """The General MIDI instrument (from 0) that plays all melodic tracks; -1: each track its own."""
    room: int = 0
    """A number of `corpora.rendering.room`."""

    def waves(self) -> dict[str, np.ndarray]:
        """Every instrument by name and `rest` (a faint noise floor), `(time,)` float32 at the renderer's rate.

        InputError for a file that is broken, too large, or has no notes.
        """
        parts, length = self._parts()
        seed = int(io.digest(self.path)[:12], 16)
        place = Place(seed, length, loudness=0.0, brightness=0.0, room=self.room, wet=WET, noise=0)
        return render((Voice(name, notes, 0.0, sustained=True) for name, notes in parts.items()), place)

    def annotations(self) -> Mapping[str, Any]:
        """`sources` (names of the instruments), `onsets` (seconds, of each), `programs`."""
        parts, _ = self._parts()
        return {"sources": list(parts), "onsets": {name: strokes(tuple(notes)) for name, notes in parts.items()},
                "programs": sorted({note.program for notes in parts.values() for note in notes if not note.kit})}

    def key(self) -> str:
        """A hash of the file's bytes, of how it is played and of the soundfont."""
        how = (io.digest(self.path), *astuple(self)[1:], REVISION, soundfont_hash())
        return hashlib.sha256(repr(how).encode()).hexdigest()[:16]

    def _parts(self) -> tuple[dict[str, list[Note]], float]:
        """Name of each instrument to its notes in time order, and the clip's length in seconds."""
        read = _read(self.path)
        starts = [note.start for track in read.instruments for note in track.notes]
        if not starts:
            raise InputError(f"{self.path} holds no notes; take it out of the folder")
        if sum(start < min(starts) + self.duration for start in starts) > MAX_NOTES:
            raise InputError(f"{self.path} has more than {MAX_NOTES} notes in its first {self.duration:g} s; "
                             "play less of it")
        parts: dict[str, list[Note]] = defaultdict(list)
        for track in read.instruments:
            parts[_name(track, self.program)] += _notes(track, self.program, min(starts), self.duration)
        found = {name: sorted(notes) for name, notes in parts.items() if notes}
        end = max(note.time + note.length for notes in found.values() for note in notes)
        return found, min(self.duration, end + TAIL)


def list_midi(folder: Path) -> list[Path]:
    """Every MIDI file in a folder and its folders, sorted; InputError where there is none, or one that is no MIDI."""
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; check the path")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
                   and not any(part.startswith(".") for part in path.relative_to(folder).parts))
    if not found:
        raise InputError(f"no MIDI in {folder}; looked for {', '.join(SUFFIXES)}")
    for path in found:
        check_midi(path)
    return found


def check_midi(path: Path) -> None:
    """Raise InputError for what does not begin as a MIDI file, or is larger than MAX_BYTES; no notes are read."""
    check_name(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if head != b"MThd":
        raise InputError(f"{path} is no MIDI file (it does not begin with MThd); take it out of the folder")
    if size > MAX_BYTES:
        raise InputError(f"{path} has {size} bytes, above the limit of {MAX_BYTES} for MIDI; cut it first")


def _read(path: Path) -> "PrettyMIDI":
    import pretty_midi

    check_midi(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tempi on other tracks than the first, which are read all the same
            return pretty_midi.PrettyMIDI(str(path))
    except Exception as error:  # a damaged file makes the parser fail in any way there is
        raise InputError(f"{path} cannot be read as MIDI ({type(error).__name__}); export it again") from None


def _name(track: "Instrument", program: int) -> str:
    from pretty_midi import program_to_instrument_name

    if track.is_drum:
        return DRUMS
    return slug(program_to_instrument_name(track.program if program < 0 else program)).replace("/", "-")


def _notes(track: "Instrument", program: int, first: float, duration: float) -> list[Note]:
    """The notes of a track that begin within the clip."""
    plays = track.program if program < 0 else program
    if track.is_drum:
        plays = track.program if track.program in KITS else 0
    return [Note(note.start - first, plays, note.pitch, note.velocity, max(note.end - note.start, 0.01),
                 kit=track.is_drum) for note in track.notes if note.velocity and note.start - first < duration]

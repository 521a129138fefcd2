"""Examples that are MIDI files, played with the soundfont."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from escucha.concepts.concept import Example
from escucha.concepts.examples.folders import Folders
from escucha.concepts.examples.gathering import Gathered, sorted_files
from escucha.concepts.examples.matching import stratum
from escucha.config import Within
from escucha.corpora.rendering.room import ROOMS
from escucha.errors import InputError


@dataclass(frozen=True)
class Midi(Folders):
    """MIDI files in one folder with the idea and in another without it, and a pool of files that may do either.

    Folders, labels and groups are as in the kind `folders`; the files begin at their first note.
    """

    programs: tuple[int, ...] = ()
    """General MIDI instruments (from 0): every file's melodic tracks are played on each of them, and the instrument
    becomes part of the label, so that it is matched. Empty: every track on its own."""
    duration: Annotated[float, Within(0.5, 600)] = 6.0
    """Seconds of each file, at most."""
    room: Annotated[int, Within(0, ROOMS - 1)] = 0
    """A number of the renderer's rooms."""

    def gather(self, home: Path, where: str) -> Gathered:
        """One example a file and program; InputError for a missing or empty folder, and for what is no MIDI file."""
        wrong = [program for program in self.programs if not 0 <= program < 128]
        if wrong or len(set(self.programs)) < len(self.programs):
            raise InputError(f"'programs' in {where} are different General MIDI instruments from 0 to 127, got "
                             f"{list(self.programs)}")
        return super().gather(home, where)

    def _files(self, root: Path, present: bool) -> list[Example]:
        from escucha.corpora.midi import MidiSource, list_midi

        found = sorted_files(list_midi(root), root, self.group)
        return [Example(MidiSource(file, self.duration, program, self.room), present, group,
                        stratum((label,), f"program={program}" if program >= 0 else ""))
                for file, group, label in found for program in self.programs or (-1,)]

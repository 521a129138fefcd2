"""Examples that are audio files in folders."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from escucha.concepts.concept import Example
from escucha.concepts.examples.gathering import Gathered, Size, counted, required, sorted_files
from escucha.errors import InputError


@dataclass(frozen=True)
class Folders:
    """Audio files in one folder with the idea and in another without it, and a pool of clips that may do either.

    A file's label is the first folder below, where there is one (`with/bulerias/a.mp3`); a file directly inside has
    none that is known. The pool is what meaningless concepts are made of: the same labels, four times as many clips.
    """

    paired: ClassVar[bool] = False
    without: str
    """The folder of clips without the idea."""
    pool: str
    group: str
    """What must not cross a split, as in a folder corpus: `parent`, `file`, or a pattern with one bracket."""
    with_: str = ""
    """The folder of clips with the idea; `with` in a card."""

    def size(self, home: Path, where: str) -> Size:
        """Files are counted, and not read beyond their first bytes."""
        return counted(self.gather(home, where))

    def gather(self, home: Path, where: str) -> Gathered:
        """One example a file; InputError for a missing or empty folder, or a group that cannot be found."""
        present = self._files(home / required(self.with_, where), True)
        return (*present, *self._files(home / self.without, False)), tuple(self._files(home / self.pool, False))

    def _files(self, root: Path, present: bool) -> list[Example]:
        from escucha.corpora.folder import FileSource, list_audio

        if not root.is_dir():
            raise InputError(f"there is no folder {root}; check the path")
        return [Example(FileSource(file), present, group, label)
                for file, group, label in sorted_files(list_audio(root), root, self.group)]

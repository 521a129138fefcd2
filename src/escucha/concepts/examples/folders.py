"""Examples that are audio files in folders."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from escucha.concepts.concept import Example
from escucha.concepts.examples.gathering import Gathered
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

    def gather(self, home: Path, where: str) -> Gathered:
        """One example a file; InputError for a missing or empty folder, or a group that cannot be found."""
        if not self.with_:
            raise InputError(f"[examples] in {where} lacks the key 'with'; add it")
        present, without = self._files(home / self.with_, True), self._files(home / self.without, False)
        return (*present, *without), tuple(self._files(home / self.pool, False))

    def _files(self, root: Path, present: bool) -> list[Example]:
        from escucha.corpora.folder import FileSource, grouping_rule, list_audio

        if not root.is_dir():
            raise InputError(f"there is no folder {root}; check the path")
        group = grouping_rule(self.group, root)
        made = []
        for file in list_audio(root):
            inner = file.relative_to(root).parts
            label = inner[0] if len(inner) > 1 else ""
            made.append(Example(FileSource(file), present, group(file, root / label, root), label))
        return made

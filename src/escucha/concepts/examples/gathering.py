"""What a kind of `[examples]` is: frozen settings that find a concept's clips.

Relative paths are from the home. An example's group and label are known, or said to be unknown; they are never guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from escucha.concepts.concept import Example
from escucha.errors import InputError

Gathered = tuple[tuple[Example, ...], tuple[Example, ...]]
"""Examples, and null examples."""


@dataclass(frozen=True)
class Size:
    """How many examples a card has, as far as that is known without hearing, rendering or searching anything."""

    having: int
    """With the idea."""
    without: int
    groups: int | None = None
    """None where it is not known."""
    at_most: bool = False
    """Are there possibly fewer?"""

    def __str__(self) -> str:
        count = f"{'up to ' if self.at_most else ''}{self.having} + {self.without}"
        return count if self.groups is None else f"{count}, {self.groups} groups"


class Examples(Protocol):
    """Settings of one kind."""

    paired: ClassVar[bool]

    def size(self, home: Path, where: str) -> Size:
        """How many there are going to be, at once; InputError as `gather` where that shows already."""

    def gather(self, home: Path, where: str) -> Gathered:
        """Examples and null examples; InputError, naming `where`, for what cannot be found."""


def required(folder: str, where: str) -> str:
    """The folder `with` of a card; InputError where it is not given."""
    if not folder:
        raise InputError(f"[examples] in {where} lacks the key 'with'; add it")
    return folder


def sorted_files(files: Sequence[Path], root: Path, group: str) -> Iterator[tuple[Path, str, str]]:
    """Each file below `root` with its group, by the rule `group` of a folder corpus, and its label.

    The label is the first folder below `root` (`with/bulerias/a.mp3`); a file directly inside has none that is known.
    InputError for a group that cannot be found.
    """
    from escucha.corpora.folder import grouping_rule

    group_of = grouping_rule(group, root)
    for file in files:
        inner = file.relative_to(root).parts
        label = inner[0] if len(inner) > 1 else ""
        yield file, group_of(file, root / label, root), label


def counted(gathered: Gathered) -> Size:
    """The size of examples that were gathered."""
    examples = gathered[0]
    having = sum(example.present for example in examples)
    return Size(having, len(examples) - having, len({example.group for example in examples}))

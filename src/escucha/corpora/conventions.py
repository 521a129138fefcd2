"""Public data sets whose folders and file names say what a clip is, and the palos of Zenodo 5597881, which say half.

What a name does not say is not guessed: the clip is left out with a warning that counts, or the group asked for.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from escucha.config import Within
from escucha.corpora.corpus import Corpus, Track, check_groups
from escucha.corpora.folder import FileSource, Grouping, audio_in, grouping_rule, place_name, sorted_corpus
from escucha.corpora.naming import renamed
from escucha.errors import InputError, unknown

PALOS = ("alegrias", "bulerias", "sevillanas")
"""The folders of Zenodo 5597881: 577, 589 and 518 mp3, called 0.mp3, 1.mp3, ..."""

@dataclass(frozen=True)
class Facts:
    """What a file's name says."""

    labels: tuple[str, ...]
    group: str
    split: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)


def public_palos(*, path: str | Path, group: str = "", block: Annotated[int, Within(0, 10_000)] = 0, split: str = "",
                 labels: Mapping[str, str] | None = None) -> Corpus:
    """Zenodo 5597881: `<path>/{alegrias,bulerias,sevillanas}/<number>.mp3`.

    Its names are numbers: they say neither artist nor recording, so the groups must be told, by a `group` as in
    `folder_corpus` or by `block`: so many neighbouring numbers of a palo are a group, for pieces of one recording tend
    to follow each other. Neither rules out that an artist is on both sides of a split. Raises InputError for other
    folders, and where neither is given or both are.
    """
    root = Path(path)
    if bool(group) == bool(block):
        raise InputError(f"the files of {root} are numbered and do not say who plays; give either block = 20 (so many "
                         "neighbouring numbers are a group) or group (as for a folder)")
    corpus = sorted_corpus(root, _by_block(block) if block else grouping_rule(group, root), split=split, labels=labels)
    for label in corpus.labels:
        if not labels and label not in PALOS:
            raise unknown("palo", label, PALOS, f"{root}; for other folders there is the kind 'folder'")
    return corpus


def _by_block(size: int) -> Grouping:
    def find(file: Path, folder: Path, _root: Path) -> str:
        if not file.stem.isdecimal():
            raise InputError(f"{file} is not called by a number, which 'block' needs; use group instead")
        return f"{folder.name}-{int(file.stem) // size}"

    return find


def named_corpus(root: Path, read: Callable[[Path], Facts | None], lacking: str, *, split: str,
            labels: Mapping[str, str] | None) -> Corpus:
    """The audio below `root` of whose names `read` makes something; what it makes nothing of is counted."""
    if not root.is_dir():
        raise InputError(f"there is no folder {root}; check the path")
    files = audio_in(root)
    known = [(file, facts) for file in files if (facts := read(file)) is not None]
    if not known:
        raise InputError(f"no audio in {root} is named as this kind expects; for other folders there is the kind "
                         "'folder'")
    nameless = sorted(set(files) - {file for file, _ in known})
    if nameless:
        warnings.warn(f"the name of {len(nameless)} of {len(files)} files in {root} {lacking}; they are left out: "
                      f"{nameless[0].name}" + (" (and others)" if nameless[1:] else ""), stacklevel=3)
    return made(((place_name(file, root), file, facts) for file, facts in known), f"folder {root}", split, labels)


def made(rows: Iterable[tuple[str, Path, Facts]], origin: str, split: str, labels: Mapping[str, str] | None) -> Corpus:
    """The corpus of (name, file, facts), labels called as they should be, or one split of it."""
    listed = list(rows)
    called = renamed((label for _, _, facts in listed for label in facts.labels), labels, origin)
    corpus = Corpus(tuple(
        Track(name, tuple(called[label] for label in facts.labels), facts.group, FileSource(file, notes=facts.notes),
              facts.split) for name, file, facts in listed), origin)
    check_groups(corpus)
    return corpus.split(split) if split else corpus

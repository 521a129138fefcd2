"""Files and folders as tracks to explain: labels where folders name them, groups where they are told."""

import os
from collections.abc import Sequence
from pathlib import Path

from escucha.corpora.corpus import Track
from escucha.corpora.folder import FileSource, Grouping, grouping_rule
from escucha.corpora.listing import find_audio
from escucha.corpora.naming import slug


def gathered(words: Sequence[str | Path], *, known: Sequence[str], group: str = "", start: float = 0.0,
             duration: float | None = None) -> tuple[Track, ...]:
    """A track a file that `words` name: files, folders, and quoted patterns (`find_audio`).

    A track is called by its path below the folder that all of them have in common. The nearest folder below it whose
    name is one of the `known` labels is its label ("Bulerías" is "bulerias"); it has none otherwise. `group` as in
    `folder_corpus`; each file by itself when empty. Of each file the `duration` seconds from `start` on, to its end
    when None. InputError where there is no audio.
    """
    files = list(dict.fromkeys(Path(os.path.abspath(file)) for file in find_audio(words)))
    root = Path(os.path.commonpath([file.parent for file in files]))
    grouping = grouping_rule(group or "file", root)
    return tuple(_track(FileSource(file, start, duration), root, grouping, known) for file in files)


def _track(source: FileSource, root: Path, grouping: Grouping, known: Sequence[str]) -> Track:
    file = source.path
    above = file.relative_to(root).parents  # the nearest first; the last is the root itself
    found = next((folder for folder in above if slug(folder.name) in known), None)
    labels = () if found is None else (slug(found.name),)
    group = grouping(file, root if found is None else root / found, root)
    return Track(_text(file.relative_to(root).as_posix()), labels, _text(group), source)


def _text(name: str) -> str:
    """A name that can be written down: of one that is not UTF-8 the bytes are spelled out."""
    return name.encode(errors="backslashreplace").decode()

"""Folders of audio files: `<root>/<label>/*.mp3`, the layout of GTZAN and of the public palo recordings."""

import hashlib
import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.config import fingerprint
from escucha.corpora.contents import content, stem_keys
from escucha.corpora.corpus import SPLITS, Corpus, Track, check_groups
from escucha.corpora.naming import renamed
from escucha.errors import InputError, unknown

STEMS = ".stems"
"""The sources of `song.wav` lie in the folder `song.stems` beside it, one file a source, where they are known."""


@dataclass(frozen=True)
class FileSource:
    """A file, or a part of it from `start` on, `duration` seconds long (to its end when None)."""

    path: Path
    start: float = 0.0
    duration: float | None = None
    notes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What is known of it, JSON-ready."""

    def clip(self) -> Clip:
        """The sound at the file's own rate; InputError where it cannot be decoded."""
        return io.read(self.path, start=self.start, duration=self.duration)

    def stems(self) -> dict[str, Clip]:
        """What lies in `<name>.stems` beside the file, the same part of it; empty where there is no such folder."""
        from escucha.audio.separate import read_stems

        folder = self.path.with_suffix(STEMS)
        return read_stems(folder, start=self.start, duration=self.duration) if folder.is_dir() else {}

    def annotations(self) -> Mapping[str, Any]:
        """`notes`."""
        return self.notes

    def key(self) -> str:
        """A hash of the file's bytes and of the part."""
        whole = content(self.path)
        if not self.start and self.duration is None:
            return whole
        return hashlib.sha256(f"{whole} {self.start!r} {self.duration!r}".encode()).hexdigest()[:16]

    def stem_keys(self) -> list[str]:
        """What its stems are, by content; empty where there are none."""
        return stem_keys(self.path.with_suffix(STEMS))

    def beside(self) -> list[str]:
        """A hash of the notes and the stems, which `key` leaves out; empty where there are neither."""
        stems = self.stem_keys()
        return [fingerprint(self.notes, stems)] if self.notes or stems else []


def list_audio(path: str | Path) -> list[Path]:
    """Every audio file in a folder and its folders, sorted; a file stands for itself. Labels are not asked for.

    Known by their suffix and not opened. Hidden files and folders of stems are passed over. InputError where there is
    none.
    """
    root = Path(path)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise InputError(f"there is no file or folder {root}; check the path")
    found = audio_in(root)
    if not found:
        raise InputError(f"no audio in {root}; looked for {', '.join(sorted(io.SUFFIXES))}")
    return found


def folder_corpus(*, path: str | Path, group: str = "", split: str = "",
                  labels: Mapping[str, str] | None = None) -> Corpus:
    """The files of `<path>/<label>/` at any depth, or of `<path>/<split>/<label>/` with splits train, valid, test.

    A folder "Bulerías" is the label "bulerias": small letters without accents, hyphens for spaces (`naming.slug`); or
    what `labels` calls it (`{"Bulerías por soleá" = "bulerias"}`). `group` says what must not cross a split, and is
    never guessed:

    - "parent": the folder around each file, below its label (`<label>/<artist>/song.mp3`);
    - a regular expression with one bracket, searched in each file's name: `"^([^_]+)_"` takes `camaron` from
      `camaron_03.mp3`;
    - "file": each file by itself, for those who know that no two are by the same people.

    `split` keeps one of the splits. Files are known by their suffix and opened when their sound is asked for. Raises
    InputError for a folder of another shape, and for a file whose group cannot be found.
    """
    root = Path(path)
    return sorted_corpus(root, grouping_rule(group, root), split=split, labels=labels)


def sorted_corpus(root: Path, grouping: "Grouping", *, split: str = "",
                  labels: Mapping[str, str] | None = None) -> Corpus:
    """What `folder_corpus` says, with any function for the groups."""
    folders = _label_folders(root)
    called = renamed((folder.name for folder in folders), labels, f"the corpus {root}")
    tracks = []
    for folder in folders:
        files = audio_in(folder)
        if not files:
            warnings.warn(f"{folder} holds no audio and is passed over", stacklevel=3)
        tracks += [_track(file, root, folder, called[folder.name], grouping(file, folder, root)) for file in files]
    if not tracks:
        raise InputError(f"no audio in the folders of {root}; looked for {', '.join(sorted(io.SUFFIXES))}")
    corpus = Corpus(tuple(tracks), f"folder {root}")
    check_groups(corpus)
    if split and not any(track.split for track in tracks):
        raise InputError(f"{root} has no splits to take {split!r} from; sort it into {root.name}/{split}/<label>/, "
                         "or write a CSV manifest with a column 'split'")
    return corpus.split(split) if split else corpus


Grouping = Callable[[Path, Path, Path], str]
"""(file, its label's folder, the root) to its group."""


def grouping_rule(group: str, root: Path) -> Grouping:
    """The rule that `group` names (see `folder_corpus`); InputError where it names none."""
    if group in GROUPINGS:
        return GROUPINGS[group]
    choices = ('"parent" (the folder around each file), a regular expression with one bracket for the file\'s name '
               '(like "^([^_]+)_"), or "file" (each file by itself)')
    if not group:
        raise InputError(f"{root} needs to know what its groups are (artist, recording: what must not cross a split); "
                         f"say group = {choices}")
    if "(" not in group:
        raise InputError(f"{unknown('group', group, GROUPINGS, f'the corpus {root}')}, or {choices}")
    return _by_name(group)


def _by_name(pattern: str) -> Grouping:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InputError(f"group {pattern!r} is not a regular expression: {error}") from None
    if compiled.groups != 1:
        raise InputError(f"group {pattern!r} has {compiled.groups} brackets; one says which part of the name it is")

    def find(file: Path, _folder: Path, _root: Path) -> str:
        match = compiled.search(file.name)
        if not match or not match[1]:
            raise InputError(f"group {pattern!r} is not found in the name of {file}; change the pattern or the name")
        return match[1]

    return find


def _by_parent(file: Path, folder: Path, _root: Path) -> str:
    if file.parent == folder:
        raise InputError(f"{file} lies in its label's folder itself; with group 'parent' it belongs into a folder of "
                         f"its artist or recording, {folder.name}/<group>/{file.name}")
    return file.parent.name


def _by_file(file: Path, _folder: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()


GROUPINGS: dict[str, Grouping] = {"file": _by_file, "parent": _by_parent}


def _label_folders(root: Path) -> list[Path]:
    """The folders that are labels, those of one split after those of another."""
    if not root.is_dir():
        raise InputError(f"there is no folder {root}; check the path")
    folders = _folders(root)
    if folders and all(folder.name in SPLITS for folder in folders):
        folders = [inner for folder in folders for inner in _folders(folder)]
    if not folders:
        raise InputError(f"{root} holds no folders; a corpus has one folder a label, {root.name}/<label>/song.mp3")
    for folder in {root, *(folder.parent for folder in folders)}:
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in io.SUFFIXES and file.is_file() and not file.name.startswith("."):
                raise InputError(f"{file} lies beside the folders of the labels; move it into one of them")
    return folders


def _folders(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.iterdir()
                  if inner.is_dir() and not inner.name.startswith(".") and inner.suffix != STEMS)


def audio_in(folder: Path) -> list[Path]:
    """Every audio file below a folder, sorted; not what is hidden, nor stems.

    A link that leads nowhere is a file too: reading it says what is wrong. A folder that may not be looked into is
    passed over with a warning.
    """
    found = []
    for inside, folders, files in os.walk(folder, onerror=_closed):
        folders[:] = [name for name in folders if not name.startswith(".") and not name.endswith(STEMS)]
        found += [Path(inside, name) for name in files
                  if Path(name).suffix.lower() in io.SUFFIXES and not name.startswith(".")]
    return sorted(found)


def _closed(error: OSError) -> None:
    warnings.warn(f"{error.filename} cannot be looked into ({error.strerror}) and is passed over", stacklevel=4)


def _track(file: Path, root: Path, folder: Path, label: str, group: str) -> Track:
    split = folder.parent.name if folder.parent != root else ""
    return Track(place_name(file, root), (label,), group, FileSource(file), split)


def place_name(file: Path, root: Path) -> str:
    """A track's name: where its file lies, with hyphens for slashes."""
    return "-".join(file.relative_to(root).with_suffix("").parts)

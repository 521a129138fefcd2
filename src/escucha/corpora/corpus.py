"""A table of tracks: where each clip is, what is known of it, and what must not cross a split."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown

SPLITS = ("train", "valid", "test")
"""What is learned from, what choices are made on, and what numbers are told of."""

UNREADABLE = "unreadable"
"""What stands for the key of a sound that cannot be read."""
LONGEST_NAME = 240
"""Bytes of a track's name: file systems allow 255, and a suffix follows."""


class Source(Protocol):
    """What can produce a track's sound. Small and frozen; the sound is made at each call and not kept."""

    def clip(self) -> Clip:
        """The whole track, mono."""

    def stems(self) -> dict[str, Clip]:
        """Its sources, summing to the clip sample by sample; empty where they are not known."""

    def annotations(self) -> Mapping[str, Any]:
        """What is known of it (tempo, mode, beat times, ...), JSON-ready; empty where nothing is."""

    def key(self) -> str:
        """A hash of what determines the sound: the file's bytes, or the recipe and the renderer's revision."""


@runtime_checkable
class Accompanied(Protocol):
    """A source of which more is known than its key covers, because it is kept beside the sound."""

    def beside(self) -> list[str]:
        """A hash of that; empty where there is nothing. InputError where it cannot be read."""


@dataclass(frozen=True)
class Track:
    """One row of a corpus."""

    name: str
    """Unique in its corpus; fit for a file name."""
    labels: tuple[str, ...]
    """One label for genre or palo, several for tags, none where it is not known."""
    group: str
    """Artist, singer, recording or render family: tracks of one group never stand on both sides of a split."""
    source: Source
    split: str = ""
    """`train`, `valid`, `test`, or empty."""

    @property
    def label(self) -> str:
        """The only label; InputError where there is none or more than one."""
        if len(self.labels) != 1:
            raise InputError(f"track {self.name!r} has {len(self.labels)} labels; one is needed here")
        return self.labels[0]


@dataclass(frozen=True)
class Corpus:
    """Tracks in a fixed order, and where they came from in one line (`origin`)."""

    tracks: tuple[Track, ...]
    origin: str

    def __post_init__(self):
        seen: set[str] = set()
        for track in self.tracks:
            if len(track.name.encode(errors="surrogatepass")) > LONGEST_NAME:
                raise InputError(f"the name {track.name[:40]!r}... in {self.origin} has more than {LONGEST_NAME} "
                                 "bytes, which no file may; give the track a shorter one")
            if track.name in seen:
                raise InputError(f"two tracks are called {track.name!r} in {self.origin}; names must be unique")
            seen.add(track.name)

    def __len__(self) -> int:
        return len(self.tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self.tracks)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that occurs, sorted."""
        return tuple(sorted({label for track in self.tracks for label in track.labels}))

    def where(self, keep: Callable[[Track], bool]) -> "Corpus":
        """The tracks for which `keep` holds, in the same order."""
        return Corpus(tuple(track for track in self.tracks if keep(track)), self.origin)

    def split(self, name: str) -> "Corpus":
        """The tracks of one split; InputError when there are none."""
        chosen = self.where(lambda track: track.split == name)
        if not chosen.tracks:
            there = {track.split for track in self.tracks}
            if there == {""}:
                raise InputError(f"{self.origin} has no splits, so there is no {name!r}; leave the split out, or write "
                                 "one into a manifest")
            raise unknown("split", name, {split or "(none)" for split in there}, self.origin)
        return chosen

    def digest(self, *, known: bool = True) -> str:
        """A hash of every row and of what determines each sound; a file that cannot be read counts as such.

        Notes and stems that are kept with a file count too, unless `known` is False: of the rows and sounds alone.
        """
        rows = [[t.name, t.labels, t.group, t.split, key_of(t.source), *(known_of(t.source) if known else [])]
                for t in self.tracks]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def key_of(source: Source) -> str:
    """The source's key, or UNREADABLE: what is skipped later must not stop a corpus from being named."""
    try:
        return source.key()
    except InputError:
        return UNREADABLE


def known_of(source: Source) -> list[str]:
    """A hash of the notes and stems that are kept with a file; empty where there are none, or the key covers them."""
    try:
        return source.beside() if isinstance(source, Accompanied) else []
    except InputError:
        return [UNREADABLE]


def check_groups(corpus: Corpus) -> None:
    """Raise InputError when a group stands in two splits (a leak): every later number would be too good."""
    home: dict[str, str] = {}
    for track in corpus:
        if home.setdefault(track.group, track.split) != track.split:
            raise InputError(f"group {track.group!r} of {corpus.origin} is in splits {home[track.group]!r} and "
                             f"{track.split!r}; give every track of a group the same split")

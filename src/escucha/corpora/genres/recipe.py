"""What determines one rendered clip of a genre, and which of its properties may be set by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from escucha.corpora.genres.genre import GENRES
from escucha.corpora.genres.style import SOURCES
from escucha.corpora.rendering.changes import Changeable, Check, between, one_of, switch
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.errors import InputError, unknown

REVISION = 1
"""Raised when the same recipe starts to mean another sound."""

CHANGES: dict[str, Check] = {
    **{source: switch for source in SOURCES},
    "mode": one_of(("major", "minor")),
    "tempo": between(40, 320),
    "tempo_factor": between(.4, 2.5),
    "tonic": one_of(range(12)),
    "swing": between(.5, .75),
    "brightness": between(-18, 18),
    "room": one_of(range(ROOMS)),
    "noise": one_of(range(NOISES)),
    "loudness": between(-30, 12),
}
"""What can be set in a recipe, each with its check. A source that a genre has no habits for stays silent, a mode it
has no harmony for is refused; swing is where the second of two notes falls, brightness a high shelf in dB above
1.5 kHz, loudness a gain in dB, tonic a pitch class (0 is C), tempo beats a minute."""


@dataclass(frozen=True)
class Recipe(Changeable):
    """Everything that determines one clip; JSON-ready through `dataclasses.asdict`.

    An unknown genre, key or value of a change raises InputError with what is available.
    """

    kind: ClassVar[str] = "genres"
    known: ClassVar[Mapping[str, Check]] = CHANGES
    revision: ClassVar[list[Any]] = ["genres", REVISION]
    genre: str
    seed: int
    family: int
    """The players, their instruments and the room; the group that never crosses a split."""
    duration: float = 30.0
    """Seconds."""
    changes: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self):
        if self.genre not in GENRES:
            raise unknown("genre", str(self.genre), GENRES)
        self._check()
        mode = self.get("mode", "")
        if mode and mode not in GENRES[self.genre].progressions:
            raise InputError(f"genre {self.genre!r} has no harmony in {mode}; available: "
                             f"{', '.join(GENRES[self.genre].progressions)}")

"""What determines one rendered clip of a genre, and which of its properties may be set by hand."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from escucha.corpora.genres.genre import GENRES
from escucha.corpora.genres.style import SOURCES
from escucha.corpora.rendering.changes import Check, between, checked, one_of, switch
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.rendering.synth import RATE
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
"""What can be set in a recipe, each with its check. A source that a genre has no habits for stays silent, and a mode it
has no harmony for is not taken up; swing is where the second of two notes falls, brightness a high shelf in dB above
1.5 kHz, loudness a gain in dB, tonic a pitch class (0 is C), tempo beats a minute."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines one clip; JSON-ready through `dataclasses.asdict`.

    An unknown genre, key or value of a change raises InputError with what is available.
    """

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
        if not 0.1 <= self.duration <= 600:
            raise InputError(f"a rendered clip lasts from 0.1 to 600 seconds, got duration = {self.duration!r}")
        object.__setattr__(self, "changes", checked(self.changes, CHANGES, "genres"))
        mode = self.get("mode", "")
        if mode and mode not in GENRES[self.genre].progressions:
            raise InputError(f"genre {self.genre!r} has no harmony in {mode}; available: "
                             f"{', '.join(GENRES[self.genre].progressions)}")

    def change(self, key: str, value: Any) -> "Recipe":
        """This recipe with one thing set (replacing an earlier setting of the same key)."""
        return replace(self, changes=(*(pair for pair in self.changes if pair[0] != key), (key, value)))

    def get(self, key: str, default: Any) -> Any:
        """The value a change gives to `key`, else `default`."""
        return dict(self.changes).get(key, default)

    def key(self) -> str:
        """A hash of the recipe and of the renderer's revision (not of the soundfont)."""
        text = json.dumps(["genres", REVISION, RATE, asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

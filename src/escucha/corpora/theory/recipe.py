"""What determines one clip of music theory, and which of its properties may be set by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from escucha.corpora.rendering.changes import Changeable, Check, between, one_of
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.theory.topic import PLAYED, TOPICS
from escucha.errors import InputError, unknown

REVISION = 1
"""Raised when the same recipe starts to mean another sound."""

REGISTERS = {"low": 60, "high": 72}
"""The pitch (MIDI) around which everything lies."""

CHANGES: dict[str, Check] = {
    "register": one_of(tuple(REGISTERS)),
    "playing": one_of(PLAYED),
    "wet": between(0, 2),
    "brightness": between(-18, 18),
    "room": one_of(range(ROOMS)),
    "noise": one_of(range(NOISES)),
    "loudness": between(-30, 12),
}
"""What can be set in a recipe, each with its check: the middle of what is played, how chords are, the amplitude of the
room's tail beside the dry sound, a high shelf in dB above 1.5 kHz, room and noise by number, a gain in dB."""


@dataclass(frozen=True)
class Recipe(Changeable):
    """Everything that determines one clip; JSON-ready through `dataclasses.asdict`.

    Recipes with the same seed differ in what their fields say and in nothing else: room, noise, touch and pace are
    drawn from the seed alone. An unknown name or a wrong value raises InputError with what is available.
    """

    kind: ClassVar[str] = "theory"
    known: ClassVar[Mapping[str, Check]] = CHANGES
    revision: ClassVar[list[Any]] = ["theory", REVISION]
    about: str
    value: str
    manner: str
    program: int
    """General MIDI, from 0."""
    tonic: int
    """Pitch class (0 is C) of the note, the interval's or chord's root, the scale's or progression's tonic."""
    seed: int
    duration: float = 6.0
    """Seconds."""
    changes: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self):
        check_topic(self.about, (self.value,), (self.manner,))
        check_program(self.program)
        if self.tonic not in range(12):
            raise InputError(f"a tonic is a pitch class from 0 (C) to 11, got {self.tonic!r}")
        self._check()


def check_topic(about: str, values: tuple[str, ...], manners: tuple[str, ...]) -> None:
    """InputError for a topic, value or manner that there is not."""
    if about not in TOPICS:
        raise unknown("topic", about, TOPICS, "theory")
    for what, names, known in (("value", values, TOPICS[about].values), ("manner", manners, TOPICS[about].manners)):
        for name in names:
            if name not in known:
                raise unknown(f"{what} of {about}", str(name), known)


def check_program(program: int) -> None:
    """InputError for what is no General MIDI program."""
    if isinstance(program, bool) or program not in range(128):
        raise InputError(f"an instrument is a General MIDI program from 0 to 127, got {program!r}")

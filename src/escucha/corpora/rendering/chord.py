"""A chord by pitch class."""

from dataclasses import dataclass

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11),
    "m7b5": (0, 3, 6, 10), "5": (0, 7),
}
"""Semitones above the root."""


@dataclass(frozen=True)
class Chord:
    """A chord by pitch class; `degree` is its place in the mode."""

    root: int
    quality: str
    degree: str

    @property
    def name(self) -> str:
        """As a guitarist writes it: `A`, `Dm`, `B7`."""
        return NOTES[self.root] + self.quality

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes, the root first."""
        return tuple((self.root + step) % 12 for step in QUALITIES[self.quality])

"""A chord by pitch class, and what a degree of a key stands for."""

import re
from dataclasses import dataclass

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11),
    "m7b5": (0, 3, 6, 10), "5": (0, 7),
}
"""Semitones above the root."""
NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
"""Semitones above the tonic; a flat before the numeral takes one away."""
DEGREE = re.compile(r"(?P<flat>b?)(?P<numeral>[IV]+|[iv]+)(?P<quality>maj7|m7b5|7|5|)")


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


def chord_of(degree: str, tonic: int) -> Chord:
    """The chord that a degree such as `bVII`, `ii7` or `i5` stands for above a tonic; ValueError for none.

    >>> chord_of("ii7", 0).name, chord_of("bVI", 9).name, chord_of("iim7b5", 0).name
    ('Dm7', 'F', 'Dm7b5')
    """
    found = DEGREE.fullmatch(degree)
    if found is None:
        raise ValueError(f"no degree {degree!r}")
    numeral, quality = found["numeral"], found["quality"]
    minor = numeral.islower() and quality in ("", "7")
    root = tonic + NUMERALS[numeral.upper()] - len(found["flat"])
    return Chord(root % 12, "m" * minor + quality, degree)

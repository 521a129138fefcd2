"""What a flamenco listener knows: the compás, the harmony and the habits of each palo.

Conventions: a *line* is twelve beats, for both metres: one compás of twelve, or four bars of three. Positions in it
count from 0; position 0 is called 12 in a compás of twelve and 1 in a bar of three. Tempi are felt beats a minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LINE = 12
SOURCES = ("guitar", "bass", "voice", "palmas", "castanets", "cajon")
"""Every source a score may have, in the order in which stems are added; `rest` (the noise) comes last."""


@dataclass(frozen=True)
class Metre:
    """Where the accents fall in a line of twelve beats."""

    beats: int
    """Beats to a cycle: 12, or 3."""
    accents: tuple[int, ...]
    """Accented positions of a line, from 0."""
    close: int
    """The position on which a remate closes; what follows in that line is breath."""

    def count(self, position: int) -> int:
        """What a flamenco would call this beat: 12, 1, 2 ... 11 in twelve, 1 2 3 in ternary."""
        return (position % 12) or 12 if self.beats == 12 else position % 3 + 1


METRES: dict[str, Metre] = {
    "twelve": Metre(12, (0, 3, 6, 8, 10), 10),
    "ternary": Metre(3, (0, 3, 6, 9), 9),
}

SCALES: dict[str, tuple[int, ...]] = {
    "phrygian": (0, 1, 4, 5, 7, 8, 10),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Semitones above the tonic; Phrygian with the major third of the final chord, as flamenco sings it."""

MODES = tuple(SCALES)

DEGREES: dict[str, tuple[int, str]] = {
    "I": (0, ""), "i": (0, "m"), "bII": (1, ""), "bIII": (3, ""), "IV": (5, ""), "iv": (5, "m"), "V7": (7, "7"),
}
"""Semitones above the tonic and the quality: major, minor (m), dominant seventh (7)."""

Changes = tuple[tuple[int, str], ...]
HARMONY: dict[tuple[str, str], tuple[Changes, ...]] = {
    ("twelve", "phrygian"): (((0, "I"), (3, "bII"), (10, "I")), ((0, "iv"), (3, "bIII"), (6, "bII"), (10, "I"))),
    ("twelve", "major"): (((0, "I"), (3, "V7"), (10, "I")), ((0, "I"), (3, "IV"), (6, "V7"), (10, "I"))),
    ("twelve", "minor"): (((0, "i"), (3, "V7"), (10, "i")), ((0, "i"), (3, "iv"), (6, "V7"), (10, "i"))),
    ("ternary", "phrygian"): (((0, "I"), (3, "bII"), (9, "I")), ((0, "iv"), (3, "bIII"), (6, "bII"), (9, "I"))),
    ("ternary", "major"): (((0, "I"), (3, "V7"), (9, "I")), ((0, "I"), (3, "IV"), (6, "V7"), (9, "I"))),
    ("ternary", "minor"): (((0, "i"), (3, "V7"), (9, "i")), ((0, "i"), (3, "iv"), (6, "V7"), (9, "i"))),
}
"""Chord changes (position, degree) of one line. The second of each pair is the fuller one (in Phrygian the Andalusian
cadence iv-III-II-I, por medio Dm C Bb A) and always closes a phrase."""


@dataclass(frozen=True)
class Palo:
    """One palo. The plain fields are the debiased corpus, `habit_*` is what `natural = true` restores."""

    name: str
    metre: str
    """A key of METRES."""
    tempo: tuple[float, float]
    """The range of felt beats a minute."""
    habit_tempo: tuple[float, float]
    modes: Mapping[str, float]
    """P(mode | palo)."""
    sources: Mapping[str, float]
    """P(source | palo)."""
    habit_sources: Mapping[str, float]
    contratiempo: float
    """How often a second clapper answers between the beats."""


def _sources(palmas: float, voice: float, castanets: float, cajon: float, bass: float) -> Mapping[str, float]:
    return {"guitar": 1.0, "bass": bass, "voice": voice, "palmas": palmas, "castanets": castanets, "cajon": cajon}


PALOS: dict[str, Palo] = {
    "alegrias": Palo("alegrias", "twelve", (138, 205), (110, 185), {"major": 1.0},
                     _sources(.65, .5, .5, .35, .3), _sources(.8, .7, .03, .4, .3), .4),
    "bulerias": Palo("bulerias", "twelve", (148, 220), (170, 250), {"phrygian": 1.0},
                     _sources(.70, .5, .5, .40, .3), _sources(.95, .7, .01, .5, .3), .7),
    "sevillanas": Palo("sevillanas", "ternary", (140, 210), (140, 200), {"major": .4, "minor": .3, "phrygian": .3},
                       _sources(.65, .5, .5, .35, .3), _sources(.7, .8, .85, .2, .3), .3),
}

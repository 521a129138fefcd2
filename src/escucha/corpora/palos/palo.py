"""What a flamenco listener knows: the compás, the harmony and the habits of each palo.

Conventions: a *line* is twelve beats, in every metre: one compás of twelve, four bars of three or three of four.
Positions in it count from 0, and what falls between two beats has a fraction; position 0 is called 12 in the compás of
bulerías and 1 in all others. Tempi are felt beats a minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LINE = 12
SOURCES = ("guitar", "bass", "voice", "palmas", "castanets", "cajon")
"""Every source a score may have, in the order in which stems are added; `rest` (the noise) comes last."""


@dataclass(frozen=True)
class Metre:
    """Where the accents fall in a line of twelve beats."""

    name: str
    beats: int
    """Beats to a cycle: 12, 3 or 4."""
    accents: tuple[float, ...]
    """Accented positions of a line, from 0."""
    close: float
    """The position on which a remate closes; what follows in that line is breath."""
    first: int = 1
    """What the beat at position 0 is called."""
    silent: tuple[int, ...] = ()
    """Positions on which nobody strikes."""
    turn: int = 2
    """Every how many accents the cajón comes back to its bass tone."""

    def count(self, position: float) -> float:
        """What a flamenco would call this beat: 12, 1, 2 ... 11 in twelve, 1 2 3 in ternary, 2.5 between 2 and 3."""
        return (self.first - 1 + position) % self.beats + 1


METRES: dict[str, Metre] = {metre.name: metre for metre in (
    Metre("twelve", 12, (0, 3, 6, 8, 10), 10, first=12),
    Metre("ternary", 3, (0, 3, 6, 9), 9),
    Metre("seguiriya", 12, (0, 2, 4, 7, 10), 10),
    Metre("four", 4, (1, 2, 3, 5, 6, 7, 9, 10, 11), 10, silent=(0, 4, 8), turn=3),
    Metre("quaternary", 4, (0, 4, 8), 8),
    Metre("tresillo", 4, (0, 1.5, 3, 4, 5.5, 7, 8, 9.5, 11), 9.5, turn=3),
)}
"""`seguiriya` is the compás of 2+2+3+3+2, `four` the bar of tangos (silence, then 2 3 4), `tresillo` the bar of rumba
(3+3+2 eighths); `quaternary` the plain bar of four, which no palo has: what `ternary` is to three."""

SCALES: dict[str, tuple[int, ...]] = {
    "phrygian": (0, 1, 4, 5, 7, 8, 10),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Semitones above the tonic; Phrygian with the major third of the final chord, as flamenco sings it."""

BIMODAL = "bimodal"
MODES = (*SCALES, BIMODAL)
"""Bimodal is a Phrygian frame around coplas in the major key four semitones below its tonic (E Phrygian, C major)."""
COPLA = 8
"""Semitones from the tonic of the frame up to that of the copla."""

ChordChanges = tuple[tuple[float, str], ...]


def _harmony(short: tuple[float, ...], full: tuple[float, ...]) -> dict[str, tuple[ChordChanges, ChordChanges]]:
    """For each mode a line of three chords and one of four, changing at these positions."""
    degrees = {"phrygian": (("I", "bII", "I"), ("iv", "bIII", "bII", "I")),
               "major": (("I", "V7", "I"), ("I", "IV", "V7", "I")),
               "minor": (("i", "V7", "i"), ("i", "iv", "V7", "i"))}
    return {mode: (tuple(zip(short, plain)), tuple(zip(full, rich))) for mode, (plain, rich) in degrees.items()}


HARMONY: dict[str, dict[str, tuple[ChordChanges, ChordChanges]]] = {
    "twelve": _harmony((0, 3, 10), (0, 3, 6, 10)),
    "ternary": _harmony((0, 3, 9), (0, 3, 6, 9)),
    "seguiriya": _harmony((0, 4, 10), (0, 4, 7, 10)),
    "four": _harmony((0, 5, 9), (0, 5, 7, 9)),
    "quaternary": _harmony((0, 4, 8), (0, 4, 6, 8)),
    "tresillo": _harmony((0, 4, 8), (0, 4, 5.5, 8)),
}
"""Metre to mode to the chord changes (position, degree) of one line. The second of each pair is the fuller one (in
Phrygian the Andalusian cadence iv-III-II-I, por medio Dm C Bb A) and always closes a phrase."""


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
    division: int = 2
    """Strokes to a beat of the guitar; slow palos have triplets."""
    habit_palmas: float = 0.0
    """dB of the palmas, soft ones below 0."""

    def range(self, natural: bool) -> tuple[float, float]:
        """The tempi drawn from."""
        return self.habit_tempo if natural else self.tempo


def _sources(palmas: float, voice: float, castanets: float, cajon: float, bass: float) -> Mapping[str, float]:
    return {"guitar": 1.0, "bass": bass, "voice": voice, "palmas": palmas, "castanets": castanets, "cajon": cajon}


PALOS: dict[str, Palo] = {palo.name: palo for palo in (
    Palo("alegrias", "twelve", (138, 205), (110, 185), {"major": 1.0},
         _sources(.65, .5, .5, .35, .3), _sources(.8, .7, .03, .4, .3), .4),
    Palo("bulerias", "twelve", (148, 220), (170, 250), {"phrygian": 1.0},
         _sources(.70, .5, .5, .40, .3), _sources(.95, .7, .01, .5, .3), .7),
    Palo("sevillanas", "ternary", (140, 210), (140, 200), {"major": .4, "minor": .3, "phrygian": .3},
         _sources(.65, .5, .5, .35, .3), _sources(.7, .8, .85, .2, .3), .3),
    Palo("solea", "twelve", (75, 128), (75, 120), {"phrygian": 1.0},
         _sources(.60, .55, .5, .30, .25), _sources(.4, .9, .01, .1, .2), .3, 3, -8.0),
    Palo("seguiriya", "seguiriya", (85, 138), (85, 125), {"phrygian": 1.0},
         _sources(.60, .55, .5, .30, .25), _sources(.2, .9, .02, .1, .15), .3, 3, -8.0),
    Palo("tangos", "four", (135, 200), (130, 180), {"phrygian": 1.0},
         _sources(.70, .5, .5, .40, .35), _sources(.95, .8, .01, .6, .35), .5),
    Palo("fandangos", "ternary", (138, 205), (130, 180), {BIMODAL: 1.0},
         _sources(.60, .55, .5, .30, .25), _sources(.3, .95, .2, .15, .2), .3),
    Palo("rumba", "tresillo", (100, 175), (100, 130), {"minor": .4, "phrygian": .3, "major": .3},
         _sources(.70, .5, .5, .45, .40), _sources(.85, .8, .01, .9, .8), .5),
)}
"""By default the tempi of any two palos share a third of the wider range, but for soleá and seguiriya: they are the
slow palos, and nothing but rumba (and each other) may be as slow; soleá against bulerías *is* a contrast of tempo."""

DEFAULT_PALOS = ("alegrias", "bulerias", "sevillanas")
"""What a palos corpus holds unless it names others: the classes of the largest public palo data set."""

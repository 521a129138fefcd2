"""What a style template says: who plays, in which pattern, over which chords.

Conventions: beats are quarter notes, bars have four. A pattern is text, one character a sixteenth, sixteen a bar; a
longer pattern takes several bars in turn. `-` holds what came before and `.` is silence. Chords are written as degrees
(`ii7`, `bVII`, `i5` for a power chord), bars divided by `|`, several chords in a bar by a space.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

SOURCES = ("drums", "bass", "guitar", "keys", "strings", "lead")
"""Every source a clip may have, in the order in which stems are added; `rest` (the noise) comes last."""
BAR = 4
STEPS = 16
"""Characters to a bar."""

DRUMS = {"kick": 36, "side": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "tom": 45, "open": 46, "crash": 49,
         "ride": 51}
"""General MIDI drums."""

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "blues": (0, 3, 5, 6, 7, 10), "pentatonic": (0, 2, 4, 7, 9), "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
}
"""Semitones above the tonic."""


@dataclass(frozen=True)
class Groove:
    """One way of drumming: `X` an accent, `x` a stroke, `o` a ghost of one."""

    name: str
    kits: tuple[int, ...]
    drums: Mapping[str, str]
    """A key of DRUMS to its pattern of one bar."""


@dataclass(frozen=True)
class Part:
    """One source's habits in a style."""

    chance: float
    """P(source | genre)."""
    hand: str
    """How it plays, a key of `score.HANDS`: bass, strum, block, power, sing."""
    programs: tuple[int, ...] = (0,)
    """General MIDI programs; a family keeps to one. Of drums, the kits are the groove's."""
    low: int = 0
    """The lowest pitch (MIDI) of its register."""
    patterns: tuple[str, ...] = ()
    """A clip keeps to one, but for who sings: every bar takes another.

    Chords: `X` an accented chord, `x` a chord, `o` a light one, `u` an up-stroke, a digit one tone of it, `p` and `s`
    its root with the fifth and with the sixth, `m` a damped tonic. Bass: `r` root, `l` the fifth below, `3 5 6 7` tones
    above it, `o` the octave, `w` a step of a walk, `a` a semitone from where the next chord stands. Song: `x` a tone.
    """
    level: float = 0.0
    """dB."""
    shapes: tuple[str, ...] = ("",)
    """Pitch bends of long tones, from `synth.SHAPES`."""
    ambitus: int = 8
    """Steps of the scale that a song spans."""
    vowel: bool = False
    """True for a voice: sung through a vowel's formants."""


@dataclass(frozen=True)
class Style:
    """One genre."""

    name: str
    tempo: tuple[float, float]
    """Beats a minute."""
    modes: Mapping[str, float]
    """P(mode | genre); `major` or `minor`."""
    progressions: Mapping[str, tuple[str, ...]]
    """Mode to the progressions a clip chooses from."""
    scales: Mapping[str, tuple[str, ...]]
    """Mode to the scales (keys of SCALES) songs are made of."""
    grooves: tuple[Groove, ...]
    """Empty where nobody drums."""
    parts: Mapping[str, Part]
    """A key of SOURCES to its habits; the first one that plays chords sounds whenever no other does."""
    swing: tuple[float, float] = (.5, .5)
    """Where the second of two notes falls, as a share of both: .5 is straight, .667 a triplet shuffle."""
    unit: float = .5
    """Beats that such a note lasts: .5 for swung eighths, .25 for sixteenths."""
    loose: float = 1.0
    """How much of a player's jitter is left: machines have little."""
    rubato: float = .006
    """How far the tempo drifts, as a share."""
    gain: float = 0.0
    """dB that bring the genre to the loudness of the others: loudness alone tells no genre."""
    fills: float = .5
    """How often four bars end in a fill."""
    walks: bool = False
    """True where the bass goes by steps and changes octave rather than leap."""
    feel: Mapping[str, float] = field(default_factory=dict)
    """dB between a loud stroke and `x` (`plain`) and `o` (`ghost`), where they are not 4 and 11."""

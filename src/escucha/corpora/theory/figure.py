"""What is played, as a figure that is repeated until the clip ends: strokes on a grid of steps.

Conventions: everything lies as near to the middle of its register as its tonic allows, counted by its mean pitch: so
the mean pitch tells neither a large interval from a small one nor an inversion from another.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from escucha.corpora.rendering.chord import NOTES, QUALITIES, chord_of
from escucha.corpora.theory.topic import CHORDS, INTERVALS, PROGRESSIONS, SCALES, SIGNATURES

FIFTH = 7
ACCENTS = {"X": 1.0, "x": .7, "-": .35, "o": .35}
"""Amplitude of a stroke by its place in a bar (see `topic.SIGNATURES`)."""


class Stroke(NamedTuple):
    """Pitches (MIDI) that sound together."""

    step: float
    length: float
    """Steps."""
    pitches: tuple[int, ...]
    accent: float = 1.0
    """Share of the amplitude."""


@dataclass(frozen=True)
class Figure:
    """Strokes in order, and the steps after which they come again."""

    strokes: tuple[Stroke, ...]
    period: float


class Ask(NamedTuple):
    """What to play."""

    value: str
    manner: str
    tonic: int
    """Pitch class."""
    middle: int
    """Pitch (MIDI) around which it lies."""
    broken: bool
    """Are chords played one tone after the other?"""


def placed(offsets: Sequence[int], root: int, middle: int) -> tuple[int, ...]:
    """The offsets above a pitch of class `root`, in the octave in which their mean is nearest to `middle`.

    >>> placed((0, 4, 7), 0, 60), placed((0, 4, 7), 11, 60)
    ((60, 64, 67), (59, 63, 66))
    """
    mean = sum(offsets) / len(offsets)
    lowest = min(range(root, 128, 12), key=lambda pitch: (abs(pitch + mean - middle), pitch))
    return tuple(lowest + offset for offset in offsets)


def note(ask: Ask) -> Figure:
    """One note, again and again; its manner is its octave (4 begins with middle C)."""
    pitch = 12 * (int(ask.manner) + 1) + NOTES.index(ask.value)
    return Figure((Stroke(0, 2, (pitch,)),), 3)


def interval(ask: Ask) -> Figure:
    """Two notes, one after the other or together."""
    low, high = placed((0, INTERVALS[ask.value]), ask.tonic, ask.middle)
    if ask.manner == "together":
        return Figure((Stroke(0, 2, (low, high)),), 3)
    first, second = (low, high) if ask.manner == "up" else (high, low)
    return Figure((Stroke(0, 1, (first,)), Stroke(1, 1, (second,))), 3)


def chord(ask: Ask) -> Figure:
    """Four tones in an inversion: a triad's lowest comes again an octave up, or their number would tell a seventh."""
    turns = ("root", "first", "second").index(ask.manner)
    tones = placed(full(CHORDS[ask.value], turns), ask.tonic, ask.middle)
    return Figure(tuple(sounded(tones, 0, 2, broken=ask.broken)), 3)


def full(tones: Sequence[int], turns: int = 0) -> tuple[int, ...]:
    """A chord's offsets with its lowest tones moved up an octave, as often as told, filled up to four.

    >>> full((0, 4, 7), 1), full((0, 4, 7, 10), 1)
    ((4, 7, 12, 16), (4, 7, 10, 12))
    """
    turned = [*tones[turns:], *(tone + 12 for tone in tones[:turns])]
    return tuple((*turned, turned[0] + 12)[:4])


def sounded(tones: tuple[int, ...], step: float, length: float, *, broken: bool) -> Iterable[Stroke]:
    """A chord struck at once, or one tone after the other in the same time."""
    if not broken:
        return [Stroke(step, length, tones)]
    part = length / len(tones)
    return [Stroke(step + part * at, part, (tone,)) for at, tone in enumerate(tones)]


def scale(ask: Ask) -> Figure:
    """The scale through an octave, and a rest."""
    up = placed((*SCALES[ask.value], 12), ask.tonic, ask.middle)
    tones = {"up": up, "down": up[::-1], "up-and-down": (*up, *up[-2::-1])}[ask.manner]
    return Figure(tuple(Stroke(step, 1, (tone,)) for step, tone in enumerate(tones)), len(tones) + 1)


def progression(ask: Ask) -> Figure:
    """Chords in root position, and a rest."""
    strokes: list[Stroke] = []
    degrees = PROGRESSIONS[ask.value].split()
    for step, degree in enumerate(degrees):
        found = chord_of(degree, ask.tonic)
        tones = placed(full(QUALITIES[found.quality]), found.root, ask.middle)
        strokes += sounded(tones, step, 1, broken=ask.broken)
    return Figure(tuple(strokes), len(degrees) + 1)


def bar(ask: Ask) -> Figure:
    """A bar of strokes: clicks are one note, a fifth higher where the bar begins; chords sound on accents."""
    pattern = SIGNATURES[ask.value]
    chord, click = _struck(ask)
    strokes = []
    for step, sign in enumerate(pattern):
        pitches = (click + FIFTH * (sign == "X"),) if ask.manner == "clicks" or sign in "-o" else chord
        strokes.append(Stroke(step, .8, pitches, ACCENTS[sign]))
    return Figure(tuple(strokes), len(pattern))


def beat(ask: Ask) -> Figure:
    """One stroke a beat; `score.LONGEST` makes it as long at every tempo."""
    chord, click = _struck(ask)
    return Figure((Stroke(0, 1, (click,) if ask.manner == "clicks" else chord),), 1)


def _struck(ask: Ask) -> tuple[tuple[int, ...], int]:
    """A chord on the tonic, and one note."""
    return placed(full(CHORDS["major"]), ask.tonic, ask.middle), placed((0,), ask.tonic, ask.middle)[0]


FIGURES: dict[str, Callable[[Ask], Figure]] = {
    "notes": note, "intervals": interval, "chords": chord, "scales": scale, "progressions": progression,
    "time-signatures": bar, "tempi": beat,
}
"""`about` to what plays it."""

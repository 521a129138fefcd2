"""Who plays chords: strummed, in blocks or broken, in fifths."""

from collections.abc import Callable, Iterator

from escucha.corpora.genres.pattern import Cell, cells, chosen, lasts, loud, when
from escucha.corpora.genres.plan import Bar, Plan
from escucha.corpora.rendering.chord import Chord
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream

FIFTHS = {"p": (0, 7), "s": (0, 9)}


def strum(plan: Plan, source: str) -> Iterator[Note]:
    """A guitar: the strings one after another, up-strokes from the high ones."""
    low = plan.style.parts[source].low
    return _chords(plan, source, lambda chord: _strings(chord, low), plan.family.spread)


def block(plan: Plan, source: str) -> Iterator[Note]:
    """Keys and strings: the tones together, close."""
    low = plan.style.parts[source].low
    return _chords(plan, source, lambda chord: _close(chord, low), .002)


def power(plan: Plan, source: str) -> Iterator[Note]:
    """Roots with fifth and octave."""
    low = plan.style.parts[source].low
    return _chords(plan, source, lambda chord: _fifths(chord, low), .004)


def _strings(chord: Chord, low: int) -> tuple[int, ...]:
    """Root, fifth, then the chord's tones upward: five strings."""
    root = low + (chord.root - low) % 12
    return (root, root + 7, *[pitch for pitch in range(root + 8, root + 30) if pitch % 12 in chord.tones][:3])


def _close(chord: Chord, low: int) -> tuple[int, ...]:
    """The lowest tones of the chord from `low` on, and one octave more of it for who breaks it."""
    return tuple(pitch for pitch in range(low, low + 24) if pitch % 12 in chord.tones)


def _fifths(chord: Chord, low: int) -> tuple[int, ...]:
    root = low + (chord.root - low) % 12
    return root, root + 7, root + 12


def _chords(plan: Plan, source: str, voicing: Callable[[Chord], tuple[int, ...]], spread: float) -> Iterator[Note]:
    pattern, program = chosen(plan, source), plan.programs[source]
    for bar in plan.bars:
        rng = stream(plan.recipe.seed, source, bar.number)
        for cell in cells(pattern, bar.number):
            at, velocity = when(plan, bar, cell.position, rng), loud(plan, cell.sign, rng)
            pitches = _sounding(plan, bar, source, cell, voicing(bar.chord(cell.position)))
            length = lasts(plan, bar, cell, .6 if cell.sign == "m" else .92)
            for string, pitch in enumerate(pitches):
                late = spread * string / max(len(pitches) - 1, 1)
                yield Note(at + late, program, pitch, velocity * rng.uniform(.88, 1), length, shift=plan.family.tuning)


def _sounding(plan: Plan, bar: Bar, source: str, cell: Cell, pitches: tuple[int, ...]) -> tuple[int, ...]:
    """Which pitches of a voicing a sign asks for, in the order in which they are struck."""
    if cell.sign.isdigit():
        return (pitches[int(cell.sign) % len(pitches)],)
    if cell.sign in FIFTHS:
        low = plan.style.parts[source].low
        root = low + (bar.chord(cell.position).root - low) % 12
        return tuple(root + step for step in FIFTHS[cell.sign])
    if cell.sign == "m":
        low = plan.style.parts[source].low
        return (low + (plan.tonic - low) % 12,)
    if cell.sign == "u":
        return pitches[:1:-1]
    size = len(bar.chord(cell.position).tones) if plan.style.parts[source].hand == "block" else len(pitches)
    return pitches[:size]

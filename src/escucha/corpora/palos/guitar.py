"""The guitar: rasgueado (strums and finger rolls), arpegio, picado, and how each of them closes a phrase.

Accents are strums over all strings in every technique, so the compás is heard whatever the right hand does between.
"""

from collections.abc import Callable, Iterator

import numpy as np

from escucha.corpora.palos.family import Family
from escucha.corpora.palos.note import audible, late, loud
from escucha.corpora.palos.palo import LINE, SCALES
from escucha.corpora.palos.plan import Line, Plan
from escucha.corpora.rendering.chord import Chord
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream

GOLPE = 37
"""The General MIDI side stick stands for the tap on the guitar's top."""
LOWEST, STRINGS = 40, 6


def guitar(plan: Plan) -> tuple[Note, ...]:
    """Every note of the guitar stem."""
    hand = HANDS[plan.technique]
    notes = [note for line in plan.lines for note in _line(plan, line, hand)]
    return audible(notes, plan, "guitar")


Hand = Callable[[Plan, Line, np.random.Generator], Iterator[Note]]


def _line(plan: Plan, line: Line, hand: Hand) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "guitar", line.number)
    yield from _remate(plan, line, rng) if line.remate else hand(plan, line, rng)
    taps = stream(plan.recipe.seed, "golpe", line.number).random(LINE)
    for position in plan.metre.accents:
        if taps[int(position)] < plan.family.golpe:
            yield Note(plan.time(line.first + position), 0, GOLPE, 70 + 30 * taps[int(position)], .2, kit=True)


def voicing(chord: Chord, habits: Family) -> tuple[int, ...]:
    """Six strings, low to high (MIDI): the root below, then the chord's tones upward from a fourth or more above it.

    A player with `colour` lets the tonic ring on top of the bII chord.
    """
    low = LOWEST + (chord.root - LOWEST) % 12
    tones = [pitch for pitch in range(low + 5 + round(2 * habits.density), low + 40) if pitch % 12 in chord.tones]
    if habits.colour and chord.degree == "bII":
        tones[STRINGS - 2] = tones[STRINGS - 3] + (chord.root - 1 - tones[STRINGS - 3]) % 12
    return (low, *tones[:STRINGS - 1])


def strum(plan: Plan, chord: Chord, at: float, rng: np.random.Generator, *, velocity: float,
          length: float, up: bool = False, strings: int = STRINGS) -> Iterator[Note]:
    """One stroke across the strings, 8 to 25 ms from the first to the last, from the low one or (up) the high one."""
    pitches = voicing(chord, plan.family)[-strings:]
    spread = plan.family.spread * (.6 if up else 1.0) * rng.uniform(.8, 1.2)
    order = pitches[::-1] if up else pitches
    falls = rng.uniform(.85, 1.0, len(order))
    for string, (pitch, fall) in enumerate(zip(order, falls)):
        when = at + spread * string / (STRINGS - 1)
        yield Note(when, plan.guitar, pitch, velocity * fall, length, shift=plan.family.tuning)


def roll(plan: Plan, line: Line, position: float, rng: np.random.Generator, *, strokes: int = 3) -> Iterator[Note]:
    """A finger roll (rasgueado) that leads into a position: light strokes, growing, in the half beat before it."""
    for stroke in range(strokes):
        before = .5 * (strokes - stroke) / strokes
        at = plan.time(line.first + position - before) + late(rng, plan, .5)
        yield from strum(plan, line.chord(position - 1), at, rng, velocity=40 + 9 * stroke, length=.12,
                         up=stroke % 2 == 1, strings=4)


def rasgueado(plan: Plan, line: Line, rng: np.random.Generator) -> Iterator[Note]:
    """A stroke on every beat, rolls into some accents, light up-strokes between."""
    period = 60 / plan.tempo
    for position in range(LINE):
        accented = position in plan.metre.accents
        chance, between = rng.random(2)
        if line.opens and _rings(plan, position):
            continue  # the llamada: the opening chord calls and is left to ring
        rolls = accented and chance < plan.family.rolls
        if rolls:
            yield from roll(plan, line, position, rng)
        at = plan.time(line.first + position) + late(rng, plan)
        if accented or (chance > .2 and position not in plan.metre.silent):
            yield from strum(plan, line.chord(position), at, rng, velocity=loud(plan, accented, rng),
                             length=period * _ring(plan, line, position), strings=6 if accented else 4)
        yield from _off_beat(plan, line, position, rng, between)


def _rings(plan: Plan, position: int) -> bool:
    """Whether a beat lies between the first two accents of a line."""
    first, second, *_ = plan.metre.accents
    return first < position and position + .5 < second


def _ring(plan: Plan, line: Line, position: float) -> float:
    """Beats for which a rasgueado chord sounds: plain strokes are damped, the llamada rings."""
    if line.opens and position == plan.metre.accents[0] and _rings(plan, int(position) + 1):
        return 2.6
    return 1.1 if position in plan.metre.accents else .4


def _off_beat(plan: Plan, line: Line, position: int, rng: np.random.Generator, chance: float) -> Iterator[Note]:
    """The accent after a beat where the metre has one there, else light up-strokes, as many as the division says."""
    if position + .5 in plan.metre.accents:
        at = plan.time(line.first + position + .5) + late(rng, plan)
        yield from strum(plan, line.chord(position + .5), at, rng, velocity=loud(plan, True, rng),
                         length=1.1 * 60 / plan.tempo)
        return
    for part in plan.between:
        if chance < plan.family.density and not (line.opens and position == 0):
            at = plan.time(line.first + position + part) + late(rng, plan)
            yield from strum(plan, line.chord(position), at, rng, velocity=.6 * loud(plan, False, rng),
                             length=.3 * 60 / plan.tempo, up=True, strings=3)


def arpegio(plan: Plan, line: Line, rng: np.random.Generator) -> Iterator[Note]:
    """Broken chords in eighths (triplets in slow palos) under a rolled chord on every accent."""
    period = 60 / plan.tempo
    order, each = (2, 3, 4, 5, 4, 3), 1 + len(plan.between)
    for position in range(LINE):
        chord = line.chord(position)
        pitches = voicing(chord, plan.family)
        at = plan.time(line.first + position) + late(rng, plan)
        if position in plan.metre.accents:
            yield from strum(plan, chord, at, rng, velocity=loud(plan, True, rng), length=2 * period)
        elif position not in plan.metre.silent:
            yield Note(at, plan.guitar, pitches[order[each * position % 6]], loud(plan, False, rng) * 1.2,
                       1.5 * period, shift=plan.family.tuning)
        if position + .5 in plan.metre.accents:
            yield from _off_beat(plan, line, position, rng, 1.0)
            continue
        for turn, part in enumerate(plan.between, 1):
            half = plan.time(line.first + position + part) + late(rng, plan)
            yield Note(half, plan.guitar, pitches[order[(each * position + turn) % 6]], loud(plan, False, rng),
                       1.2 * period, shift=plan.family.tuning)


def picado(plan: Plan, line: Line, rng: np.random.Generator) -> Iterator[Note]:
    """A running scale in eighths (some lines in triplets, in slow palos sixteenths), chords on the accents."""
    period = 60 / plan.tempo
    each = (3 if rng.random() < .3 else 2) + len(plan.between) - 1
    walk, down = int(rng.integers(5, 12)), -1
    for position in range(LINE):
        accented = position in plan.metre.accents
        at = plan.time(line.first + position) + late(rng, plan)
        if accented:
            yield from strum(plan, line.chord(position), at, rng, velocity=loud(plan, True, rng), length=period)
        for step in range(int(accented or position in plan.metre.silent), each):
            walk += down
            down = 1 if walk <= 2 else -1 if walk >= 13 else -down if rng.random() < .12 else down
            when = plan.time(line.first + position + step / each) + late(rng, plan, .7)
            yield Note(when, plan.guitar, run_pitch(plan, line, position + step / each, walk),
                       loud(plan, False, rng) * 1.3, period / each, shift=plan.family.tuning)
        if position + .5 in plan.metre.accents:
            yield from _off_beat(plan, line, position, rng, 1.0)


def run_pitch(plan: Plan, line: Line, position: float, step: int) -> int:
    """The MIDI pitch of a step of a picado: of the scale, or of the chord that holds, in the same register."""
    if plan.run == "scale":
        return scale_pitch(line, step)
    low = scale_pitch(line, 1)
    tones = [pitch for pitch in range(low, low + 36) if pitch % 12 in line.chord(position).tones]
    return tones[abs((step - 2) % 10 - 5)]  # neighbouring steps are neighbouring tones


def scale_pitch(line: Line, step: int, *, low: int = 52) -> int:
    """The MIDI pitch of a step of the line's scale, counted from the first tonic at or above `low`."""
    scale = SCALES[line.mode]
    return low + (line.tonic - low) % 12 + 12 * (step // 7) + scale[step % 7]


def _remate(plan: Plan, line: Line, rng: np.random.Generator) -> Iterator[Note]:
    """The close: the accents alone, each with its roll, growing to the closing one; then a breath."""
    period = 60 / plan.tempo
    until = plan.metre.close
    for position in sorted({*range(int(until) + 1), *(at for at in plan.metre.accents if at <= until)}):
        accented = position in plan.metre.accents
        closing = position == until
        at = plan.time(line.first + position) + late(rng, plan, .5)
        if accented:
            if position:
                yield from roll(plan, line, position, rng, strokes=4 if closing else 3)
            yield from strum(plan, line.chord(position), at, rng, velocity=122 if closing else 114,
                             length=period * (1.6 if closing else .8))
        elif position < until - 4 and position not in plan.metre.silent:
            yield from strum(plan, line.chord(position), at, rng, velocity=loud(plan, False, rng),
                             length=.4 * period, strings=4)


HANDS: dict[str, Hand] = {"rasgueado": rasgueado, "arpegio": arpegio, "picado": picado}

"""The voice's line (cante) and the bass."""

from collections.abc import Iterator

import numpy as np

from escucha.corpora.palos.guitar import scale_pitch
from escucha.corpora.palos.note import audible, late, loud
from escucha.corpora.palos.palo import LINE, SCALES
from escucha.corpora.palos.plan import Line, Plan
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream

BASS = 32
LOW_VOICE = 50
RHYTHMS = ((2, 1, 3, 1, 1, 2), (1, 1, 1, 2, 1, 1, 3), (3, 3, 2, 2), (1, 2, 3, 2, 2), (2, 1, 1, 1, 1, 4))
"""Lengths in beats of one sung phrase; what is left of the line is breath."""


def voice(plan: Plan) -> tuple[Note, ...]:
    """A sung line: steps, a leap now and then, melisma on long notes, and a fall to a chord tone at the end."""
    notes = [note for line in plan.lines for note in _phrase(plan, line)]
    return audible(notes, plan, "voice")


def _phrase(plan: Plan, line: Line) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "voice", line.number)
    lengths = RHYTHMS[int(rng.integers(len(RHYTHMS)))]
    position = float(rng.choice((0, 0, 1, .5)))
    step = int(rng.integers(5, 9))
    for index, beats in enumerate(lengths):
        length = min(float(beats), plan.metre.close + 1 - position)
        if length <= 0:
            return
        last = index == len(lengths) - 1
        step = _settle(line, position, step) if last or length >= 3 else step
        yield from _sung(plan, line, position, step, length=length, last=last)
        move = int(rng.choice((-1, -1, -1, -2, 1, 1, 2)))
        step = int(np.clip(step + move, 1, 9))
        position += length


def _settle(line: Line, position: float, step: int) -> int:
    """The nearest step, at or below, that belongs to the chord."""
    tones = line.chord(position).tones
    for lower in range(step, step - 5, -1):
        if (line.tonic + SCALES[line.mode][lower % 7]) % 12 in tones:
            return lower
    return step


def _sung(plan: Plan, line: Line, position: float, step: int, *, length: float, last: bool) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "voice", line.number, int(position * 2))
    program = plan.singer
    start = plan.time(line.first + position) + late(rng, plan, 3.0)
    end = plan.time(line.first + position + length)
    shape = _shape(plan, rng, end - start, last)
    velocity = float(rng.uniform(84, 112))
    # Melisma: a long note is approached through its upper neighbours, one syllable on several pitches.
    grace = .12 if not last and end - start > .5 and rng.random() < plan.family.rolls else 0.0
    if grace:
        for turn, above in enumerate((1, 2, 1)):
            yield Note(start + grace * turn, program, scale_pitch(line, step + above, low=LOW_VOICE), velocity * .9,
                       grace, "slide", shift=plan.family.tuning)
    begin = start + 3 * grace
    yield Note(begin, program, scale_pitch(line, step, low=LOW_VOICE), velocity, max(end - begin, .1), shape,
               shift=plan.family.tuning)


def _shape(plan: Plan, rng: np.random.Generator, length: float, last: bool) -> str:
    chance = rng.random()
    if last:
        return "fall" if chance < .7 else "vibrato"
    if length < .45:
        return "slide" if chance < .5 else "scoop"
    if chance < plan.family.rolls:
        return "turn"
    return "shake" if chance > .85 else "vibrato"


def bass(plan: Plan) -> tuple[Note, ...]:
    """The chord's root where the chord changes and on some accents, the fifth now and then."""
    notes = [note for line in plan.lines for note in _bass(plan, line)]
    return audible(notes, plan, "bass")


def _bass(plan: Plan, line: Line) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "bass", line.number)
    changes = {at for at, _ in line.chords}
    chances = rng.random((LINE, 2))
    for position in plan.metre.accents:
        if position > plan.metre.close or (position not in changes and chances[int(position), 0] < .3):
            continue
        chord = line.chord(position)
        tone = chord.root if position in changes or chances[int(position), 1] < .6 else chord.tones[2]
        at = plan.time(line.first + position) + late(rng, plan)
        yield Note(at, BASS, 33 + (tone - 33) % 12, loud(plan, True, rng), 110 / plan.tempo, shift=plan.family.tuning)

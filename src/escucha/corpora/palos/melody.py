"""The voice's line (cante) and the bass."""

from collections.abc import Callable, Iterator

import numpy as np

from escucha.corpora.palos.guitar import scale_pitch
from escucha.corpora.palos.note import audible, late, loud
from escucha.corpora.palos.palo import LINE, SCALES
from escucha.corpora.palos.plan import Line, Plan
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream
from escucha.corpora.rendering.synth import melisma as named

BASS = 32
LOW_VOICE = 50
RANGE = 1, 9
"""Steps of the scale between which the voice stays."""
LONG = .45
"""Seconds from which on a note is long enough to be ornamented."""
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
        move = MOVES[plan.line]
        step = move(line, position, step, rng if index else None, last or length >= 3)
        yield from _sung(plan, line, position, step, length=length, last=last)
        position += length


Move = Callable[[Line, float, int, np.random.Generator | None, bool], int]
"""From one step of the scale to the next, at a position of a line; without chance for the first note, which is only
settled; the last argument says whether to rest on a tone of the chord."""


def _freely(line: Line, position: float, step: int, rng: np.random.Generator | None, rests: bool) -> int:
    """Steps, a third now and then."""
    if rng is not None:
        step = int(np.clip(step + int(rng.choice((-1, -1, -1, -2, 1, 1, 2))), *RANGE))
    if not rests:
        return step
    return next((lower for lower in range(step, step - 5, -1) if _belongs(line, position, lower)), step)


def _by(*moves: int) -> Move:
    """By one of these intervals and no other, to a tone of the chord where one of them leads there and it is wanted.

    Around where phrases begin, so that lines of small and of wide intervals are equally high on average.
    """
    def move(line: Line, position: float, step: int, rng: np.random.Generator | None, rests: bool) -> int:
        if rng is None:
            return step
        able = [to for to in (step + rng.permutation(moves)).tolist() if RANGE[0] < to <= RANGE[1] + 1]
        return next((to for to in able if rests and _belongs(line, position, to)), able[0])
    return move


MOVES: dict[str, Move] = {"": _freely, "stepwise": _by(-1, 1), "leaping": _by(-4, -3, 3, 4)}
"""How the melody moves, by name: see `recipe.LINES`."""


def _belongs(line: Line, position: float, step: int) -> bool:
    """Whether a step of the scale is a tone of the chord."""
    return (line.tonic + SCALES[line.mode][step % 7]) % 12 in line.chord(position).tones


def _sung(plan: Plan, line: Line, position: float, step: int, *, length: float, last: bool) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "voice", line.number, int(position * 2))
    program = plan.singer
    start = plan.time(line.first + position) + late(rng, plan, 3.0)
    end = plan.time(line.first + position + length)
    shape = _shape(plan, rng, end - start, last)
    velocity = float(rng.uniform(84, 112))
    if plan.melisma is not None:
        yield Note(start, program, scale_pitch(line, step, low=LOW_VOICE), velocity, max(end - start, .1),
                   _drawn_out(line, step, plan.melisma) if end - start >= LONG else shape, shift=plan.family.tuning)
        return
    # Melisma: a long note is approached through its upper neighbours, one syllable on several pitches.
    grace = .12 if not last and end - start > .5 and rng.random() < plan.family.rolls else 0.0
    if grace:
        for turn, above in enumerate((1, 2, 1)):
            yield Note(start + grace * turn, program, scale_pitch(line, step + above, low=LOW_VOICE), velocity * .9,
                       grace, "grace", shift=plan.family.tuning)
    begin = start + 3 * grace
    yield Note(begin, program, scale_pitch(line, step, low=LOW_VOICE), velocity, max(end - begin, .1), shape,
               shift=plan.family.tuning)


def _drawn_out(line: Line, step: int, melisma: bool) -> str:
    """The shape of a long note where melisma is asked for or forbidden: through its neighbours, or held."""
    own, *others = (scale_pitch(line, at) for at in (step, step + 1, step + 2, step - 1))
    upper, top, lower = (abs(other - own) for other in others)
    return named(upper, top, lower) if melisma else "vibrato"


def _shape(plan: Plan, rng: np.random.Generator, length: float, last: bool) -> str:
    chance = rng.random()
    if last:
        return "fall" if chance < .7 else "vibrato"
    if length < LONG:
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

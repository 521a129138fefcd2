"""Drums and bass."""

from collections.abc import Iterator

import numpy as np

from escucha.corpora.genres.pattern import Cell, cells, chosen, lasts, loud, when
from escucha.corpora.genres.plan import Bar, Plan
from escucha.corpora.genres.style import BAR, DRUMS, SCALES
from escucha.corpora.rendering.chord import Chord
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream

LENGTHS = {"crash": 1.5, "open": .3, "ride": .75, "kick": .5}
"""Seconds a drum is given to ring; the others 0.3."""
FILLS = (("snare", "........x.x.X.XX"), ("tom", "........X.x.X.x."), ("snare", "............xxXX"),
         ("tom", "..........X.xxXX"))


def drums(plan: Plan) -> Iterator[Note]:
    """The groove, a crash now and then where a phrase opens, a fill where one closes."""
    if plan.groove is None:
        return
    for bar in plan.bars:
        rng = stream(plan.recipe.seed, "drums", bar.number)
        fill = bar.closes and rng.random() < plan.style.fills * plan.family.fills
        crash = bar.opens and rng.random() < plan.style.fills
        name, figure = FILLS[int(rng.integers(len(FILLS)))]
        starts = len(figure) - len(figure.lstrip("."))
        for drum, pattern in plan.groove.drums.items():
            for cell in cells(pattern, bar.number):
                if not (fill and drum in ("snare", "hat", "ride", "open") and 4 * cell.position >= starts):
                    yield _stroke(plan, bar, drum, cell, rng)
        for cell in cells(figure, 0) if fill else ():
            yield _stroke(plan, bar, name, cell, rng)
        if crash:
            yield _stroke(plan, bar, "crash", Cell("x", 0.0, 1.0), rng)


def _stroke(plan: Plan, bar: Bar, drum: str, cell: Cell, rng: np.random.Generator) -> Note:
    at = when(plan, bar, cell.position, rng)
    return Note(at, plan.programs["drums"], DRUMS[drum], loud(plan, cell.sign, rng), LENGTHS.get(drum, .3), kit=True)


REGISTER = 19
"""Semitones a walk may climb."""
STEPS = {"3": 1, "5": 2, "7": 3}
"""Which of a chord's tones a bass sign means."""


def bass(plan: Plan) -> Iterator[Note]:
    """The bass pattern on the chords as they change; walks go by steps and lead into the next chord."""
    pattern, low = chosen(plan, "bass"), plan.style.parts["bass"].low
    pitch = low + (plan.bars[0].chord(0).root - low) % 12
    for bar, following in zip(plan.bars, (*plan.bars[1:], plan.bars[-1])):
        rng = stream(plan.recipe.seed, "bass", bar.number)
        for cell in cells(pattern, bar.number):
            pitch = _tone(plan, bar, following, cell, pitch, rng)
            yield Note(when(plan, bar, cell.position, rng, .7), plan.programs["bass"], pitch,
                       loud(plan, "X" if cell.position in (0, 2) else "x", rng), lasts(plan, bar, cell),
                       shift=plan.family.tuning)


def _tone(plan: Plan, bar: Bar, following: Bar, cell: Cell, before: int, rng: np.random.Generator) -> int:
    chord, low = bar.chord(cell.position), plan.style.parts["bass"].low
    root = low + (chord.root - low) % 12
    if cell.sign == "w":
        return _step(plan, chord.tones if cell.position == 2 else (), chord, before, rng)
    if cell.sign == "a":
        ends = cell.position + cell.length >= BAR
        target = following.chords[0][1] if ends else bar.chord(cell.position + cell.length)
        goal = _nearest(target.root, before, low)
        return goal + (1 if rng.random() < .5 or goal == low else -1)
    if cell.sign in STEPS:
        tones = chord.tones
        root += (tones[min(STEPS[cell.sign], len(tones) - 1)] - chord.root) % 12
    if plan.style.walks:
        return _nearest(root, before, low)
    return root + {"o": 12, "6": 9, "l": 7 if root - 5 < low - 3 else -5}.get(cell.sign, 0)


def _nearest(pitch: int, before: int, low: int) -> int:
    """The pitch in whichever octave of the register is nearer to the one before: a walk does not leap."""
    first = low + (pitch - low) % 12
    return min((octave for octave in (first, first + 12) if octave <= low + REGISTER),
               key=lambda octave: abs(octave - before))


def _step(plan: Plan, only: tuple[int, ...], chord: Chord, before: int, rng: np.random.Generator) -> int:
    """A tone of the scale or of the chord within a fourth of the one before, and not that one again."""
    low = plan.style.parts["bass"].low
    allowed = set(only) or {(plan.tonic + step) % 12 for step in SCALES[plan.scale]} | set(chord.tones)
    reach = range(max(low, before - 5), min(low + REGISTER, before + 5) + 1)
    return int(rng.choice([pitch for pitch in reach if pitch % 12 in allowed and pitch != before]))

"""Who sings, on whatever instrument: phrases of steps that lean on the chord."""

from collections.abc import Iterator

import numpy as np

from escucha.corpora.genres.pattern import Cell, cells, lasts, loud, when
from escucha.corpora.genres.plan import Bar, Plan
from escucha.corpora.genres.style import SCALES, Part
from escucha.corpora.rendering.note import Note
from escucha.corpora.rendering.streams import stream

MOVES = (-2, -1, -1, 1, 1, 2)
RECITING = 3
"""Steps: a song within so few of them is spoken rather than sung, and does not look for the chord."""


def sing(plan: Plan, source: str) -> Iterator[Note]:
    """One pattern a bar, drawn anew; strong and long tones settle on the chord, the others walk the scale."""
    part = plan.style.parts[source]
    tones = _ladder(plan, part)
    step = int(stream(plan.recipe.seed, source).integers(len(tones) // 3, len(tones)))
    for bar in plan.bars:
        rng = stream(plan.recipe.seed, source, bar.number)
        for cell in cells(str(rng.choice(part.patterns)), 0):
            move = rng.choice(MOVES) if part.ambitus > RECITING else rng.integers(-1, 2)
            step = int(np.clip(step + move, 0, len(tones) - 1))
            yield _tone(plan, part, source, bar, cell, tones[step], rng)


def _ladder(plan: Plan, part: Part) -> list[int]:
    """The scale's pitches within a part's ambitus."""
    scale = {(plan.tonic + step) % 12 for step in SCALES[plan.scale]}
    return [pitch for pitch in range(part.low, part.low + 36) if pitch % 12 in scale][:part.ambitus + 1]


def _tone(plan: Plan, part: Part, source: str, bar: Bar, cell: Cell, pitch: int, rng: np.random.Generator) -> Note:
    length = lasts(plan, bar, cell)
    if (cell.position % 2 == 0 or cell.length >= 1) and part.ambitus > RECITING:
        tones = bar.chord(cell.position).tones
        pitch = min(range(pitch - 6, pitch + 7), key=lambda near: (near % 12 not in tones, abs(near - pitch)))
    shape = str(rng.choice(part.shapes)) if length > .25 else ""
    return Note(when(plan, bar, cell.position, rng, 1.2), plan.programs[source], pitch,
                loud(plan, "X" if cell.position % 1 == 0 else "x", rng), length, shape, shift=plan.family.tuning)

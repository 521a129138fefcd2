"""Palmas, castanets and cajón: who claps where in the compás, and who answers between."""

from collections.abc import Iterator

import numpy as np

from escucha.corpora.palos.note import audible, late, loud
from escucha.corpora.palos.palo import LINE
from escucha.corpora.palos.plan import Line, Plan
from escucha.corpora.rendering.note import CASTANETS, Note
from escucha.corpora.rendering.streams import stream

CLAP, BASS_TONE, SLAP, TOUCH = 39, 64, 38, 62
"""General MIDI percussion: hand clap; low conga, snare and muted conga for the cajón."""


def palmas(plan: Plan) -> tuple[Note, ...]:
    """One clapper on the beats, strong on the accents; with contratiempo a second one between them."""
    notes = [note for line in plan.lines for note in _palmas(plan, line)]
    return audible(notes, plan, "palmas")


def _palmas(plan: Plan, line: Line) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "palmas", line.number)
    chances = rng.random((LINE, 2))
    for position in range(LINE):
        accented = position in plan.metre.accents
        closed = line.remate and position > plan.metre.close
        if closed:
            continue
        if accented or (chances[position, 0] < .75 and position not in plan.metre.silent):
            at = plan.time(line.first + position) + late(rng, plan, 1.3)
            yield _clap(plan, at, loud(plan, accented, rng), 0.0)
        if _accent_after(plan, line, position):
            at = plan.time(line.first + position + .5) + late(rng, plan, 1.3)
            yield _clap(plan, at, loud(plan, True, rng), 0.0)
        elif plan.contratiempo and chances[position, 1] < .8:
            at = plan.time(line.first + position + .5) + late(rng, plan, 1.3)
            yield _clap(plan, at, 1.3 * loud(plan, False, rng), 2.0)


def _accent_after(plan: Plan, line: Line, position: int) -> bool:
    """Whether an accent falls half a beat after this one, and is not in the breath of a remate."""
    return position + .5 in plan.metre.accents and not (line.remate and position + .5 > plan.metre.close)


def _clap(plan: Plan, at: float, velocity: float, shift: float) -> Note:
    return Note(at, 0, CLAP, velocity, .2, kit=True, shift=plan.family.clap + shift)


def castanets(plan: Plan) -> tuple[Note, ...]:
    """The roll (carretilla) into the accents, then macho and hembra in turn on the beats and between."""
    notes = [note for line in plan.lines for note in _castanets(plan, line)]
    return audible(notes, plan, "castanets")


def _castanets(plan: Plan, line: Line) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "castanets", line.number)
    chances = rng.random((LINE, 2))
    for position in range(LINE):
        if line.remate and position > plan.metre.close:
            continue
        accented = position in plan.metre.accents
        if accented and chances[position, 0] < .6:
            for stroke in range(4):
                at = plan.time(line.first + position - .5 + stroke / 8) + late(rng, plan, .5)
                yield Note(at, CASTANETS, 1, 42 + 6 * stroke, .1)
        if position not in plan.metre.silent:
            yield from _both_hands(plan, line, position, rng)
        if _accent_after(plan, line, position):
            yield from _both_hands(plan, line, position + .5, rng)
        elif not accented and chances[position, 1] < .4:
            half = plan.time(line.first + position + .5) + late(rng, plan)
            yield Note(half, CASTANETS, 1, loud(plan, False, rng), .1)


def _both_hands(plan: Plan, line: Line, position: float, rng: np.random.Generator) -> Iterator[Note]:
    """Both shells on an accent, the high one on a plain beat."""
    accented = position in plan.metre.accents
    at = plan.time(line.first + position) + late(rng, plan)
    yield Note(at, CASTANETS, 0 if accented else 1, loud(plan, accented, rng), .1)
    if accented:
        yield Note(at + .002, CASTANETS, 1, .8 * loud(plan, True, rng), .1)


def cajon(plan: Plan) -> tuple[Note, ...]:
    """Bass tones and slaps on the accents in turn, light touches between."""
    notes = [note for line in plan.lines for note in _cajon(plan, line)]
    return audible(notes, plan, "cajon")


def _cajon(plan: Plan, line: Line) -> Iterator[Note]:
    rng = stream(plan.recipe.seed, "cajon", line.number)
    chances = rng.random((LINE, 2))
    for position in range(LINE):
        if line.remate and position > plan.metre.close:
            continue
        at = plan.time(line.first + position) + late(rng, plan)
        if position in plan.metre.accents:
            yield _stroke(plan, position, at, rng)
        elif chances[position, 0] < .5 and position not in plan.metre.silent:
            yield _touch(at, loud(plan, False, rng))
        if _accent_after(plan, line, position):
            yield _stroke(plan, position + .5, plan.time(line.first + position + .5) + late(rng, plan), rng)
        elif chances[position, 1] < plan.family.density / 2:
            half = plan.time(line.first + position + plan.family.swing) + late(rng, plan)
            yield _touch(half, .8 * loud(plan, False, rng))


def _stroke(plan: Plan, position: float, at: float, rng: np.random.Generator) -> Note:
    """An accent: bass tone or slap in turn."""
    slap = plan.metre.accents.index(position) % plan.metre.turn == 1
    return Note(at, 0, SLAP if slap else BASS_TONE, loud(plan, True, rng), .25, kit=True)


def _touch(at: float, velocity: float) -> Note:
    return Note(at, 0, TOUCH, float(np.clip(velocity, 8, 127)), .15, kit=True)

"""One note, and what all players do with it: keep time as people do."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from escucha.corpora.palos.plan import Plan

CASTANETS = -1
"""The program of the synthesised castanets; its pitches are 0 (macho, low) and 1 (hembra, high)."""


class Note(NamedTuple):
    """When, what, how loud, how long, and how its pitch moves."""

    time: float
    """Seconds from the clip's start; may be negative before `audible`."""
    program: int
    pitch: int
    velocity: float
    """1 to 127; amplitude is proportional to it."""
    length: float
    """Seconds until the note is let go."""
    shape: str = ""
    """Name of a pitch bend of `synth.SHAPES`; empty for none."""
    kit: bool = False
    """True for percussion, where `pitch` is the General MIDI drum."""
    shift: float = 0.0
    """Semitones of tuning."""


def audible(notes: Iterable[Note], plan: Plan, source: str) -> tuple[Note, ...]:
    """The notes that start inside the clip and after their source's entry, in time order."""
    first = max(0.0, plan.entries[source])
    return tuple(sorted(note for note in notes if first <= note.time < plan.recipe.duration - .02))


def late(rng: np.random.Generator, plan: Plan, looser: float = 1.0) -> float:
    """Seconds by which a stroke misses its time: the player's jitter, at most three deviations."""
    return float(np.clip(rng.normal(), -3, 3)) * plan.family.jitter * looser


def loud(plan: Plan, accented: bool, rng: np.random.Generator) -> float:
    """The velocity of an accented or plain stroke: `depth` dB apart, with a little chance."""
    plain = 112 * 10 ** (-plan.family.depth / 20)
    return float(np.clip((112 if accented else plain) * rng.uniform(.92, 1.06), 8, 127))

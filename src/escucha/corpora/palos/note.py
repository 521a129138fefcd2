"""What all players do with a note: keep time as people do."""

from collections.abc import Iterable

import numpy as np

from escucha.corpora.palos.plan import Plan
from escucha.corpora.rendering.note import Note


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

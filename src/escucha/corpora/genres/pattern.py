"""How players read a pattern, keep time and shade it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from escucha.corpora.genres.plan import Bar, Plan
from escucha.corpora.genres.style import STEPS
from escucha.corpora.rendering.streams import stream

SIXTEENTH = .25
"""Beats."""


class Cell(NamedTuple):
    """One stroke of a pattern."""

    sign: str
    position: float
    """Beats from the bar's start."""
    length: float
    """Beats it is held."""


def cells(pattern: str, bar: int) -> Iterator[Cell]:
    """The strokes of a pattern in the bar of this number; a hold that begins a bar begins with silence.

    >>> [(cell.sign, cell.position, cell.length) for cell in cells("x---..x-" * 2, 0)][:2]
    [('x', 0.0, 1.0), ('x', 1.5, 0.5)]
    """
    turn = bar % (len(pattern) // STEPS)
    text = pattern[turn * STEPS:(turn + 1) * STEPS]
    for step, sign in enumerate(text):
        if sign not in ".-":
            rest = text[step + 1:]
            held = len(rest) - len(rest.lstrip("-"))
            yield Cell(sign, step * SIXTEENTH, (1 + held) * SIXTEENTH)


def chosen(plan: Plan, source: str) -> str:
    """The pattern that a source keeps to in this clip."""
    return str(stream(plan.recipe.seed, "pattern", source).choice(plan.style.parts[source].patterns))


def when(plan: Plan, bar: Bar, position: float, rng: np.random.Generator, looser: float = 1.0) -> float:
    """Seconds at a beat of a bar, missed as people miss it: by at most three deviations."""
    late = float(np.clip(rng.normal(), -3, 3)) * plan.family.jitter * plan.style.loose * looser
    return plan.time(bar.first + position) + late


def lasts(plan: Plan, bar: Bar, cell: Cell, gate: float = .92) -> float:
    """Seconds for which a stroke is held."""
    begin = bar.first + cell.position
    return gate * (plan.time(begin + cell.length) - plan.time(begin))


def loud(plan: Plan, sign: str, rng: np.random.Generator) -> float:
    """The velocity of a stroke: `X` loud, `o` a ghost, anything else plain, with a little chance."""
    feel = plan.style.feel
    below = {"X": 0.0, "o": feel.get("ghost", 11.0), "u": 6.0, "m": 3.0}.get(sign, feel.get("plain", 4.0))
    soft = below + (plan.family.depth if below else 0.0)
    return float(np.clip(112 * 10 ** (-soft / 20) * rng.uniform(.92, 1.06), 8, 127))

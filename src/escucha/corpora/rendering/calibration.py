"""How far any program or drum is lifted: by the table of what was measured, else by measuring one note of it now."""

from functools import lru_cache

import numpy as np

from escucha.corpora.rendering.levels import DRUMS, LEVELS
from escucha.corpora.rendering.synth import RATE, player

PROGRAM, DRUM = -19.0, -20.0
"""dB that a loud note comes to: of a program over its first 0.4 s, of a drum over 0.2 s (a closed hat of the table
comes to -30, a kick to -16)."""
MOST = 18.0
"""dB of lift at most: what is nearly silent in the soundfont is meant to be."""


def decibels(program: int, pitch: int, *, kit: bool) -> float:
    """dB of lift of a note of a program, or of a drum (`pitch`) of a kit (`program`)."""
    if kit:
        return DRUMS[program, pitch] if (program, pitch) in DRUMS else _measured(program, pitch, True)
    return LEVELS[program] if program in LEVELS else _measured(program, 60, False)


@lru_cache(maxsize=1024)
def _measured(program: int, pitch: int, kit: bool) -> float:
    wave = player().note(program, pitch, 112, .5, kit=kit)[:round((.2 if kit else .4) * RATE)]
    level = 10 * np.log10(max(float(np.mean(np.square(wave))), 1e-12))
    return float(np.clip((DRUM if kit else PROGRAM) - level, -MOST, MOST))

"""A recipe becomes stems."""

import numpy as np

from escucha.corpora.rendering.sound import Place, Voice, render
from escucha.corpora.theory.recipe import Recipe
from escucha.corpora.theory.score import INSTRUMENT, hall, score


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """The instrument and `rest`, the noise: each `(time,)` float32 at `RATE`."""
    where = hall(recipe)
    return render([Voice(INSTRUMENT, score(recipe), 0.0)], Place(
        seed=recipe.seed, duration=recipe.duration, loudness=where.loudness, brightness=where.brightness,
        room=where.room, wet=where.wet, noise=where.noise))

"""A recipe becomes stems."""

import numpy as np

from escucha.corpora.rendering.sound import Place, Voice, render
from escucha.corpora.theory.recipe import Recipe
from escucha.corpora.theory.score import INSTRUMENT, hall, score


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """The instrument and `rest`, the noise: each `(time,)` float32 at `RATE`."""
    place = Place(recipe.seed, recipe.duration, **vars(hall(recipe)))
    return render([Voice(INSTRUMENT, score(recipe), 0.0)], place)

"""A recipe becomes stems."""

from collections.abc import Iterator

import numpy as np

from escucha.corpora.genres.plan import Plan, plan
from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.genres.score import level, loudness, score
from escucha.corpora.rendering.sound import Place, Voice, render

VOICES = (53, 54, 85)
"""General MIDI programs that are sung through a vowel."""


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """Every stem, `(time,)` float32 at `RATE`, in a fixed order: the sources that play, then `rest`."""
    made = plan(recipe)
    band = made.family
    return render(_voices(made), Place(
        seed=recipe.seed, duration=recipe.duration, loudness=loudness(recipe),
        brightness=float(recipe.get("brightness", band.brightness)), room=recipe.get("room", band.room),
        wet=band.wet, noise=recipe.get("noise", band.noise)))


def _voices(plan: Plan) -> Iterator[Voice]:
    for source, notes in score(plan).items():
        part = plan.style.parts[source]
        sung = plan.family.number if part.vowel and plan.programs[source] in VOICES else None
        yield Voice(source, notes, level(plan.recipe, source) + part.level + plan.style.gain, sung)

"""A recipe becomes stems."""

import numpy as np

from escucha.corpora.palos.plan import plan
from escucha.corpora.palos.recipe import Recipe
from escucha.corpora.palos.score import level, loudness, reverberation, score
from escucha.corpora.rendering.room import lift
from escucha.corpora.rendering.sound import Place, Voice, render


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """Every stem, `(time,)` float32 at `RATE`, in a fixed order: the sources that play, then `rest`."""
    made = plan(recipe)
    habits = made.family
    room = recipe.get("room", habits.room)
    wet, decay = reverberation(recipe)
    # More room at the same energy: else a reverberant clip would be a loud one.
    lifted = lift(room, wet, decay) - lift(room, habits.wet)
    voices = (Voice(source, notes, level(recipe, source) - lifted, habits.number if source == "voice" else None)
              for source, notes in score(made).items())
    return render(voices, Place(
        recipe.seed, recipe.duration, loudness(recipe), float(recipe.get("brightness", habits.brightness)),
        room, wet, recipe.get("noise", habits.noise), recipe.get("noise_level", None), decay))

"""A recipe becomes stems."""

import numpy as np

from escucha.corpora.palos.plan import plan
from escucha.corpora.palos.recipe import Recipe
from escucha.corpora.palos.score import level, loudness, score
from escucha.corpora.rendering.room import noise
from escucha.corpora.rendering.sound import GAIN, REST, placed, played
from escucha.corpora.rendering.synth import RATE


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """Every stem, `(time,)` float32 at `RATE`, in a fixed order: the sources that play, then `rest`."""
    made = plan(recipe)
    samples = round(recipe.duration * RATE)
    gain = GAIN * 10 ** (loudness(recipe) / 20)
    brightness = float(recipe.get("brightness", made.family.brightness))
    room = recipe.get("room", made.family.room)
    out = {}
    for source, notes in score(made).items():
        if notes:
            heard = placed(played(notes, samples), brightness=brightness, room=room, wet=made.family.wet,
                           sung=made.family.number if source == "voice" else None)
            out[source] = (heard * gain * 10 ** (level(recipe, source) / 20)).astype(np.float32)
    number = recipe.get("noise", made.family.noise)
    out[REST] = (noise(number, recipe.seed, samples) * gain).astype(np.float32)
    return out

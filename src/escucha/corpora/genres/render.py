"""A recipe becomes stems."""

import numpy as np

from escucha.corpora.genres.plan import plan
from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.genres.score import level, loudness, score
from escucha.corpora.rendering.room import noise
from escucha.corpora.rendering.sound import GAIN, REST, placed, played
from escucha.corpora.rendering.synth import RATE

VOICES = (53, 54, 85)
"""General MIDI programs that are sung through a vowel."""


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
            part = made.style.parts[source]
            sung = made.family.number if part.vowel and made.programs[source] in VOICES else None
            heard = placed(played(notes, samples), brightness=brightness, room=room, wet=made.family.wet, sung=sung)
            lift = level(recipe, source) + part.level + made.style.gain
            out[source] = (heard * gain * 10 ** (lift / 20)).astype(np.float32)
    number = recipe.get("noise", made.family.noise)
    out[REST] = (noise(number, recipe.seed, samples) * gain).astype(np.float32)
    return out

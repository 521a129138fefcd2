"""A recipe becomes sound: every note added to its stem, every stem through its tone and its room.

The mix *is* the float32 sum of the stems in their order (`add`), so they are the oracle separation.
"""

from collections.abc import Iterable

import numpy as np

from escucha.corpora.palos.castanets import click
from escucha.corpora.palos.family import Family
from escucha.corpora.palos.note import CASTANETS, Note
from escucha.corpora.palos.palo import REST
from escucha.corpora.palos.plan import plan
from escucha.corpora.palos.recipe import RATE, Recipe
from escucha.corpora.palos.room import impulse, noise, shelf, vowel
from escucha.corpora.palos.score import level, loudness, score
from escucha.corpora.palos.synth import LAYERS, LENGTHS, TAIL, player

LEVELS: dict[tuple[bool, int], float] = {
    (False, 24): 0, (False, 25): 4.5, (False, 26): -2, (False, 32): -1, (False, 53): 6, (False, 54): 2, (False, 68): -4,
    (False, CASTANETS): -9, (True, 37): -8, (True, 39): 4, (True, 64): 2, (True, 38): -4, (True, 62): 3,
}
"""dB for (kit, program or drum): measured so that the sources of a clip stand at comparable loudness."""
GAIN = 10 ** (-6 / 20)
RELEASE = np.linspace(1, 0, round(.05 * RATE), dtype=np.float32)


def stems(recipe: Recipe) -> dict[str, np.ndarray]:
    """Every stem, `(time,)` float32 at `RATE`, in a fixed order: the sources that play, then `rest`."""
    made = plan(recipe)
    samples = round(recipe.duration * RATE)
    gain = GAIN * 10 ** (loudness(recipe) / 20)
    out = {}
    for source, notes in score(made).items():
        if notes:
            played = _toned(recipe, made.family, source, _played(notes, samples))
            out[source] = (played * gain * 10 ** (level(recipe, source) / 20)).astype(np.float32)
    number = recipe.get("noise", made.family.noise)
    out[REST] = (noise(number, recipe.seed, samples) * gain).astype(np.float32)
    return out


def add(stems: Iterable[np.ndarray]) -> np.ndarray:
    """The float32 sum in the given order: `(time,)`; ValueError for no stems."""
    total = None
    for stem in stems:
        total = stem.copy() if total is None else total + stem
    if total is None:
        raise ValueError("there is nothing to add")
    return total


def _played(notes: tuple[Note, ...], samples: int) -> np.ndarray:
    out = np.zeros(samples, dtype=np.float32)
    for note in notes:
        wave = sound(note)
        start = round(note.time * RATE)
        wave = wave[:samples - start]
        out[start:start + len(wave)] += wave
    return out


def sound(note: Note) -> np.ndarray:
    """One note alone, `(time,)` float32, calibrated, at its velocity and length."""
    level = 10 ** (LEVELS[note.kit, note.pitch if note.kit else note.program] / 20)
    if note.program == CASTANETS:
        return click(note.pitch) * np.float32(level * note.velocity / 112)
    layer = min(LAYERS, key=lambda value: abs(value - note.velocity))
    length = next((length for length in LENGTHS if length >= note.length), LENGTHS[-1])
    wave = player().note(note.program, note.pitch, layer, length, shape=note.shape, kit=note.kit, shift=note.shift)
    cut = len(wave) if note.kit or note.shape else min(len(wave), round((note.length + TAIL / 2) * RATE))
    wave = wave[:cut] * np.float32(level * note.velocity / layer)
    ramp = RELEASE[-min(len(RELEASE), len(wave)):]
    wave[-len(ramp):] *= ramp
    return wave


def _toned(recipe: Recipe, family: Family, source: str, dry: np.ndarray) -> np.ndarray:
    """The stem with its tone and its room, one convolution."""
    from scipy.signal import fftconvolve

    tone = shelf(float(recipe.get("brightness", family.brightness)))
    if source == "voice":
        tone = np.convolve(tone, vowel(family.number))
    response = np.convolve(tone, impulse(recipe.get("room", family.room), family.wet))
    return fftconvolve(dry, response.astype(np.float32))[:len(dry)]

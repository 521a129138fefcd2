"""The same recipe means the same sound: trained weights and committed numbers depend on it."""

import numpy as np
import pytest

from escucha.corpora.palos import PALOS, REVISION, PaloSource, Recipe
from escucha.corpora.rendering.synth import soundfont_hash

FONT = "82475b91a76de15c"
KNOWN = {
    "alegrias": (-3.7457, 0.3880, 1.8872, 1.1714, 0.0648),
    "bulerias": (7.4040, 3.2541, 1.0527, -0.0273),
    "sevillanas": (-2.1302, 0.1004, 1.6861, 0.0205),
    "solea": (5.0042, 1.1055, 0.0163),
    "seguiriya": (-6.4138, -0.0914, -0.0836),
    "tangos": (-8.6683, -12.8439, 2.4616, -0.0111),
    "fandangos": (-1.3719, 5.5777, -0.3850, -1.5113, 1.5841, 0.0649),
    "rumba": (-6.1193, 3.7898, 6.0187, 2.7577, -0.0189),
}
"""Palo to marks of its clip, made when this revision was (with `mark`, on TimGM6mb)."""


def mark(palo: str) -> tuple[float, ...]:
    """For each stem its sum against one fixed noise: any other sample changes it, another machine's rounding does not.
    """
    number = list(PALOS).index(palo)
    source = PaloSource(Recipe(palo, 300 + number, 30 + number, 3.0, number % 2 == 1))
    fixed = np.random.default_rng(0).standard_normal(round(3.0 * 22050))
    return tuple(float(fixed @ stem.astype(float)) for stem in source.waves().values())


@pytest.mark.parametrize("palo", KNOWN)
def test_a_recipe_sounds_as_it_did_when_its_revision_was_made(palo):
    if soundfont_hash() != FONT:
        pytest.skip("another soundfont: other sounds")
    assert REVISION == 1
    assert mark(palo) == pytest.approx(KNOWN[palo], rel=1e-4, abs=1e-4)

"""Pairs that differ in level or strokes say so."""

import pytest

from escucha.concepts.contrast import contrasts
from escucha.concepts.shelf import load_concept
from tests.conftest import REPOSITORY


def test_palmas_make_a_clip_louder_and_busier_and_a_mode_does_neither():
    heard = {}
    for card in ("palmas", "phrygian-mode"):
        concept = load_concept(card, REPOSITORY)
        few = concept.examples[:8]
        short = type(concept)(concept.name, concept.meaning, few, (), paired=True)
        heard[card] = contrasts(short, [example.source.clip() for example in few])
    assert [pair.group for pair in heard["palmas"]] == [example.group for example in few[::2]]
    assert all(pair.onsets > 5 and pair.level > 0 for pair in heard["palmas"])
    assert max(abs(pair.onsets) for pair in heard["phrygian-mode"]) == 0
    assert heard["phrygian-mode"][0].level == pytest.approx(0, abs=1.5)

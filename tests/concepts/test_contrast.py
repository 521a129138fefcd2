"""Pairs that differ in level or strokes say so."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.contrast import contrasts
from escucha.concepts.shelf import load_concept
from escucha.corpora.excerpts import Disturbed
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


def test_strokes_that_nobody_annotated_are_not_none_at_all():
    concept = load_concept("palmas", REPOSITORY)
    pair = [replace(example, source=Disturbed(example.source, "tilt", 0, 0)) for example in concept.examples[:2]]
    short = replace(concept, examples=tuple(pair), null=())
    clips = [Clip(gain * np.ones(100), 8000) for gain in (.2, .1)]
    assert [(one.level, one.onsets) for one in contrasts(short, clips)] == [(pytest.approx(6.02, abs=.01), None)]

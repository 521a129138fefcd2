"""The card that a component is, and none where it is none."""

import numpy as np

from escucha.concepts.activations import hear
from escucha.concepts.discovering.components import Components, Space
from escucha.concepts.discovering.naming import cards_of, named
from tests.experiments.tones import TONES, listener, pairs


def test_a_tone_is_named_by_its_card_and_another_by_none():
    cards = cards_of([pairs("palmas"), pairs("voice")], len(TONES), seed=0)
    rows = hear(listener(), [source.clip() for source in cards.sources], ["ears"]).rows["ears"]
    count = len(TONES)
    space = Space(np.zeros(count), np.ones(count), sided=False)
    components = Components(space, np.eye(count), rows.mean(axis=0))
    found = named(components, rows, cards.designs, layer="ears", seed=0)
    assert [found.nearest(at) for at in range(count)] == ["", "palmas", "voice", "", ""]
    assert found.cosines[1, 0] > 0.95
    assert found.there.all()
    assert (np.delete(np.abs(found.cosines[:, 0]), 1) < 0.3).all()

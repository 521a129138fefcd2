"""The card that a component is, and none where it is none."""

import numpy as np

from escucha.concepts.activations import hear
from escucha.concepts.design import design
from escucha.concepts.discovering.components import Components, Space
from escucha.concepts.discovering.naming import named
from tests.experiments.tones import TONES, listener, pairs


def test_a_tone_is_named_by_its_card_and_another_by_none():
    cards = [pairs("palmas"), pairs("voice")]
    sources = {one.source.key(): one.source for card in cards for one in (*card.examples, *card.null)}
    rows = hear(listener(), [source.clip() for source in sources.values()], ["ears"]).rows["ears"]
    places = {key: at for at, key in enumerate(sources)}
    count = len(TONES)
    space = Space(np.zeros(count), np.ones(count), sided=False)
    components = Components(space, np.eye(count), rows.mean(axis=0))
    designs = [design(card, places, estimator="paired-difference", nulls=800, seed=0) for card in cards]
    found = named(components, rows, designs, layer="ears", seed=0)
    assert [found.nearest(at) for at in range(count)] == ["", "palmas", "voice", "", ""]
    assert found.cosines[1, 0] > 0.95
    assert found.there.all()
    assert (np.delete(np.abs(found.cosines[:, 0]), 1) < 0.3).all()

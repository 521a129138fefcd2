"""Whole studies of inert cards, corrected by Holm: the share with any finding is no greater than alpha.

A study asks several cards of one draw of scores (see test_calibration: the higher rank of room or noise in every pair;
one room or noise with, another without) at four layers of palos-cnn about every label, with as many meaningless
concepts as its cells need. Only cells whose direct effect is inert take part, and every direction is tested, whether
its held-out accuracy would let it be or not.
"""

import numpy as np
import pytest
from scipy.stats import binom

from escucha.concepts.correction import holm, nulls_needed
from escucha.concepts.design import design
from escucha.concepts.tcav import rank_p
from tests.concepts.ground import FIXED, HOME, Ground
from tests.concepts.test_calibration import ALPHA, PAIRED, fixed, inert, pushed, ranked

STUDIES = 120
LAYERS = ("network.block1", "network.block3", "network.block5", "network.pool")

pytestmark = pytest.mark.skipif(not (HOME / "models" / "palos-cnn.toml").is_file(), reason="needs the card palos-cnn")


def least_p(ground: Ground, rng: np.random.Generator, turn: int) -> tuple[float, float]:
    """The least p of one study, corrected and as it is; 1 where nothing was inert."""
    drawn = ground.drawn(rng)
    cells = 2 * len(FIXED) * len(LAYERS) * len(ground.labels)
    nulls: dict[str, np.ndarray] = {}
    found: list[float] = []
    for rule, kind in ((rule, kind) for rule in (ranked, fixed) for kind in FIXED):
        made = design(rule(drawn, kind, rng), ground.places, estimator=PAIRED[turn % len(PAIRED)],
                      nulls=10 if nulls else nulls_needed(cells, ALPHA, 0), seed=turn)
        # all cards of a study are of one design, and share their meaningless concepts
        nulls = nulls or {name: pushed(drawn.layers[name], drawn.towards[name], made.nulls, made) for name in LAYERS}
        labels = inert(ground, drawn, made)
        for name in LAYERS if len(labels) else ():
            own = pushed(drawn.layers[name], drawn.towards[name], made.own[None], made)[0]
            found += rank_p(own, nulls[name])[labels].tolist()
    return (float(holm(np.array(found)).min()), min(found)) if found else (1.0, 1.0)


def test_studies_of_inert_cards_find_anything_no_oftener_than_alpha(ground):
    rng = np.random.default_rng(5)
    least = np.array([least_p(ground, rng, turn) for turn in range(STUDIES)])
    bound = int(binom.ppf(0.99, STUDIES, ALPHA))
    found, without = (least <= ALPHA).sum(axis=0)
    assert (least[:, 1] < 1).all(), "every study has inert cells"
    assert found <= bound, f"{found} of {STUDIES} studies, at most {bound}"
    assert without > bound, "uncorrected, most studies find something: the correction is what keeps them from it"

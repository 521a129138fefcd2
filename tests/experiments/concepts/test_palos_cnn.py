"""What the workbench says of a network whose reasons are known: palos-cnn goes by the compás, and not by castanets."""

import pytest

from escucha.concepts.tcav import AWAY, TOWARDS
from escucha.experiments.concepts.finding import ConceptTable
from escucha.experiments.run import read_experiment
from escucha.experiments.workbench import Workbench
from tests.conftest import REPOSITORY

LARGE = 5
"""An effect whose whole interval lies beyond so many margins: half the spread of the label's value, and more."""

pytestmark = pytest.mark.skipif(not (REPOSITORY / "models" / "palos-cnn.toml").is_file(),
                                reason="needs the card palos-cnn")


@pytest.fixture(scope="module")
def found(cache) -> ConceptTable:
    return read_experiment("tiny/concepts", REPOSITORY).experiment.run(Workbench(REPOSITORY, cache))


def test_what_has_a_large_direct_effect_is_found_and_castanets_are_not(found):
    large = {(effect.concept, effect.label): effect.mean for effect in found.effects
             if min(abs(effect.low), abs(effect.high)) > LARGE * effect.margin and effect.low * effect.high > 0}
    assert {concept for concept, _ in large} == {"twelve-beat-compas"}
    verdicts = {(test.concept, test.label): test.verdict for test in found.tests}
    for cell, mean in large.items():
        assert verdicts[cell] == (TOWARDS if mean > 0 else AWAY)
    assert all(verdict not in (TOWARDS, AWAY) for (concept, _), verdict in verdicts.items() if concept == "castanets")


def test_the_compas_erased_cannot_be_read_and_is_missed_and_castanets_are_not(found):
    assert found.erasures is not None
    for one in found.erasures.readings:
        assert one.before > 0.9
        assert one.after <= one.after_null
    missed = {effect.concept for effect in found.erasures.effects if effect.p_corrected <= 0.05}
    assert missed == {"twelve-beat-compas"}
    compas = next(one for one in found.erasures.readings if one.concept == "twelve-beat-compas")
    assert compas.fresh_p > 0.05

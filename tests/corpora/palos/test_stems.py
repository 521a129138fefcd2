"""Stems that sum to the mix, samples that do not depend on the order of calls, pairs that differ in one thing."""

import numpy as np
import pytest

from escucha.corpora.palos import (
    CONTRASTS,
    DEFAULT_PALOS,
    GRADES,
    KIN,
    PALOS,
    PaloSource,
    Recipe,
    counterfactual_pairs,
    nuisance_pairs,
)
from escucha.corpora.palos.pairs import Pair
from escucha.corpora.palos.palo import SOURCES as STEMS
from escucha.corpora.palos.render import stems
from escucha.corpora.rendering.sound import REST, add
from escucha.errors import InputError

SOURCES = [PaloSource(Recipe(palo, seed, 1000 + seed, 3.0)) for seed, palo in enumerate(PALOS)]


def differences(pair: Pair) -> dict:
    """How far a pair's members are apart: level in dB and strokes (with minus without), and the stems that differ."""
    one, other = stems(pair.with_.recipe), stems(pair.without.recipe)
    loud, soft = (float(np.sqrt(np.mean(add(made.values()).astype(float) ** 2))) for made in (one, other))
    counts = [sum(len(times) for times in source.annotations()["onsets"].values())
              for source in (pair.with_, pair.without)]
    changed = [name for name in (*STEMS, REST) if (name in one or name in other)
               and not (name in one and name in other and np.array_equal(one[name], other[name]))]
    return {"level": 20 * float(np.log10(loud / soft)), "onsets": counts[0] - counts[1], "stems": changed}


@pytest.mark.parametrize("source", SOURCES, ids=list(PALOS))
def test_the_float32_sum_of_the_stems_is_the_mix(source):
    total = None
    for stem in source.stems().values():
        assert stem.wave.dtype == np.float32
        total = stem.wave if total is None else total + stem.wave
    np.testing.assert_array_equal(total, source.clip().wave)
    assert len(total) == round(3.0 * 22050)


def test_the_order_of_calls_does_not_matter():
    forward = [source.clip().wave for source in SOURCES]
    backward = [source.clip().wave for source in SOURCES[::-1]][::-1]
    for one, other in zip(forward, backward):
        np.testing.assert_array_equal(one, other)


def test_another_process_renders_the_same_samples():
    import hashlib
    import subprocess
    import sys

    code = ("import hashlib; from escucha.corpora.palos import *; "
            "print(hashlib.sha256(PaloSource(Recipe('bulerias', 7, 1007, 2.0)).clip().wave.tobytes()).hexdigest())")
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    here = PaloSource(Recipe("bulerias", 7, 1007, 2.0)).clip().wave
    assert hashlib.sha256(here.tobytes()).hexdigest() == there


HARMONY, MUSIC = {"guitar", "bass", "voice"}, set(STEMS)
ONLY = {**{source: {source} for source in ("palmas", "castanets", "voice", "cajon", "guitar")},
        **{change: {"guitar"} for change in ("rasgueado", "arpegio", "picado", "scale-melody")},
        "melisma": {"voice"}, "stepwise-melody": {"voice"}, "contratiempo": {"palmas"},
        **dict.fromkeys(("phrygian-mode", "major-mode", "minor-mode", "andalusian-cadence"), HARMONY),
        **dict.fromkeys(("twelve-beat-compas", "ternary-metre", "quaternary-metre", "fast-tempo", "brightness",
                         "reverberant"), MUSIC), "loud": {*MUSIC, REST}, "noise-floor": {REST}}
LEVELS = {"loud": 12.01, "guitar": 14.0}
"""dB that a pair's members may be apart; 5 for all other contrasts."""
KEYS = {**{source: "sources" for source in STEMS}, "brightness": "brightness", "loud": "loudness",
        "fast-tempo": "tempo", "contratiempo": "contratiempo",
        **dict.fromkeys(("rasgueado", "arpegio", "picado"), "technique"),
        **dict.fromkeys(("twelve-beat-compas", "ternary-metre", "quaternary-metre"), "metre"), "melisma": "melisma",
        **dict.fromkeys(("phrygian-mode", "major-mode", "minor-mode"), "mode"), "andalusian-cadence": "cadence",
        "stepwise-melody": "line", "scale-melody": "run", "reverberant": "wet", "noise-floor": "noise_level"}
"""The annotation that tells each contrast."""


@pytest.mark.parametrize("change", CONTRASTS)
def test_a_pair_differs_in_what_was_changed_and_in_nothing_else(change):
    for pair in counterfactual_pairs(change, pairs=3, seed=1, duration=6.0):
        apart = differences(pair)
        assert apart["stems"]
        assert set(apart["stems"]) <= ONLY[change]
        assert abs(apart["level"]) < LEVELS.get(change, 5.0)
        one, other = pair.with_.annotations(), pair.without.annotations()
        changed = {key for key in one if one[key] != other[key]}
        assert KEYS[change] in changed
        assert not changed & {"room", "noise", "program", "voice_program", "tuning", "tonic", "family", "seed"}
        assert (one["loudness"] == other["loudness"]) == (change != "loud")
        assert (pair.with_.recipe.family, pair.palo) == (pair.family, one["palo"])


def test_concepts_are_what_they_say():
    def both(change, key):
        pair = counterfactual_pairs(change, pairs=1, seed=2)[0]
        return pair.with_.annotations()[key], pair.without.annotations()[key]

    assert both("phrygian-mode", "mode") == ("phrygian", "major")
    assert both("twelve-beat-compas", "metre") == ("twelve", "ternary")
    assert both("rasgueado", "technique") == ("rasgueado", "arpegio")
    assert both("quaternary-metre", "cycle") == (4, 3)
    assert both("minor-mode", "mode") == ("minor", "major")
    assert both("andalusian-cadence", "mode") == ("phrygian", "phrygian")
    assert both("stepwise-melody", "line") == ("stepwise", "leaping")
    assert both("scale-melody", "run") == ("scale", "arpeggio")
    assert both("melisma", "melisma") == (True, False)
    fast, slow = both("fast-tempo", "tempo")
    assert fast / slow == pytest.approx(1.3 / .7)
    on, off = both("castanets", "sources")
    assert set(on) - set(off) == {"castanets"}


@pytest.mark.parametrize("palo", [palo for palo in PALOS if palo not in DEFAULT_PALOS])
def test_pairs_of_the_other_palos_differ_in_what_was_changed(palo):
    for change in ("phrygian-mode", "fast-tempo", "twelve-beat-compas", "palmas"):
        pair, = counterfactual_pairs(change, pairs=1, seed=3, palos=(palo,), duration=4.0)
        one, other = pair.with_.annotations(), pair.without.annotations()
        changed = {key for key in one if one[key] != other[key]}
        assert changed & {"phrygian-mode": {"mode"}, "fast-tempo": {"tempo"}, "twelve-beat-compas": {"metre"},
                          "palmas": {"sources"}}[change]
        assert not changed & {"loudness", "room", "noise", "program", "tuning", "technique"}
        assert set(differences(pair)["stems"]) <= ONLY[change]


def test_of_three_that_exclude_each_other_one_stands_against_the_two_others_in_turn():
    for change, key in (("picado", "technique"), ("ternary-metre", "metre"), ("major-mode", "mode")):
        pairs = counterfactual_pairs(change, pairs=12, seed=1, duration=2.0)
        known = [(pair.palo, pair.with_.annotations()[key], pair.without.annotations()[key]) for pair in pairs]
        assert len({with_ for _, with_, _ in known}) == 1
        assert len({without for _, _, without in known}) == 2
        for palo in DEFAULT_PALOS:
            others = [without for played, _, without in known if played == palo]
            assert others[0] != others[1]
            assert others == others[:2] * 2


def test_a_score_that_has_what_a_contrast_needs_is_left_as_it_is():
    pairs = counterfactual_pairs("contratiempo", pairs=12, seed=1, duration=2.0)
    plain = counterfactual_pairs("loud", pairs=12, seed=1, duration=2.0)
    given = []
    for pair, other in zip(pairs, plain):
        assert "palmas" in pair.with_.annotations()["sources"]
        has = "palmas" in other.with_.annotations()["sources"]
        assert ("palmas" in dict(pair.with_.recipe.changes)) != has
        given.append(has)
    assert {True, False} == set(given)


def test_percussion_does_not_hear_the_mode():
    base = Recipe("bulerias", 3, 1003, 4.0, False, (("palmas", True), ("castanets", True), ("cajon", True)))
    one, other = PaloSource(base).stems(), PaloSource(base.change("mode", "major")).stems()
    for name in ("palmas", "castanets", "cajon", "rest"):
        np.testing.assert_array_equal(one[name].wave, other[name].wave)
    assert not np.array_equal(one["guitar"].wave, other["guitar"].wave)


def test_nuisance_pairs_keep_the_score():
    kinds = []
    for pair in nuisance_pairs(pairs=6, seed=1, duration=4.0):
        one, other = pair.with_.annotations(), pair.without.annotations()
        changed = {key for key in one if one[key] != other[key]} - {"noise_level", "decay"}  # of noise and room
        assert len(changed) == 1
        assert changed <= {"room", "noise", "program"}
        assert differences(pair)["stems"]
        kinds += changed
    assert kinds == ["room", "noise", "program"] * 2


def test_nuisance_pairs_of_a_contrast_have_what_its_pairs_need():
    asked = {"pairs": 9, "seed": 1, "duration": 2.0}
    for change, key, value in (("melisma", "voice", True), ("andalusian-cadence", "mode", "phrygian")):
        ready = [dict(pair.with_.recipe.changes).get(key) for pair in counterfactual_pairs(change, **asked)]
        assert value in ready
        for pair, needed in zip(nuisance_pairs(change=change, **asked), ready):
            assert [dict(member.recipe.changes).get(key) for member in (pair.with_, pair.without)] == [needed] * 2
    assert nuisance_pairs(change="palmas", **asked) == nuisance_pairs(**asked)


def test_what_changes_a_concepts_own_quality_is_named_and_does_change_it():
    told = {"room": "decay", "noise": "noise_level"}
    assert set(KIN) <= {*CONTRASTS, *GRADES}
    for kind in KIN.values():
        for pair in nuisance_pairs(pairs=3, seed=1, duration=2.0, kinds=(kind,)):
            assert pair.with_.annotations()[told[kind]] != pair.without.annotations()[told[kind]]


def test_wrong_pairs_are_named():
    with pytest.raises(InputError, match="did you mean 'palmas'"):
        counterfactual_pairs("palma", pairs=1, seed=0)
    with pytest.raises(InputError, match="available: noise, program, room"):
        nuisance_pairs(pairs=1, seed=0, kinds=("key",))
    with pytest.raises(InputError, match="1 or more"):
        counterfactual_pairs("palmas", pairs=0, seed=0)

"""Graded concepts: one score at every level, and only its own quality follows the level."""

import numpy as np
import pytest

from escucha.corpora.palos import GRADES, RATE, counterfactual_pairs, ladders
from escucha.corpora.rendering.sound import REST
from escucha.errors import InputError
from tests.corpora.rendering.hearing import centroid, decibels

ALSO = {"tempo": {"beats", "accents", "remates", "onsets", "chords", "modes", "sources", "cadence", "melisma"},
        "reverberation": {"decay"}}
"""What else comes with a level."""
TOLD = {"tempo": "tempo", "brightness": "brightness", "loudness": "loudness", "reverberation": "wet",
        "noise-level": "noise_level"}


def rises(values) -> bool:
    return bool((np.diff(values) > 0).all())


@pytest.mark.parametrize("change", GRADES)
def test_the_rungs_of_a_ladder_differ_in_the_level_alone(change):
    for ladder in ladders(change, scores=4, seed=1, duration=3.0):
        known = [rung.annotations() for rung in ladder.rungs]
        assert ladder.levels == GRADES[change].levels
        assert rises([told[TOLD[change]] for told in known])
        assert {(told["palo"], told["family"]) for told in known} == {(ladder.palo, ladder.family)}
        for told in known:
            assert {key for key in told if told[key] != known[0][key]} <= {TOLD[change], *ALSO.get(change, ())}


def test_tempo_goes_by_the_factor():
    ladder, = ladders("tempo", scores=1, seed=1)
    tempi = [rung.annotations()["tempo"] for rung in ladder.rungs]
    assert np.divide(tempi, tempi[2]) == pytest.approx(ladder.levels)


def heard(change: str, rung) -> float:
    """The quality itself, measured from the sound."""
    if change == "noise-level":
        return decibels(rung.stems()[REST].wave)
    wave = rung.clip().wave
    return centroid(wave) if change == "brightness" else decibels(wave)


@pytest.mark.parametrize("change", ["brightness", "loudness", "noise-level"])
def test_each_rung_sounds_more_of_it(change):
    for ladder in ladders(change, scores=3, seed=2, duration=3.0):
        measured = [heard(change, rung) for rung in ladder.rungs]
        assert rises(measured)
        if change != "brightness":
            assert np.diff(measured) == pytest.approx(np.diff(ladder.levels), abs=.01)


def test_more_reverberation_fills_the_time_between_strokes():
    """Of claps alone, the share of the energy that comes later than 60 ms after a stroke."""
    for ladder in ladders("reverberation", scores=3, seed=2, duration=4.0):
        late = []
        for rung in ladder.rungs:
            source = type(rung)(rung.recipe.change("palmas", True))
            power = np.square(source.stems()["palmas"].wave.astype(float))
            times = np.arange(len(power)) / RATE
            since = np.min([np.where(times < onset, np.inf, times - onset)
                            for onset in source.annotations()["onsets"]["palmas"]], axis=0)
            late.append(power[(since > .06) & np.isfinite(since)].sum() / power.sum())
        assert rises(late)


def test_ladders_and_pairs_are_of_the_same_scores():
    pair, = counterfactual_pairs("palmas", pairs=1, seed=5)
    ladder, = ladders("tempo", scores=1, seed=5)
    assert {(rung.recipe.seed, rung.recipe.family, rung.recipe.palo) for rung in ladder.rungs} == {
        (pair.with_.recipe.seed, pair.family, pair.palo)}


def test_wrong_ladders_are_named():
    with pytest.raises(InputError, match="unknown graded concept 'temp'; did you mean 'tempo'"):
        ladders("temp", scores=1, seed=0)
    with pytest.raises(InputError, match="1 or more"):
        ladders("tempo", scores=0, seed=0)

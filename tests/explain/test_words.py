"""The words stay right for every method, for what stands for absent parts, for bands, odds and tags."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.explain.absent import replaced
from escucha.explain.explanation import explain
from escucha.explain.factorization import of_sources
from escucha.explain.meanings import MEANINGS, meaning_of
from escucha.explain.methods import METHODS
from escucha.explain.weights import exact
from tests.worlds import (
    RATE,
    TONES,
    Additive,
    Deaf,
    Pair,
    StemListener,
    Tangled,
    amplitude,
    factorization,
    mix,
    stems,
)


@pytest.fixture(scope="module")
def additive():
    return explain(Additive(), factorization(stems(3)), label="yes")


def text(explained):
    return " ".join(explained.words())


def test_every_method_has_a_meaning():
    assert list(MEANINGS) == [name for name in MEANINGS if name in METHODS]
    assert set(MEANINGS) == set(METHODS)
    assert not meaning_of("a new one").sums


def test_only_of_weights_that_add_up_is_it_said_that_they_do(additive):
    assert "they sum to the whole" in text(additive)
    assert "all together" in text(additive)
    alone = explain(Tangled(), factorization(stems(3)), method="leave-one-out")
    assert "a weight is what the value loses when that part alone is taken away; these weights do not add up to the " \
           "value." in text(alone)
    assert "all together" not in text(alone)
    assert "sum to the whole" not in text(alone)
    assert alone.numbers()["sums"] is False


def test_sizes_have_no_sign_and_speak_against_nothing(additive):
    sizes = np.array([11.8, 4.4, *[0.0] * 7])
    saliency = replace(additive, method="saliency", weights=exact(sizes, 2.76, 0.56, passes=3))
    said = text(saliency)
    assert "Guitar between 0 and 1 s counts most: 11.8." in said
    assert "Summed over time: guitar 16.2, palmas 0, voice 0." in said
    assert "These weights are sizes alone" in said
    assert "speaks most" not in said
    assert "most for" not in said
    assert "goes from +0.56 for silence (none) to +2.76" in said  # values keep digits of their own


def test_what_stands_for_absent_parts_is_said():
    against = explain(Additive(), replaced(factorization(stems(3)), "noise"), label="yes")
    assert "for noise as loud as each part in place of everything (none) to" in text(against)
    assert against.weights.nothing > 0.01  # what silence gets is 0
    assert "for silence (none)" in text(explain(Additive(), factorization(stems(3)), label="yes"))
    deaf = explain(Deaf(), replaced(factorization(stems(2)), "noise"))
    assert any("noise as loud as each part included" in line for line in deaf.warnings)


def test_bands_and_odds_are_named():
    parts = of_sources(mix(stems(3)), stems(3), segments=1, window=RATE, bands=(300.0,))
    explained = explain(Additive(), parts, label="yes", value="log-odds")
    assert "(log-odds)" in text(explained)
    assert "Guitar below 300 Hz speaks most for yes" in text(explained)
    assert "Summed over time and bands: guitar" in text(explained)
    rows = explained.numbers()["parts"]
    assert (rows[0]["low_hz"], rows[0]["high_hz"]) == (0, 300)


def test_a_removal_that_changes_nothing_is_not_made_up():
    parts = factorization(stems(3))
    kept = explain(StemListener(gain=40.0), parts, label="yes")  # of equal labels the first is answered, silence too
    assert "No removal of parts was found that changes the answer." in text(kept)
    assert "with-another-answer" not in kept.sounds()
    assert kept.numbers()["counterfactual"] is None
    stuck = explain(StemListener(gain=40.0), parts, label="no")
    assert "No removal of parts was found after which no would be answered." in text(stuck)


def test_the_removal_of_everything_is_called_that():
    parts = factorization(stems(2, ("palmas",)), segments=1)
    explained = explain(StemListener(gain=40.0, link="sigmoid"), parts, label="yes", thresholds={"yes": 0.6})
    assert "Nothing less changes it than the removal of all parts: then the probability of yes would be 0.50, below " \
        "its threshold 0.60: no smaller set" in text(explained)
    assert not [sound for sound in explained.listening if sound.name == "with-another-answer"]


def test_notes_are_said_and_a_pair_that_rounds_to_nothing_is_not(additive):
    noted = replace(additive, weights=replace(additive.weights, notes=("Two parts were out of sight.",)))
    assert "Two parts were out of sight." in noted.words()
    tiny = replace(additive.weights, interactions=np.full((9, 9), 1e-9))
    assert "at once add" not in text(replace(additive, weights=tiny))
    assert "interactions" not in replace(additive, weights=tiny).tables()


class Either(Pair):
    """Answers where one of two sources sounds."""

    def scores(self, waves):
        """`(batch, label)`."""
        one = np.any([amplitude(waves, TONES[name]) > 0.02 for name in self.sources], axis=0)
        return np.stack([self.gain * one, np.zeros(len(waves))], axis=1)


def test_weights_of_a_linear_model_are_not_said_to_add_up():
    """LIME's weights miss the whole by a sixth and more, whatever the samples."""
    either = explain(Either(), factorization(stems(1)), label="yes", method="lime", samples=4000)
    found = either.weights
    assert abs(found.residual) > 0.1 * abs(found.everything - found.nothing)
    assert "these weights do not add up to the value" in text(either)
    assert not either.numbers()["sums"]
    assert "from-nothing-to-everything" not in either.figures()


def test_the_samples_drawn_are_said():
    drawn = explain(Tangled(), factorization(stems(3)), method="lime", samples=64)
    assert "drawn: 64" in text(drawn)
    assert drawn.numbers()["samples"] == 64


def test_values_in_words_are_of_the_game_that_is_played():
    """Over noise each value is of what sounds with noise in the place of the rest; alone is over silence."""
    against = explain(Additive(), replaced(factorization(stems(3)), "noise"), label="yes")
    heard = {sound.name: sound for sound in against.listening}
    top = heard["strongest-parts"]
    played = float(against.game.values(top.keep[None], "yes")[0])
    assert abs(played - top.value) > 0.02  # as different as noise is from silence
    assert f"strongest parts with noise as loud as each part in place of the others is +{played:.3f}, of everything " \
        f"but the strongest parts " in text(against)
    assert "heard and scored over silence instead" in text(against)
    silent = text(explain(Additive(), factorization(stems(3)), label="yes"))
    assert ", of silence 0." in silent
    assert "over silence" not in silent


def test_parts_that_hardly_matter_are_not_ranked():
    faint = explain(Additive((("guitar", 0.01), ("palmas", -0.01))), factorization(stems(3)), label="yes")
    assert "The parts hardly matter" in text(faint)
    assert "speaks most" not in text(faint)
    loud = explain(Additive((("guitar", 0.2), ("palmas", -0.2))), factorization(stems(3)), label="yes")
    assert "hardly matter" not in text(loud)


class Biased(Additive):
    """Says `yes` of silence already."""

    def scores(self, waves):
        """`(batch, label)`."""
        return super().scores(waves) + np.array([4.0, 0.0])


def test_silence_that_speaks_more_for_the_label_than_the_clip_is_said():
    parts = factorization(stems(3))
    less = explain(Biased((("palmas", -3.0),)), parts, label="yes")
    assert "Silence alone speaks more for yes than the clip does: the answer comes from elsewhere than these parts " \
        "(the model's bias)." in text(less)
    asked = explain(Additive((("palmas", -3.0),)), parts, label="yes")  # not the answer
    assert "Silence alone speaks more for yes than the clip does." in text(asked)
    assert "speaks more for yes than" not in text(explain(Biased(), parts, label="yes"))


def test_a_probability_that_hardly_falls_has_digits_that_tell_it_from_its_threshold():
    explained = explain(StemListener(gain=40.0, link="sigmoid"), factorization(stems(3)), label="yes",
                        thresholds={"yes": 0.9})
    found = replace(explained.otherwise, left=0.8996)
    assert "the probability of yes would be 0.8996, below its threshold 0.9000:" in text(
        replace(explained, otherwise=found))


def test_lime_that_cost_as_much_as_exact_weights_recommends_those():
    cheap = explain(Tangled(), factorization(stems(10)), method="lime", samples=40)
    assert any("--method shapley is exact at about this cost (80 windows)" in line for line in cheap.warnings)
    assert not any("ask for more samples" in line for line in cheap.warnings)

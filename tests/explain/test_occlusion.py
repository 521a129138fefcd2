"""Leave one out and leave one in are their definitions, and mislead just where Shapley values do not."""

from dataclasses import dataclass

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.occlusion import leave_one_in, leave_one_out
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.models.classifier import Link
from escucha.models.windows import score_clip
from tests.worlds import RATE, TONES, Additive, Counting, Deaf, Pair, Tangled, amplitude, factorization, stems


@dataclass(frozen=True)
class Either:
    """Answers where guitar or palmas sound: each is enough, neither is needed beside the other."""

    labels: tuple[str, ...] = ("yes", "no")
    link: Link = "softmax"
    window: int = RATE
    rate: int = RATE

    def scores(self, waves):
        """`(batch, label)`: 2 where one of them is there, else 0."""
        there = np.any([amplitude(waves, TONES[name]) > 0.02 for name in ("guitar", "palmas")], axis=0)
        return np.stack([2.0 * there, np.zeros(len(waves))], axis=1)


def weights(listener):
    """Guitar, palmas, voice: by leaving out, by leaving in, by Shapley."""
    parts = factorization(stems(1))
    return [method(Game(listener, parts), "yes").weights for method in (leave_one_out, leave_one_in, shapley)]


def test_of_two_that_stand_in_for_each_other_none_is_needed_and_each_is_enough():
    out, alone, fair = weights(Either())
    np.testing.assert_array_equal(out, [0, 0, 0])
    np.testing.assert_allclose(alone, [1, 1, 0])
    np.testing.assert_allclose(fair, [0.5, 0.5, 0], atol=1e-12)


def test_of_two_that_count_only_together_each_is_needed_and_none_is_enough():
    out, alone, fair = weights(Pair())
    np.testing.assert_allclose(out, [1, 1, 0])
    np.testing.assert_array_equal(alone, [0, 0, 0])
    np.testing.assert_allclose(fair, [0.5, 0.5, 0], atol=1e-12)


def test_where_parts_add_up_all_three_are_equal():
    out, alone, fair = weights(Additive())
    np.testing.assert_allclose(out, fair, atol=1e-5)
    np.testing.assert_allclose(alone, fair, atol=1e-5)
    assert fair[0] > 0 > fair[1]


@pytest.mark.parametrize("aggregation", ["mean-logit", "mean-probability", "majority-vote"])
@pytest.mark.parametrize("segments", ["windows", 2])
def test_they_are_what_the_classifier_says_of_the_remixes_rendered_whole(aggregation, segments):
    parts = factorization(stems(3), segments=segments)
    eye = np.eye(len(parts.parts), dtype=bool)

    def said(mask):
        clip = Clip(parts.render(mask)[0], RATE)
        return score_clip(Tangled(), clip, aggregation=aggregation).value("perhaps")

    everything, nothing = said(eye.any(axis=0)), said(~eye.any(axis=0))
    game = Game(Tangled(), parts, aggregation)
    out, alone = leave_one_out(game, "perhaps"), leave_one_in(game, "perhaps")
    np.testing.assert_allclose(out.weights, [everything - said(~row) for row in eye], atol=1e-5)
    np.testing.assert_allclose(alone.weights, [said(row) - nothing for row in eye], atol=1e-5)
    np.testing.assert_allclose([out.everything, out.nothing], [everything, nothing], atol=1e-5)
    assert out.interactions is None


def test_only_windows_that_hear_a_part_are_asked_about_it():
    listener = Counting(Tangled())
    parts = factorization(stems(10))
    found = leave_one_out(Game(listener, parts), "yes")
    assert found.passes == sum(listener.batches) == 10 * (3 + 2)
    game = Game(Tangled(), parts)
    shapley(game, "yes")
    assert leave_one_in(game, "yes").passes == leave_one_out(game, "yes").passes == 0


def test_a_silent_part_is_zero_exactly_and_a_deaf_one_weighs_nothing():
    sources = {**stems(2), "cajon": Clip(np.zeros(2 * RATE), RATE)}
    for method in (leave_one_out, leave_one_in):
        found = method(Game(Tangled(), factorization(sources)), "yes")
        assert not found.weights[6:].any()
        assert found.weights[:6].all()
        assert not method(Game(Deaf(), factorization(sources)), "yes").weights.any()
        nothing = factorization({"voice": Clip(np.zeros(RATE), RATE)})
        assert not method(Game(Tangled(), nothing), "yes").weights.any()


def test_an_unknown_label_is_named():
    with pytest.raises(InputError, match="did you mean 'perhaps'"):
        leave_one_in(Game(Tangled(), factorization(stems(1))), "perhap")

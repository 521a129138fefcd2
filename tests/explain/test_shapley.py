"""Shapley values equal their definition, whatever the shortcut."""

from itertools import permutations

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.methods import GRADIENTS, METHODS
from escucha.explain.permutation import permutation
from escucha.explain.remix import Game
from escucha.explain.shapley import interactions, shapley, shapley_values, subsets
from escucha.explain.weights import Sampling
from escucha.models.windows import score_clip
from tests.worlds import RATE, TONES, Additive, Counting, Deaf, Pair, StemListener, Tangled, factorization, stems


def by_definition(game):
    """Mean contribution over every order of arrival."""
    count = len(game).bit_length() - 1
    phi, orders = np.zeros(count), list(permutations(range(count)))
    for order in orders:
        here = 0
        for part in order:
            phi[part] += game[here | 1 << part] - game[here]
            here |= 1 << part
    return phi / len(orders)


def brute(classifier, parts, label, aggregation="mean-logit"):
    """All 2^n remixes, rendered and scored whole."""
    masks = subsets(len(parts.parts))
    game = np.array([score_clip(classifier, Clip(wave, RATE), aggregation=aggregation).value(label)
                     for wave in parts.render(masks)])
    return shapley_values(game)


@pytest.mark.parametrize("count", [1, 2, 5, 6])
def test_the_formula_is_the_mean_over_orders(count):
    game = np.random.default_rng(count).normal(size=2**count)
    np.testing.assert_allclose(shapley_values(game), by_definition(game), atol=1e-12)


@pytest.mark.parametrize(("segments", "seconds"), [
    ("windows", 3), (("windows", 3), 1), (2, 3), (1, 4), ("windows", 2.4)])
def test_window_by_window_is_exact_also_where_parts_cross_windows(segments, seconds):
    parts = factorization(stems(seconds), segments=segments)
    assert len(parts.parts) <= 9
    found = shapley(Game(Tangled(), parts), "yes")
    np.testing.assert_allclose(found.weights, brute(Tangled(), parts, "yes"), atol=1e-6)


@pytest.mark.parametrize("aggregation", ["mean-probability", "majority-vote"])
def test_other_aggregates_are_one_game_over_all_parts(aggregation):
    parts = factorization(stems(3))
    found = shapley(Game(Tangled(), parts, aggregation), "yes")
    np.testing.assert_allclose(found.weights, brute(Tangled(), parts, "yes", aggregation), atol=1e-5)
    assert abs(found.residual) < 1e-9


def test_fifty_parts_take_320_passes_and_sum_up():
    parts = factorization(stems(10, tuple(TONES)[:5]))
    listener = Counting(Tangled())
    found = shapley(Game(listener, parts), "perhaps")
    assert len(found.weights) == 50
    assert found.passes == sum(listener.batches) == 320
    assert abs(found.residual) < 1e-9
    assert found.everything == pytest.approx(score_clip(Tangled(), parts.clip).value("perhaps"), abs=1e-12)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in GRADIENTS])
def test_a_listener_for_one_stem_gets_its_loudness_and_the_others_nothing(method):
    parts = factorization(stems(3))
    found = METHODS[method](Game(StemListener(source="voice"), parts), "yes", Sampling(2000))
    true = np.array([part.source == "voice" for part in parts.parts])
    assert np.abs(found.weights[~true]).sum() < 0.03 * np.abs(found.weights[true]).sum()
    loudness = np.array([np.abs(part.wave).max() for part in parts.parts])[true]
    np.testing.assert_allclose(found.weights[true], 10 * loudness / 2 / 3, rtol=0.02)


@pytest.mark.parametrize("method", ["shapley", "permutation"])
def test_a_listener_for_one_stem_in_one_second_gets_all_the_weight_there(method):
    listener = StemListener(source="palmas", first=2 * RATE, last=3 * RATE, window=4 * RATE)
    parts = factorization(stems(4), segments=4, window=4 * RATE)
    found = METHODS[method](Game(listener, parts), "yes", Sampling(100))
    true = [part.name for part in parts.parts].index("palmas@2-3s")
    share = np.abs(found.weights) / np.abs(found.weights).sum()
    assert share[true] > 1 - 1e-5
    assert found.weights[true] == pytest.approx(found.everything - found.nothing, rel=1e-5)


@pytest.mark.parametrize("method", ["shapley", "permutation"])
def test_a_deaf_one_gets_zeros(method):
    found = METHODS[method](Game(Deaf(), factorization(stems(4))), "yes", Sampling(100))
    assert not np.stack([found.weights, found.low, found.high]).any()


def test_an_additive_listener_weighs_each_source_by_its_coefficient():
    parts = factorization(stems(2), segments=1)
    found = dict(zip(parts.sources, shapley(Game(Additive(), parts), "yes").weights))
    alone = {name: Game(Additive(), parts).score([[source == name for source in parts.sources]]).values("yes")[0]
             for name in parts.sources}
    assert found == pytest.approx(alone, abs=1e-5)
    assert found["guitar"] > 0 > found["palmas"]


def test_a_pair_that_counts_together_shows_as_an_interaction_and_shares_its_weight():
    parts = factorization(stems(1))
    found = shapley(Game(Pair(gain=2.0), parts), "yes")
    np.testing.assert_allclose(found.weights, [0.5, 0.5, 0], atol=1e-12)
    np.testing.assert_allclose(found.interactions, [[0, 1, 0], [1, 0, 0], [0, 0, 0]], atol=1e-12)
    assert not shapley(Game(Additive(), parts), "yes").interactions.round(6).any()


def test_interactions_follow_their_definition():
    game = np.random.default_rng(0).normal(size=16)
    first, second, others = 0, 2, (1, 3)
    expected = 0.0
    for held in [(), (1,), (3,), (1, 3)]:
        base = sum(1 << part for part in held)
        change = game[base | 5] - game[base | 1] - game[base | 4] + game[base]
        expected += change * (1 / 3 if len(held) in (0, len(others)) else 1 / 6)
    assert interactions(game)[first, second] == pytest.approx(expected)


def test_a_silent_part_is_zero_and_free():
    sources = {**stems(2), "cajon": Clip(np.zeros(2 * RATE), RATE)}
    found = shapley(Game(Tangled(), factorization(sources)), "yes")
    assert found.passes == 16
    assert not found.weights[6:].any()
    np.testing.assert_allclose(found.weights[:6], shapley(Game(Tangled(), factorization(stems(2))), "yes").weights)


def test_what_is_too_large_says_its_cost_and_the_way_out():
    with pytest.raises(InputError, match=r"n = 18: 2\.6e\+05 passes.*permutation"):
        shapley(Game(Tangled(), factorization(stems(1), segments=6)), "yes")
    with pytest.raises(InputError, match="majority-vote are n = 18"):
        shapley(Game(Tangled(), factorization(stems(6)), "majority-vote"), "yes")


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_label_is_named(method):
    with pytest.raises(InputError, match="did you mean 'perhaps'"):
        METHODS[method](Game(Tangled(), factorization(stems(1))), "perhap", Sampling(10))


def test_sampled_orders_agree_with_exact_values_within_their_intervals():
    parts = factorization(stems(4))
    game = Game(Tangled(), parts)
    exact, sampled = shapley(game, "yes"), permutation(game, "yes", Sampling(400, 1))
    inside = (sampled.low <= exact.weights) & (exact.weights <= sampled.high)
    assert inside.mean() >= 0.75
    assert abs(sampled.residual) < 1e-9
    assert np.abs(sampled.weights - exact.weights).max() < 0.1 * np.abs(exact.weights).max()


def test_sampling_stops_when_the_intervals_are_narrow_and_not_before():
    parts = factorization(stems(2), segments=4, window=2 * RATE)
    easy, hard = (Counting(listener) for listener in (Additive(window=2 * RATE), Tangled(window=2 * RATE, gain=80)))
    sure = permutation(Game(easy, parts), "yes", Sampling(4000))
    unsure = permutation(Game(hard, parts), "yes", Sampling(4000))
    assert sure.passes == sum(easy.batches) < sum(hard.batches) == unsure.passes
    assert (unsure.high - unsure.low).max() <= 0.2 * np.abs(unsure.weights).max()

"""LIME is the published algorithm, and knows a listener from a deaf one."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.lime import draw_masks, fit_ridge, kernel, lime
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from tests.worlds import RATE, Deaf, StemListener, Tangled, factorization, stems


def published(masks, target):
    """What audioLIME 0.0.3 does with masks and targets, step by step, with its own libraries."""
    data = masks.astype(int)
    distances = pairwise_distances(data, data[0].reshape(1, -1), metric="cosine").ravel()
    weights = np.sqrt(np.exp(-(distances**2) / 0.25**2))
    screening = Ridge(alpha=0, fit_intercept=True).fit(data, target, sample_weight=weights)
    used = np.argsort(-np.abs(screening.coef_ * data[0]), kind="stable")[:100000]
    model = Ridge(alpha=1, fit_intercept=True).fit(data[:, used], target, sample_weight=weights)
    coefficients = np.empty(data.shape[1])
    coefficients[used] = model.coef_
    return coefficients, model.intercept_, model.score(data[:, used], target, sample_weight=weights)


@pytest.mark.parametrize(("samples", "seconds"), [(1000, 4), (60, 2), (300, 10)])
def test_given_masks_and_targets_the_published_package_and_ours_agree(samples, seconds):
    parts = factorization(stems(seconds))
    masks = draw_masks(np.random.default_rng(3), samples, len(parts.parts))
    masks[1] = False
    target = Game(Tangled(), parts).score(masks).values("yes")
    weights, intercept, score = published(masks, target)
    ours = fit_ridge(masks, target, kernel(masks))
    np.testing.assert_allclose(ours.weights, weights, atol=1e-9)
    assert ours.intercept == pytest.approx(intercept, abs=1e-9)
    assert ours.r2 == pytest.approx(score, abs=1e-9)


def test_the_whole_of_it_is_the_parts_of_it():
    parts = factorization(stems(3))
    found = lime(Game(Tangled(), parts), "yes", Sampling(200, 5))
    masks = draw_masks(np.random.default_rng(5), 200, 9)
    weights, _, score = published(masks, Game(Tangled(), parts).score(masks).values("yes"))
    np.testing.assert_allclose(found.weights, weights, atol=1e-9)
    assert found.fit == pytest.approx(score, abs=1e-9)


def test_the_kernel_is_one_at_everything_and_least_at_nothing():
    masks = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=bool)
    np.testing.assert_allclose(kernel(masks), [1, np.exp(-(0.5**2) / 0.125), np.exp(-1 / 0.125)])


def test_a_listener_for_one_stem_in_one_second_gets_all_the_weight_there():
    """The window is the clip: position counts. Ridge shrinks by about a hundredth and spreads as much by chance."""
    listener = StemListener(source="palmas", first=2 * RATE, last=3 * RATE, window=4 * RATE)
    parts = factorization(stems(4), segments=4, window=4 * RATE)
    found = lime(Game(listener, parts), "yes")
    true = [part.name for part in parts.parts].index("palmas@2-3s")
    assert np.argmax(np.abs(found.weights)) == true
    assert np.abs(found.weights[true]) / np.abs(found.weights).sum() > 0.98
    assert found.weights[true] == pytest.approx(found.everything - found.nothing, rel=0.02)
    assert found.fit > 0.99


def test_a_deaf_one_gets_zeros_exactly_and_no_fit():
    found = lime(Game(Deaf(), factorization(stems(4))), "perhaps")
    assert not np.stack([found.weights, found.low, found.high]).any()
    assert found.fit is None
    assert found.everything == found.nothing


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    parts = factorization(stems(3))
    first, again, other = (lime(Game(Tangled(), parts), "yes", Sampling(100, seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(np.stack([first.weights, first.low, first.high]),
                                  np.stack([again.weights, again.low, again.high]))
    assert np.abs(first.weights - other.weights).max() > 0


def test_a_silent_part_keeps_its_place_with_weight_zero_and_changes_no_other():
    sources = stems(3)
    parts = factorization({**sources, "cajon": Clip(np.zeros(3 * RATE), RATE)})
    found = lime(Game(Tangled(), parts), "yes", Sampling(200))
    assert not np.stack([found.weights, found.low, found.high])[:, 9:].any()
    without = lime(Game(Tangled(), factorization(sources)), "yes", Sampling(200))
    np.testing.assert_allclose(found.weights[:9], without.weights)


def test_intervals_hold_the_weights_that_many_more_samples_give():
    parts = factorization(stems(4))
    few, many = (lime(Game(Tangled(), parts), "yes", Sampling(count, seed)) for seed, count in ((0, 300), (9, 8192)))
    inside = (few.low <= many.weights) & (many.weights <= few.high)
    assert inside.mean() >= 0.75
    assert (few.high - few.low).mean() > 3 * (many.high - many.low).mean()


def test_stability_grows_with_samples():
    parts = factorization(stems(10))
    few, many = (lime(Game(Tangled(), parts), "yes", Sampling(count)).stability for count in (60, 4096))
    assert few < many


def test_too_few_samples_are_refused():
    with pytest.raises(InputError, match="1000"):
        lime(Game(Deaf(), factorization(stems(1))), "yes", Sampling(1))


def test_a_table_too_large_to_fit_is_refused_before_it_is_made():
    with pytest.raises(InputError, match="too large a table"):
        lime(Game(Deaf(), factorization(stems(1))), "yes", Sampling(10**20))

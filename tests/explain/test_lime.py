"""LIME is the published algorithm, and knows a listener from a deaf one."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain import lime as module
from escucha.explain.agreement import overlap, rank_correlation
from escucha.explain.factorization import of_sources
from escucha.explain.lime import agree, bootstrap, draw_masks, fit_ridge, kernel, lime
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from tests.worlds import RATE, Deaf, StemListener, Tangled, factorization, mix, stems


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


def test_intervals_hold_what_as_many_remixes_give_and_not_the_limit_they_shrink_from():
    """A value that is linear in the parts, so that only ridge's penalty stands between a weight and the truth."""
    true = np.array([5.0, -4.0, 3.0, 2.0, 1.0, 0.0])
    fits, inside = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        masks = draw_masks(rng, 1000, len(true))
        fits.append(fit_ridge(masks, masks @ true, kernel(masks)).weights)
        inside.append(np.percentile(bootstrap(rng, masks, masks @ true), (2.5, 97.5), axis=0))
    at_this = np.mean(fits, axis=0)
    assert at_this[0] / true[0] == pytest.approx(0.99, abs=0.004)
    holds = np.mean([(low <= at_this) & (at_this <= high) for low, high in inside], axis=0)
    at_limit = np.mean([(low <= true) & (true <= high) for low, high in inside], axis=0)
    assert holds.mean() > 0.85
    assert at_limit[0] < 0.05
    many = draw_masks(np.random.default_rng(0), 32_000, len(true))
    assert fit_ridge(many, many @ true, kernel(many)).weights == pytest.approx(true, abs=0.003)


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


def refitted(rng, masks, target):
    """The bootstrap as the textbook has it: one refit a draw, every remix drawn by itself."""
    each, weight = np.full(len(masks), 1 / len(masks)), kernel(masks)
    return np.stack([fit_ridge(masks, target, weight * rng.multinomial(len(masks), each)).weights for _ in range(200)])


@pytest.fixture(scope="module")
def played():
    """A game of nine parts, 2048 remixes of it and what was said of them."""
    masks = draw_masks(np.random.default_rng(1), 2048, 9)
    return masks, Game(Tangled(), factorization(stems(3))).values(masks, "yes")


def test_few_remixes_are_drawn_again_one_by_one_as_in_the_textbook(played):
    masks, target = (each[:300] for each in played)
    ours, theirs = (draw(np.random.default_rng(2), masks, target) for draw in (bootstrap, refitted))
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_groups_of_remixes_spread_as_wide_as_single_ones_and_as_wide_as_other_seeds(played):
    masks, target = played
    ours, theirs = (draw(np.random.default_rng(2), masks, target).std(axis=0) for draw in (bootstrap, refitted))
    np.testing.assert_allclose(ours, theirs, rtol=0.3)
    assert np.mean(ours / theirs) == pytest.approx(1, abs=0.07)
    game, parts = Game(Tangled(), factorization(stems(3))), []
    for seed in range(60):
        masks = draw_masks(np.random.default_rng(100 + seed), 2048, 9)
        parts.append(fit_ridge(masks, game.values(masks, "yes"), kernel(masks)).weights)
    assert np.mean(ours / np.std(parts, axis=0)) == pytest.approx(1, abs=0.12)


def test_a_large_table_of_groups_is_made_draw_by_draw_with_the_same_weights(played, monkeypatch):
    masks, target = played
    at_once = bootstrap(np.random.default_rng(0), masks, target)
    monkeypatch.setattr(module, "CELLS", 10)
    np.testing.assert_allclose(bootstrap(np.random.default_rng(0), masks, target), at_once, atol=1e-9)


@pytest.mark.parametrize("samples", [300, 1000])
def test_what_the_bootstrap_expects_of_two_seeds_is_what_two_seeds_do(samples):
    """Over games, for one game's draws may by luck be clear: mean overlap and rank correlation of 15 parts."""
    expected, true = [], []
    for world in range(8):
        game = Game(Tangled(seed=world), factorization(stems(5, seed=world)))
        found = [lime(game, "yes", Sampling(samples, seed)) for seed in range(6)]
        fits = np.stack([each.weights for each in found])
        expected.append([np.mean([each.stability for each in found]),
                         np.mean([each.rank_correlation for each in found])])
        true.append([overlap(*fits), rank_correlation(*fits)])
    np.testing.assert_allclose(np.mean(expected, axis=0), np.mean(true, axis=0), atol=0.07)
    assert np.mean(true, axis=0)[0] < 0.95, "where all agree nothing is tested"


def test_drawn_on_until_stable_it_is_the_same_as_asked_for_at_once():
    game = Game(Tangled(), factorization(stems(5)))
    until = lime(game, "yes", Sampling(100, until_stable=True))
    assert until.stable
    assert f"4 independent shares of the {until.samples} remixes drawn names the same" in until.notes[0]
    assert until.samples > 100
    assert until.samples % 100 == 0
    at_once = lime(game, "yes", Sampling(until.samples))
    for name in ("weights", "low", "high"):
        np.testing.assert_array_equal(getattr(until, name), getattr(at_once, name))
    assert (until.stability, until.fit) == (at_once.stability, at_once.fit)
    assert at_once.stable is None
    assert not at_once.notes


def test_what_is_called_stable_is_stable_across_seeds_and_few_samples_are_not():
    """Fifteen parts; every seed that says stable names the same three."""
    game = Game(Tangled(seed=3), factorization(stems(5, seed=3)))
    found = [lime(game, "yes", Sampling(100, seed, until_stable=True)) for seed in range(6)]
    assert all(each.stable for each in found)
    few = [lime(game, "yes", Sampling(100, seed)) for seed in range(6)]
    assert overlap(*(each.weights for each in few)) < 0.7
    assert overlap(*(each.weights for each in found)) >= 0.9


def test_where_parts_are_level_drawing_ends_at_its_limit_and_says_so(monkeypatch):
    """Ten seconds of one listener's stem, all as loud: no three of them are the strongest."""
    monkeypatch.setattr(module, "MOST", 2000)
    level = {"palmas": Clip(0.2 * np.sin(2 * np.pi * 400 * np.arange(10 * RATE) / RATE), RATE)}
    found = lime(Game(StemListener(), factorization(level)), "yes", Sampling(150, until_stable=True))
    assert (found.samples, found.stable) == (2000, False)
    assert "After 2000 remixes the strongest parts still depend on the draw" in found.notes[0]
    assert found.stability < 0.7
    assert lime(Game(StemListener(), factorization(level)), "yes", Sampling(3000, until_stable=True)).samples == 3000


def test_where_there_is_nothing_to_rank_nothing_more_is_drawn():
    few = lime(Game(Tangled(), factorization(stems(1))), "yes", Sampling(50, until_stable=True))
    deaf = lime(Game(Deaf(), factorization(stems(4))), "yes", Sampling(50, until_stable=True))
    assert [(each.samples, each.stable, each.stability) for each in (few, deaf)] == [(50, True, None)] * 2
    assert "No more than 3 parts sound" in few.notes[0]  # which three are the strongest was no question
    assert deaf.notes == ("The value is the same in all 50 remixes drawn: no part is stronger than another.",)
    silent = lime(Game(Tangled(), factorization({"voice": Clip(np.zeros(RATE), RATE)})), "yes", Sampling(50))
    assert (silent.weights.tolist(), silent.stability, silent.rank_correlation) == ([0.0], None, None)


@pytest.mark.parametrize("samples", [2, 4, 7])
def test_shares_of_a_remix_each_say_nothing_and_so_do_not_agree(samples):
    found = lime(Game(StemListener(), factorization(stems(4))), "yes", Sampling(samples, until_stable=True))
    assert found.samples >= 50


def test_shares_agree_only_where_each_of_them_does():
    rng = np.random.default_rng(0)
    masks = draw_masks(rng, 4000, 12)
    clear = masks @ np.array([5.0, -4.0, 3.0] + [0.1] * 9)
    assert agree(masks, clear)
    assert not agree(masks, masks @ np.ones(12) + rng.normal(size=4000))


def burst(first, last, tone, seconds=10):
    """Quiet noise, and one tone between two seconds."""
    time = np.arange(seconds * RATE) / RATE
    wave = 0.01 * np.random.default_rng(0).normal(size=len(time))
    return Clip(wave + 0.3 * np.sin(2 * np.pi * tone * time) * ((time >= first) & (time < last)), RATE)


def test_soundlime_in_time_finds_when():
    """Mishra et al.'s first variant: the mix in ten stretches of time, heard in one window."""
    clip = burst(7, 8, 400)
    parts = of_sources(clip, {}, segments=10, window=10 * RATE)
    assert [part.name for part in parts.parts][7] == "mix@7-8s"
    found = lime(Game(StemListener(window=10 * RATE), parts), "yes")
    share = np.abs(found.weights) / np.abs(found.weights).sum()
    assert share.argmax() == 7
    assert share[7] > 0.9


def test_soundlime_in_time_and_frequency_finds_when_and_at_which_pitch():
    """Its second variant: stretches of time by bands."""
    clip = mix({"early": burst(2, 4, 1200), "late": burst(6, 8, 400)})
    parts = of_sources(clip, {}, segments=5, window=10 * RATE, bands=(300.0, 500.0, 1000.0))
    assert len(parts.parts) == 20
    for source, name in (("palmas", "mix 300-500Hz@6-8s"), ("cajon", "mix 1000-2000Hz@2-4s")):
        found = lime(Game(StemListener(source=source, window=10 * RATE), parts), "yes", Sampling(300))
        share = np.abs(found.weights) / np.abs(found.weights).sum()
        assert parts.parts[share.argmax()].name == name
        assert share.max() > 0.75


def test_soundlime_by_bands_of_equal_width_in_mel():
    parts = of_sources(burst(0, 10, 400), {}, segments=1, window=RATE, bands=6)
    found = lime(Game(StemListener(), parts), "yes", Sampling(200))
    low, high = parts.parts[int(np.abs(found.weights).argmax())].band
    assert low < 400 < high
    assert len(parts.parts) == 6
